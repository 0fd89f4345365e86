#include "layers/builder.h"

namespace spikeloom {
namespace {

// snnTorch's spikegen.delta: a spike where the value has risen by at least `threshold` since the step before.
// Before the first step lies 0, or with `padding` the first value itself. Not strict, unlike a neuron's
// threshold.
void build_delta(LayerBuilder& l) {
  const auto shape = l.input();
  const auto threshold =
      l.values("threshold",
               {.doc = "least change that counts: a number, or a tensor that broadcasts to the "
                       "sample",
                .optional = true},
               shape);
  const bool padding = l.boolean("padding", "the first step is compared with itself, not with 0", false);
  const bool off_spike = l.boolean("off_spike", "-1 where the value has fallen by the threshold", false);
  const bool given = l.given("threshold");

  CellText text{{"input"}, {"threshold"}, {{"last", "value of the step before"}}, {}};
  text.lines.push_back({"change", padding ? "t == 0 ? 0 : input - last" : "input - last"});
  text.lines.push_back({"last", "input"});
  text.lines.push_back(
      {"output", off_spike ? "(change >= threshold) - (change <= -threshold)" : "change >= threshold"});
  l.cell(text, {given ? threshold : PerNeuron{{0.1f}}});
}

}  // namespace

LayerKind delta_layer() {
  return {
      .name = "delta", .doc = "delta modulation: a spike where a value has changed", .build = build_delta};
}

}  // namespace spikeloom
