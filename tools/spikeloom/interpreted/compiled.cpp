#include "compiled.h"

#include "schedule/plan.h"

namespace spikeloom::tool {
namespace {

Error no_code_generator() {
  return {ErrorKind::unsupported, "this build has no code generator",
          "use --engine reference, or configure with -DSPIKELOOM_WITH_LLVM=ON"};
}

Target target_of(const TargetChoice& choice) {
  Target target;
  target.lanes = choice.lanes == 0 ? 8 : choice.lanes;
  target.cpu = choice.cpu;
  return target;
}

}  // namespace

bool has_code_generator() {
  return false;
}

std::jthread expect_code_generation(const CodeCache*) {
  return {};
}

Result<CompiledProgram> compile(const Model&, const TargetChoice&) {
  return no_code_generator();
}

Result<std::unique_ptr<EngineMaker>> compiled_maker(const Model&, const TargetChoice&) {
  return no_code_generator();
}

Result<PlanShape> plan_shape(const Model& model, const TargetChoice& choice) {
  return shape_of(timed(choice.times, "plan",
                        [&] { return make_plan(model, target_of(choice), {.costs = choice.costs}); }));
}

Result<void> write_stages(const Model& model, const TargetChoice& choice, const StageTexts& into) {
  if (into.llvm || into.assembly) return no_code_generator();
  const Target target = target_of(choice);
  const Plan plan =
      timed(choice.times, "plan", [&] { return make_plan(model, target, {.costs = choice.costs}); });
  if (into.plan) *into.plan = plan.print();
  return {};
}

Result<Machine> machine() {
  return no_code_generator();
}

}  // namespace spikeloom::tool
