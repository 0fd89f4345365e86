#include "llvm/emit.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/Pass.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include "support/check.h"

namespace spikeloom {
namespace {

/// The code generator without passes that would cost a quarter of its time: loops for which strength
/// reduction pays went through it before (passes.cpp), and what is to be a mask is one already.
class ChosenPasses : public llvm::legacy::PassManager {
 public:
  void add(llvm::Pass* pass) override {
    static constexpr llvm::StringLiteral kLeftOut[] = {"Canonicalize Freeze Instructions in Loops",
                                                       "Loop Strength Reduction",
                                                       "X86 Domain Reassignment Pass"};
    if (llvm::is_contained(kLeftOut, pass->getPassName()))
      delete pass;
    else
      llvm::legacy::PassManager::add(pass);
  }
};

void emit(llvm::Module& module, llvm::TargetMachine& machine, llvm::CodeGenFileType type,
          llvm::SmallVectorImpl<char>& bytes) {
  llvm::raw_svector_ostream out(bytes);
  ChosenPasses passes;
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
