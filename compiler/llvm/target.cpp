#include "llvm/target.h"

#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Target/TargetOptions.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include <array>
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

#if defined(__x86_64__)
// Which CPUs are of a level: the x86-64 psABI, section "Micro-architecture levels". Those with VBMI2 (Ice
// Lake, Zen 4 and later) have the other two as well.
#define NEEDS_2 "+cmov,+cx8,+fxsr,+mmx,+sse3,+ssse3,+sse4.1,+sse4.2,+crc32,+popcnt,+cx16,+sahf"
#define NEEDS_3 NEEDS_2 ",+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe,+xsave"
#define NEEDS_4 NEEDS_3 ",+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl,+evex512"
#define BYTES "+avx512vbmi2,+avx512bitalg,+avx512vpopcntdq"
constexpr Level kLevels[] = {
    {"x86-64-v2", "x86-64-v2", "", NEEDS_2, 4, {.floor = true}},
    {"x86-64-v3", "x86-64-v3", "", NEEDS_3, 8, {.fma = true, .floor = true}},
    {"x86-64-v4",
     "x86-64-v4",
     "-prefer-256-bit",
     NEEDS_4,
     16,
     {.fma = true, .floor = true, .compress = true}},
    {"x86-64-v4 with VBMI2",
     "x86-64-v4",
     "-prefer-256-bit," BYTES,
     NEEDS_4 "," BYTES,
     16,
     {.fma = true, .floor = true, .compress = true, .compress_bytes = true}},
};
#elif defined(__aarch64__)
constexpr Level kLevels[] = {{"armv8-a", "generic", "", "+neon", 4, {.fma = true, .floor = true}}};
#else
constexpr std::array<Level, 0> kLevels;
#endif

const Level* level_of(const Cpu& cpu, const llvm::MCSubtargetInfo& info) {
  for (const Level& level : kLevels)
    if (level.lanes == cpu.lanes && level.instructions == cpu.instructions && info.checkFeatures(level.needs))
      return &level;
  return nullptr;
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
  cpu.level = level_of(cpu, *info);
  return cpu;
}

}  // namespace

Result<Cpu> find_cpu(const std::string& name) {
  if (!name.empty()) return look_up(name);
  static const Result<Cpu> here = look_up("");  // asking takes as long as loading a program
  return here;
}

std::span<const Level> levels() {
  return kLevels;
}

Cpu cpu_of(const Level& level) {
  return {llvm::sys::getProcessTriple(), level.cpu, level.features, level.lanes, level.instructions, &level};
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
