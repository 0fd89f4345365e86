#include "llvm/target.h"

#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Target/TargetOptions.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include <mutex>

namespace spikeloom {
namespace {

void initialize_native_target() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
}

const llvm::Target* native_target(std::string& problem) {
  initialize_native_target();
  return llvm::TargetRegistry::lookupTarget(llvm::sys::getProcessTriple(), problem);
}

/// Features of this machine as LLVM detects them: "+avx2,-avx512f,...".
std::string host_features() {
  std::string text;
  for (const auto& feature : llvm::sys::getHostCPUFeatures())
    text += (text.empty() ? "" : ",") + std::string(feature.second ? "+" : "-") + feature.first().str();
  return text;
}

void read_abilities(Cpu& cpu, const llvm::Triple& triple, const llvm::MCSubtargetInfo& info) {
  const auto has = [&info](const char* features) { return info.checkFeatures(features); };
  if (triple.isX86()) {
    cpu.instructions = {.fma = has("+fma"),
                        .floor = has("+sse4.1"),
                        .compress = has("+avx512f"),
                        .compress_bytes = has("+avx512vbmi2")};
    const bool wide = has("+avx512f") && has("+avx512bw") && has("+avx512dq") && has("+avx512vl");
    cpu.lanes = wide ? 16 : has("+avx") ? 8 : 4;
  } else if (triple.isAArch64()) {
    cpu.instructions = {.fma = true, .floor = true};
    cpu.lanes = 4;
  }
}

/// The first feature that `name` has and this machine lacks; "" if there is none.
std::string lacking_feature(const llvm::MCSubtargetInfo& info) {
  for (const auto& feature : llvm::sys::getHostCPUFeatures())
    if (!feature.second && info.checkFeatures("+" + feature.first().str())) return feature.first().str();
  return {};
}

Result<Cpu> look_up(const std::string& name) {
  std::string problem;
  const llvm::Target* target = native_target(problem);
  if (!target)
    return Error(ErrorKind::unsupported, "LLVM has no code generator for this machine: " + problem);
  const llvm::Triple triple(llvm::sys::getProcessTriple());
  Cpu cpu;
  cpu.triple = triple.str();
  cpu.name = name.empty() ? llvm::sys::getHostCPUName().str() : name;
  if (name.empty()) cpu.features = host_features();

  // An unknown name would only be a warning on stderr: look at the table first.
  const std::unique_ptr<llvm::MCSubtargetInfo> any(target->createMCSubtargetInfo(cpu.triple, "", ""));
  if (!any || !any->isCPUStringValid(cpu.name))
    return Error(ErrorKind::usage, "unknown CPU '" + cpu.name.substr(0, 64) + "'",
                 "use a name that LLVM knows, such as x86-64-v2, x86-64-v3 or znver4, or leave it out");
  const std::unique_ptr<llvm::MCSubtargetInfo> info(
      target->createMCSubtargetInfo(cpu.triple, cpu.name, cpu.features));
  if (!name.empty()) {
    const std::string lacking = lacking_feature(*info);
    if (!lacking.empty())
      return Error(ErrorKind::unsupported,
                   "this machine cannot run code for " + name + ": it lacks " + lacking,
                   "leave the CPU out to compile for this machine");
  }
  read_abilities(cpu, triple, *info);
  return cpu;
}

}  // namespace

Result<Cpu> find_cpu(const std::string& name) {
  if (!name.empty()) return look_up(name);
  static const Result<Cpu> here = look_up("");  // asking takes as long as loading a program
  return here;
}

std::unique_ptr<llvm::TargetMachine> make_target_machine(const Cpu& cpu) {
  std::string problem;
  const llvm::Target* target = native_target(problem);
  if (!target) return nullptr;
  // The defaults never contract a multiplication with an addition that we did not write as fma.
  const llvm::TargetOptions options;
  return std::unique_ptr<llvm::TargetMachine>(
      target->createTargetMachine(cpu.triple, cpu.name, cpu.features, options, llvm::Reloc::PIC_,
                                  llvm::CodeModel::Small, llvm::CodeGenOptLevel::Default, true));
}

}  // namespace spikeloom
