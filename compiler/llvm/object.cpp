#include "llvm/object.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include "support/check.h"

namespace spikeloom {
namespace {

void emit(llvm::Module& module, llvm::TargetMachine& machine, llvm::CodeGenFileType type,
          llvm::SmallVectorImpl<char>& bytes) {
  llvm::raw_svector_ostream out(bytes);
  llvm::legacy::PassManager passes;
  const bool refused = machine.addPassesToEmitFile(passes, out, nullptr, type);
  SPIKELOOM_CHECK(!refused, "llvm", "this target cannot write the file");
  passes.run(module);
}

}  // namespace

ObjectCode object_of(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::SmallVector<char, 0> bytes;
  emit(module, machine, llvm::CodeGenFileType::ObjectFile, bytes);
  return {bytes.begin(), bytes.end()};
}

std::string assembly_of(const llvm::Module& module, llvm::TargetMachine& machine) {
  const std::unique_ptr<llvm::Module> copy = llvm::CloneModule(module);
  llvm::SmallString<0> text;
  emit(*copy, machine, llvm::CodeGenFileType::AssemblyFile, text);
  return text.str().str();
}

}  // namespace spikeloom
