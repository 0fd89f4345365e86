#include "compiled.h"

#include "schedule/plan.h"

namespace spikeloom::tool {
namespace {

Error no_code_generator() {
  return {ErrorKind::unsupported, "this build has no code generator",
          "use --engine reference, or configure with -DSPIKELOOM_WITH_LLVM=ON"};
}

}  // namespace

bool has_code_generator() {
  return false;
}

Result<CompiledProgram> compile(const Model&, const TargetChoice&) {
  return no_code_generator();
}

Result<std::unique_ptr<EngineMaker>> compiled_maker(const Model&, const TargetChoice&) {
  return no_code_generator();
}

Result<std::string> dump(const Model& model, const TargetChoice& choice, Dump what) {
  if (what != Dump::plan) return no_code_generator();
  Target target;
  target.lanes = choice.lanes == 0 ? 8 : choice.lanes;
  target.cpu = choice.cpu;
  return make_plan(model, target).print();
}

std::optional<Machine> machine() {
  return std::nullopt;
}

}  // namespace spikeloom::tool
