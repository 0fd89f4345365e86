#include "llvm/linker.h"

#include <llvm/ExecutionEngine/Orc/Core.h>
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/Support/MemoryBuffer.h>

#include <cstring>

namespace spikeloom {
namespace orc = llvm::orc;
namespace {

/// A linker and nothing else: no platform, no compiler, nothing that looks for symbols of the process.
class OrcCode final : public LoadedCode {
 public:
  explicit OrcCode(std::unique_ptr<orc::ExecutorProcessControl> process)
      : session_(std::move(process)), linker_(session_) {
    // Problems come back from the lookup; nothing is printed.
    session_.setErrorReporter([](llvm::Error problem) { llvm::consumeError(std::move(problem)); });
  }
  OrcCode(const OrcCode&) = delete;
  OrcCode& operator=(const OrcCode&) = delete;
  ~OrcCode() override { llvm::consumeError(session_.endSession()); }

  llvm::Error add(const std::vector<ObjectCode>& objects) {
    orc::JITDylib& library = session_.createBareJITDylib("network");
    if (auto problem = library.define(orc::absoluteSymbols(allowed_symbols()))) return problem;
    for (const ObjectCode& object : objects) {
      // A copy, because the linker wants its own alignment and keeps the bytes until it is done.
      const llvm::StringRef bytes(reinterpret_cast<const char*>(object.data()), object.size());
      if (auto problem = linker_.add(library, llvm::MemoryBuffer::getMemBufferCopy(bytes, "network")))
        return problem;
    }
    return llvm::Error::success();
  }

  std::uintptr_t address_of(std::string_view symbol) const override {
    orc::JITDylib* library = session_.getJITDylibByName("network");
    auto found = session_.lookup({library}, session_.intern(llvm::StringRef(symbol)));
    if (found) return static_cast<std::uintptr_t>(found->getAddress().getValue());
    llvm::consumeError(found.takeError());
    return 0;
  }

 private:
  orc::SymbolMap allowed_symbols() {
    orc::SymbolMap symbols;
    const auto allow = [&](const char* name, auto* function) {
      symbols[session_.intern(name)] = {orc::ExecutorAddr::fromPtr(function),
                                        llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
    };
    allow("memset", static_cast<void* (*)(void*, int, std::size_t)>(std::memset));
    allow("memcpy", static_cast<void* (*)(void*, const void*, std::size_t)>(std::memcpy));
    allow("memmove", static_cast<void* (*)(void*, const void*, std::size_t)>(std::memmove));
    return symbols;
  }

  mutable orc::ExecutionSession session_;  // a lookup is what links
  orc::ObjectLinkingLayer linker_;
};

Error to_error(llvm::Error problem, const char* doing) {
  return Error(ErrorKind::internal, std::string(doing) + ": " + llvm::toString(std::move(problem)),
               "please report it with the graph");
}

}  // namespace

Result<std::shared_ptr<LoadedCode>> link_objects(const std::vector<ObjectCode>& objects) {
  auto process = orc::SelfExecutorProcessControl::Create();
  if (!process) return to_error(process.takeError(), "starting the linker");
  auto code = std::make_shared<OrcCode>(std::move(*process));
  if (auto problem = code->add(objects)) return to_error(std::move(problem), "reading code");
  return std::shared_ptr<LoadedCode>(std::move(code));
}

}  // namespace spikeloom
