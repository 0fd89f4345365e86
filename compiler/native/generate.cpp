// Plan -> Program: find its code, or have it generated; load.
#include "cache/code_cache.h"
#include "native/code_key.h"
#include "native/codegen.h"
#include "native/machine.h"
#include "native/perf_map.h"
#include "support/check.h"
#include "support/try.h"

namespace spikeloom {
namespace {

/// What a program keeps alive.
struct Owner {
  std::shared_ptr<LoadedCode> code;
  std::vector<spikeloom_kernel> kernels;
  std::shared_ptr<const TableImage> image;
};

std::vector<std::string> symbols_of(const Plan& plan) {
  std::vector<std::string> symbols;
  for (const Kernel& kernel : plan.kernels) symbols.push_back(kernel.symbol);
  return symbols;
}

struct Compiled {
  Objects objects;
  LoadedKernels kernels;
  std::size_t generated = 0;
};

/// What the cache holds is taken if it can be linked; otherwise the code is generated, and the entry
/// replaced.
Result<Compiled> find_or_generate(const Plan& plan, const CodegenOptions& options) {
  const std::vector<std::string> symbols = symbols_of(plan);
  const bool is_shown = options.dump_llvm || options.dump_asm;
  std::string key;
  if (options.cache) {
    TRY(key, code_key(plan, options.limits));
    if (!is_shown)
      if (const auto bytes = options.cache->find(key))
        if (auto objects = parted(*bytes))
          if (auto loaded = load_objects(objects->files, symbols))
            return Compiled{*std::move(objects), *std::move(loaded), 0};
  }
  TRY(const CodeGenerator* generator, code_generator());
  TRY(Objects objects, generator->generate(plan, options.limits, {options.dump_llvm, options.dump_asm}));
  TRY(LoadedKernels loaded, load_objects(objects.files, symbols));
  if (options.cache) options.cache->store(key, joined(objects));
  return Compiled{std::move(objects), std::move(loaded), plan.kernels.size()};
}

}  // namespace

Result<Program> generate(const Plan& plan, const CodegenOptions& options) {
  SPIKELOOM_CHECK(plan.target.lanes != 0, "native", "the target was not resolved");
  TRY(Compiled compiled, find_or_generate(plan, options));
  if (!options.perf_map.empty())
    TRY_VOID(write_perf_map(options.perf_map, plan, compiled.objects, *compiled.kernels.code));
  if (options.generated) *options.generated = compiled.generated;
  if (options.cpu) *options.cpu = compiled.objects.cpu;
  const auto owner = std::make_shared<Owner>();
  owner->code = std::move(compiled.kernels.code);
  owner->kernels = std::move(compiled.kernels.functions);
  owner->image = make_table(plan);
  return Program::load(table_of(*owner->image), owner->kernels.data(), constants_of(*owner->image), owner);
}

Result<Target> resolve_target(Target wanted) {
  if (wanted.lanes != 0 && wanted.lanes != 1 && wanted.lanes != 4 && wanted.lanes != 8 && wanted.lanes != 16)
    return Error(ErrorKind::usage, "vectors cannot have " + std::to_string(wanted.lanes) + " lanes",
                 "use 1, 4, 8 or 16, or leave it out");
  unsigned widest = 1;
  if (wanted.cpu.empty()) {
    TRY(const ThisMachine here, this_machine());
    widest = here.lanes;
    wanted.has_fma = here.has_fma;
  } else {
    TRY(const CodeGenerator* generator, code_generator());
    TRY(const CpuAbilities cpu, generator->find_cpu(wanted.cpu));
    widest = cpu.lanes;
    wanted.has_fma = cpu.has_fma;
  }
  if (wanted.lanes == 0) wanted.lanes = widest;
  return wanted;
}

Result<MachineInfo> machine_info() {
  TRY(const CodeGenerator* generator, code_generator());
  TRY(const CpuAbilities cpu, generator->find_cpu(""));
  return MachineInfo{cpu.name, cpu.features, cpu.triple, generator->llvm_version(), cpu.lanes, cpu.has_fma};
}

}  // namespace spikeloom
