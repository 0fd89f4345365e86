#include "llvm/jit.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include <cstring>

namespace spikeloom {
namespace orc = llvm::orc;

struct LoadedCode {
  std::unique_ptr<orc::LLJIT> jit;
};

namespace {

Error to_error(llvm::Error problem, const char* doing) {
  return Error(ErrorKind::internal, std::string(doing) + ": " + llvm::toString(std::move(problem)),
               "please report it with the graph");
}

orc::SymbolMap allowed_symbols(orc::LLJIT& jit) {
  orc::SymbolMap symbols;
  const auto allow = [&](const char* name, auto* function) {
    symbols[jit.mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(function),
                                          llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  };
  allow("memset", static_cast<void* (*)(void*, int, std::size_t)>(std::memset));
  allow("memcpy", static_cast<void* (*)(void*, const void*, std::size_t)>(std::memcpy));
  allow("memmove", static_cast<void* (*)(void*, const void*, std::size_t)>(std::memmove));
  return symbols;
}

llvm::Expected<std::unique_ptr<orc::LLJIT>> make_jit(const Cpu& cpu) {
  orc::JITTargetMachineBuilder machine{llvm::Triple(cpu.triple)};
  machine.setCPU(cpu.name);
  if (!cpu.features.empty()) {
    llvm::SmallVector<llvm::StringRef, 64> features;
    llvm::StringRef(cpu.features).split(features, ',');
    machine.addFeatures(std::vector<std::string>(features.begin(), features.end()));
  }
  machine.setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
  // Without a platform nothing looks for the symbols of the process.
  return orc::LLJITBuilder()
      .setJITTargetMachineBuilder(std::move(machine))
      .setLinkProcessSymbolsByDefault(false)
      .setPlatformSetUp(orc::setUpInactivePlatform)
      .create();
}

}  // namespace

Result<LoadedKernels> load_module(std::unique_ptr<llvm::LLVMContext> context,
                                  std::unique_ptr<llvm::Module> module,
                                  const std::vector<std::string>& symbols, const Cpu& cpu) {
  auto jit = make_jit(cpu);
  if (!jit) return to_error(jit.takeError(), "starting the JIT");
  auto code = std::make_shared<LoadedCode>();
  code->jit = std::move(*jit);
  orc::ExecutionSession& session = code->jit->getExecutionSession();
  // Problems come back from the lookup; nothing is printed.
  session.setErrorReporter([](llvm::Error problem) { llvm::consumeError(std::move(problem)); });

  orc::JITDylib& library = code->jit->getMainJITDylib();
  if (auto problem = library.define(orc::absoluteSymbols(allowed_symbols(*code->jit))))
    return to_error(std::move(problem), "naming library functions");
  if (auto problem = code->jit->addIRModule(orc::ThreadSafeModule(std::move(module), std::move(context))))
    return to_error(std::move(problem), "adding code");

  orc::SymbolLookupSet wanted;
  std::vector<orc::SymbolStringPtr> names;
  for (const std::string& symbol : symbols) {
    names.push_back(code->jit->mangleAndIntern(symbol));
    wanted.add(names.back());
  }
  auto found = session.lookup(orc::makeJITDylibSearchOrder(&library), std::move(wanted));
  if (!found) return to_error(found.takeError(), "compiling");
  LoadedKernels loaded;
  loaded.code = std::move(code);
  for (const orc::SymbolStringPtr& name : names)
    loaded.functions.push_back((*found)[name].getAddress().toPtr<spikeloom_kernel>());
  return loaded;
}

std::string assembly_of(const llvm::Module& module, llvm::TargetMachine& machine) {
  const std::unique_ptr<llvm::Module> copy = llvm::CloneModule(module);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream out(text);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, out, nullptr, llvm::CodeGenFileType::AssemblyFile)) return {};
  passes.run(*copy);
  return text.str().str();
}

}  // namespace spikeloom
