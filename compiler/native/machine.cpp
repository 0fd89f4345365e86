#include "native/machine.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <array>
#include <cstdint>
#include <cstdio>

#include "native/generator.h"
#include "support/try.h"

namespace spikeloom {

#if defined(__x86_64__)
namespace {

using Registers = std::array<unsigned, 4>;  // eax, ebx, ecx, edx

Registers ask(unsigned leaf, unsigned subleaf = 0) {
  Registers r{};
  if (__get_cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3]) == 0) return {};
  return r;
}

/// Which registers the system saves, so that code may use them; 0 if the CPU cannot say.
std::uint64_t saved_registers(const Registers& features) {
  constexpr unsigned kCanSay = 1u << 27;  // OSXSAVE
  if ((features[2] & kCanSay) == 0) return 0;
  unsigned low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32 | low;
}

/// Vendor, family, features. LLVM takes name and features of the CPU from these words alone (source: Intel's
/// manual, volume 2, CPUID).
std::string identity() {
  Registers basic = ask(1);
  const std::uint64_t saved = saved_registers(basic);
  basic[1] &= 0xff00;  // the rest is of one core: its number, and how many there are
  const Registers vendor = ask(0), extended = ask(0x80000001);
  std::string text;
  const auto add = [&text](std::uint64_t word) {
    char hex[24];
    std::snprintf(hex, sizeof hex, "%llx.", static_cast<unsigned long long>(word));
    text += hex;
  };
  for (const unsigned word : {vendor[1], vendor[2], vendor[3], basic[0], basic[1], basic[2], basic[3],
                              extended[2], extended[3], ask(0x80000008)[1], ask(0xd, 1)[0]})
    add(word);
  for (const auto& [leaf, subleaf] : {std::pair{7u, 0u}, {7u, 1u}, {0x14u, 0u}, {0x19u, 0u}, {0x24u, 0u}})
    for (const unsigned word : ask(leaf, subleaf)) add(word);
  add(saved);
  return text;
}

}  // namespace

Result<ThisMachine> this_machine() {
  static const ThisMachine here = [] {
    __builtin_cpu_init();
    const bool is_wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    ThisMachine m;
    m.lanes = is_wide ? 16 : __builtin_cpu_supports("avx") ? 8 : 4;
    m.has_fma = __builtin_cpu_supports("fma");
    m.identity = identity();
    return m;
  }();
  return here;
}
#else
Result<ThisMachine> this_machine() {
  TRY(const CodeGenerator* generator, code_generator());
  TRY(const CpuAbilities cpu, generator->find_cpu(""));
  return ThisMachine{cpu.lanes, cpu.has_fma, cpu.name + ' ' + cpu.features};
}
#endif

}  // namespace spikeloom
