#include <cmath>

#include "layers/builder.h"

namespace spikeloom {
namespace {

// snnTorch's spikegen.latency: one spike an element, the earlier the larger its value, which should lie in
// [0, 1].
//   log     t = tau log(d / (d - threshold)) + first with d = max(value, threshold + epsilon): the time at
//   which an
//           RC circuit under the current d reaches the threshold
//   linear  t = tau (1 - d) + first, at most that of d = threshold
// and the spike is in the step nearest to t, of two equally near ones in the even one. Normalised, the
// smallest value that counts comes in the last step. (Sums and products in the order of snnTorch's, each
// rounded to float32.)
struct Latency {
  std::int64_t num_steps = 0;  // 0: not given
  double threshold = 0, tau = 1, epsilon = 0, on = 1, off = 0;
  std::int64_t first = 0;
  bool linear = false, normalize = false, clip = false, bypass = false, interpolate = false;
};

Latency read(LayerBuilder& l) {
  Latency v;
  const auto number = [&](std::string_view name, std::string_view doc, double value, double low,
                          double high) {
    return l.number(name, {.doc = doc, .value = value, .low = low, .high = high}).value_or(value);
  };
  v.num_steps = l.integer(
      "num_steps", {.doc = "steps that a normalised time, or the last spike, has to fit into; 0: without end",
                    .value = 0,
                    .low = 0,
                    .high = 1 << 24});
  v.threshold = number("threshold", "smallest value that counts", 0.01, 0, 1e30);
  v.tau = number("tau", "steps in which the value e times as large comes earlier (log), or 1 (linear)", 1, 0,
                 1e30);
  v.epsilon = number("epsilon", "least distance of a value from the threshold", 1e-7, 0, 1e30);
  v.first = l.integer("first_spike_time",
                      {.doc = "steps before the first spike", .value = 0, .low = 0, .high = 1 << 24});
  v.linear = l.boolean("linear", "time falls linearly with the value, not as an RC circuit's", false);
  v.normalize =
      l.boolean("normalize", "times fill num_steps, the last one at the sample's smallest value", false);
  v.clip = l.boolean("clip", "values below the threshold never spike", false);
  v.bypass = l.boolean("bypass",
                       "spikes due after num_steps are dropped; otherwise they come in its last step", false);
  v.interpolate =
      l.boolean("interpolate", "a ramp from off_target up to the spike, not a single value", false);
  v.on = number("on_target", "the value of a spike", 1, -1e30, 1e30);
  v.off = number("off_target", "the value without a spike, and of a spike below it", 0, -1e30, 1e30);
  if (v.normalize && v.num_steps <= v.first)
    l.problem("normalize", "a normalised time needs steps that it can fill",
              "\"num_steps\" above " + std::to_string(v.first));
  else if (v.num_steps > 0 && v.num_steps <= v.first)
    l.problem("first_spike_time", "the first spike lies behind the last step",
              "a step before " + std::to_string(v.num_steps), std::to_string(v.first));
  return v;
}

void build_latency(LayerBuilder& l) {
  l.foreign("steps", "num_steps");
  const Latency v = read(l);
  l.input();
  const bool reduces = v.normalize && !v.linear;

  CellText text{{"input"},
                {"threshold", "low", "tau", "span", "first", "last", "on", "off"},
                {{"time", "step of the spike before it is rounded"}},
                {}};
  const std::vector<PrintedLine> raw = {{"value", "max(input, low)"},
                                        {"raw", "tau * log(value / (value - threshold))"}};
  if (v.linear) {
    text.lines.push_back({"time", "min(-tau * (input - 1), -tau * (threshold - 1)) + first"});
  } else {
    text.lines = raw;
    text.lines.push_back({"time", reduces ? "raw * span / largest + first" : "raw + first"});
  }
  if (reduces) text.ports.emplace_back("largest");
  text.lines.push_back({"whole", "floor(time)"});
  text.lines.push_back({"part", "time - whole"});
  text.lines.push_back({"even", "0.5 * whole == floor(0.5 * whole)"});
  text.lines.push_back({"nearest", "part > 0.5 or part == 0.5 and not even ? whole + 1 : whole"});
  if (v.num_steps > 0 && !v.bypass) text.lines.push_back({"step", "min(nearest, last)"});
  const std::string step = v.num_steps > 0 && !v.bypass ? "step" : "nearest";
  std::string takes_part;
  if (v.clip) takes_part += " and input >= threshold";
  if (v.num_steps > 0 && v.bypass) takes_part += " and nearest <= last";
  if (v.interpolate) {
    text.lines.push_back({"ramp", step + " > 0 ? t / " + step + " : 1"});
    text.lines.push_back({"output", "(t <= " + step + takes_part + ") ? off + (on - off) * ramp : off"});
  } else if (v.on == 1 && v.off == 0) {
    text.lines.push_back({"output", "t == " + step + takes_part});
  } else {
    text.lines.push_back({"output", "max((t == " + step + takes_part + ") * on, off)"});
  }
  std::optional<CellText> largest;
  if (reduces) {
    largest.emplace(CellText{{"input"}, text.parameters, {}, raw});
    largest->lines.push_back({"output", "winner(raw) ? raw : 0"});
  }

  const double last = v.num_steps > 0 ? static_cast<double>(v.num_steps - 1) : 0;
  const double span = last - static_cast<double>(v.first);
  const auto one = [](double x) { return PerNeuron{{static_cast<float>(x)}}; };
  l.cell(text,
         {one(v.threshold), one(v.threshold + v.epsilon), one(v.linear && v.normalize ? span : v.tau),
          one(span), one(static_cast<double>(v.first)), one(last), one(v.on), one(v.off)},
         largest);
}

}  // namespace

LayerKind latency_layer() {
  return {.name = "latency",
          .doc = "latency code: one spike an element, the earlier the larger it is",
          .build = build_latency};
}

}  // namespace spikeloom
