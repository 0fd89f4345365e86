#include "llvm/jit.h"

#include <llvm/ExecutionEngine/Orc/Core.h>
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/Support/MemoryBuffer.h>

#include <cstring>

namespace spikeloom {
namespace orc = llvm::orc;

/// A linker and nothing else: no platform, no compiler, nothing that looks for symbols of the process.
struct LoadedCode {
  explicit LoadedCode(std::unique_ptr<orc::ExecutorProcessControl> process)
      : session(std::move(process)), linker(session) {
    // Problems come back from the lookup; nothing is printed.
    session.setErrorReporter([](llvm::Error problem) { llvm::consumeError(std::move(problem)); });
  }
  LoadedCode(const LoadedCode&) = delete;
  LoadedCode& operator=(const LoadedCode&) = delete;
  ~LoadedCode() { llvm::consumeError(session.endSession()); }

  orc::ExecutionSession session;
  orc::ObjectLinkingLayer linker;
};

namespace {

Error to_error(llvm::Error problem, const char* doing) {
  return Error(ErrorKind::internal, std::string(doing) + ": " + llvm::toString(std::move(problem)),
               "please report it with the graph");
}

orc::SymbolMap allowed_symbols(orc::ExecutionSession& session) {
  orc::SymbolMap symbols;
  const auto allow = [&](const char* name, auto* function) {
    symbols[session.intern(name)] = {orc::ExecutorAddr::fromPtr(function),
                                     llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  };
  allow("memset", static_cast<void* (*)(void*, int, std::size_t)>(std::memset));
  allow("memcpy", static_cast<void* (*)(void*, const void*, std::size_t)>(std::memcpy));
  allow("memmove", static_cast<void* (*)(void*, const void*, std::size_t)>(std::memmove));
  return symbols;
}

}  // namespace

Result<LoadedKernels> load_objects(const Objects& objects, const std::vector<std::string>& symbols) {
  auto process = orc::SelfExecutorProcessControl::Create();
  if (!process) return to_error(process.takeError(), "starting the linker");
  auto code = std::make_shared<LoadedCode>(std::move(*process));
  orc::ExecutionSession& session = code->session;
  orc::JITDylib& library = session.createBareJITDylib("network");
  if (auto problem = library.define(orc::absoluteSymbols(allowed_symbols(session))))
    return to_error(std::move(problem), "naming library functions");
  for (const ObjectCode& object : objects) {
    // A copy, because the linker wants its own alignment and keeps the bytes until it is done.
    const llvm::StringRef bytes(reinterpret_cast<const char*>(object.data()), object.size());
    if (auto problem = code->linker.add(library, llvm::MemoryBuffer::getMemBufferCopy(bytes, "network")))
      return to_error(std::move(problem), "reading code");
  }

  orc::SymbolLookupSet wanted;
  std::vector<orc::SymbolStringPtr> names;
  for (const std::string& symbol : symbols) {
    names.push_back(session.intern(symbol));
    wanted.add(names.back());
  }
  auto found = session.lookup(orc::makeJITDylibSearchOrder(&library), std::move(wanted));
  if (!found) return to_error(found.takeError(), "linking");
  LoadedKernels loaded;
  loaded.code = std::move(code);
  for (const orc::SymbolStringPtr& name : names)
    loaded.functions.push_back((*found)[name].getAddress().toPtr<spikeloom_kernel>());
  return loaded;
}

std::uintptr_t address_of(LoadedCode& code, const std::string& symbol) {
  orc::JITDylib* library = code.session.getJITDylibByName("network");
  auto found = code.session.lookup({library}, code.session.intern(symbol));
  if (found) return static_cast<std::uintptr_t>(found->getAddress().getValue());
  llvm::consumeError(found.takeError());
  return 0;
}

}  // namespace spikeloom
