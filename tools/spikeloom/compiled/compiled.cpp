#include "compiled.h"

#include "native/codegen.h"
#include "schedule/plan.h"
#include "spikeloom/session.h"
#include "support/file.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

class CompiledEngine final : public Engine {
 public:
  explicit CompiledEngine(Session session) : session_(std::move(session)) {}
  Result<void> set_input(std::string_view input, std::span<const float> values) override {
    return session_.set_input(input, values);
  }
  Result<void> set_state(std::string_view state, std::span<const float> values) override {
    return session_.set_state(state, values);
  }
  Result<std::uint64_t> run(std::uint64_t steps, const InputSource& source,
                            const RunOptions& options) override {
    return session_.run(steps, source, options);
  }
  Result<void> record(std::string_view signal, Recorder& recorder, std::uint32_t first,
                      std::uint32_t count) override {
    return session_.record(signal, recorder, first, count);
  }
  Result<void> finish_recording() override { return session_.finish_recording(); }
  Result<void> read(std::string_view signal, std::span<float> values) const override {
    return session_.read(signal, values);
  }
  std::uint64_t step_count() const override { return session_.step_count(); }
  std::uint32_t threads() const override {
    return session_.threads_for(session_.program().table().block_steps);
  }
  Result<std::vector<unsigned char>> save() const override { return session_.save(); }
  Result<void> restore(std::span<const unsigned char> saved) override { return session_.restore(saved); }

 private:
  Session session_;
};

class CompiledMaker final : public EngineMaker {
 public:
  explicit CompiledMaker(CompiledProgram compiled) : compiled_(std::move(compiled)) {}
  Result<std::unique_ptr<Engine>> make(const SessionOptions& options) const override {
    TRY(Session session, Session::create(compiled_.program, options));
    return std::unique_ptr<Engine>(std::make_unique<CompiledEngine>(std::move(session)));
  }
  std::string name() const override { return "jit"; }
  std::string cpu() const override { return compiled_.cpu; }
  bool is_code_cached() const override { return compiled_.is_code_cached; }
  unsigned lanes() const override { return compiled_.lanes; }
  std::uint64_t hash() const override { return compiled_.program.table().hash; }
  std::uint64_t bytes_per_sample() const override { return compiled_.program.table().arena_per_sample; }

 private:
  CompiledProgram compiled_;
};

constexpr std::uint64_t kMostConstantBytes = 16ull << 30;

Result<Target> resolved(const TargetChoice& choice) {
  Target target;
  target.lanes = choice.lanes;
  target.cpu = choice.cpu;
  return resolve_target(target);
}

}  // namespace

bool has_code_generator() {
  return true;
}

std::jthread expect_code_generation(const CodeCache* cache) {
  return cache && !cache->empty() ? std::jthread() : load_code_generator_early();
}

Result<CompiledProgram> compile(const Model& model, const TargetChoice& choice) {
  TRY(const Target target, timed(choice.times, "target", [&] { return resolved(choice); }));
  // Packed weights are the largest thing that a small file can ask for.
  if (const std::uint64_t bytes = constant_bytes(model); bytes > kMostConstantBytes)
    return Error(ErrorKind::limit, "weights and parameters would take " + bytes_text(bytes) + ", more than " +
                                       bytes_text(kMostConstantBytes));
  const Plan plan =
      timed(choice.times, "plan", [&] { return make_plan(model, target, {.costs = choice.costs}); });
  std::size_t generated = 0;
  std::string cpu;
  TRY(Program program, timed(choice.times, "code", [&] {
        return generate(
            plan,
            {.cache = choice.cache.get(), .perf_map = choice.perf_map, .generated = &generated, .cpu = &cpu});
      }));
  const bool is_cached = generated == 0;
  if (choice.times && is_cached) choice.times->back().stage += " (from the cache)";
  return CompiledProgram{std::move(program), shape_of(plan), std::move(cpu), target.lanes, is_cached};
}

Result<PlanShape> plan_shape(const Model& model, const TargetChoice& choice) {
  TRY(const Target target, resolved(choice));
  return shape_of(
      timed(choice.times, "plan", [&] { return make_plan(model, target, {.costs = choice.costs}); }));
}

Result<std::unique_ptr<EngineMaker>> compiled_maker(const Model& model, const TargetChoice& choice) {
  TRY(CompiledProgram compiled, compile(model, choice));
  return std::unique_ptr<EngineMaker>(std::make_unique<CompiledMaker>(std::move(compiled)));
}

Result<void> write_stages(const Model& model, const TargetChoice& choice, const StageTexts& into) {
  TRY(const Target target, timed(choice.times, "target", [&] { return resolved(choice); }));
  const Plan plan =
      timed(choice.times, "plan", [&] { return make_plan(model, target, {.costs = choice.costs}); });
  if (into.plan) *into.plan = plan.print();
  if (!into.llvm && !into.assembly) return {};
  TRY([[maybe_unused]] const Program program, timed(choice.times, "code", [&] {
        return generate(plan, {.dump_llvm = into.llvm, .dump_asm = into.assembly});
      }));
  return {};
}

Result<Machine> machine() {
  TRY(const MachineInfo info, machine_info());
  return Machine{info.cpu, info.features, info.triple, info.llvm_version, info.lanes, info.has_fma};
}

}  // namespace spikeloom::tool
