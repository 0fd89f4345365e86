#include <algorithm>
#include <bit>
#include <cmath>

#include "nir/nodes.h"
#include "nir/settle.h"
#include "support/text.h"

namespace spikeloom::nir {
namespace {

constexpr double kMostSteps = 1 << 24;  // of a delay

/// One whole number, or a list for several axes.
std::string whole_json(const Values& values) {
  const auto text = [](double number) { return std::to_string(static_cast<std::int64_t>(number)); };
  const bool is_same = std::ranges::all_of(values.numbers, [&](double n) { return n == values.numbers[0]; });
  if (is_same) return text(values.numbers[0]);
  std::string json = "[";
  for (std::size_t i = 0; i < values.numbers.size(); ++i)
    json += (i > 0 ? ", " : "") + text(values.numbers[i]);
  return json + "]";
}

std::string array(const Node& node, const char* name, const Place& place) {
  const Values& values = node[name];
  return place.put(name, values.shape, values.numbers);
}

void put_delay(const Node& node, const Place& place, const NodeContext& context, NodeText& text) {
  const Values& delay = node["delay"];
  std::vector<double> steps;
  double worst = 0;
  for (const double seconds : delay.numbers) {
    const double exact = seconds / context.settled.dt, whole = std::floor(exact + 0.5);
    if (!(whole >= 0) || whole > kMostSteps) {
      context.report.add(problem(context.file, delay.place, "'delay' is out of range",
                                 "0 to " + time_text(kMostSteps * context.settled.dt), time_text(seconds)));
      return;
    }
    worst = std::max(worst, std::abs(exact - whole));
    steps.push_back(whole);
  }
  if (worst > 1e-3)
    context.report.add(warning(
        context.file, delay.place,
        "delays are rounded to whole steps of " + time_text(context.settled.dt) + " [delay-rounded]"));
  text.put("steps", place.put("steps", delay.shape, steps));
}

}  // namespace

std::string Place::put(const std::string& parameter, const Shape& shape,
                       const std::vector<double>& numbers) const {
  std::vector<float> values;
  values.reserve(numbers.size());
  for (const double number : numbers) values.push_back(static_cast<float>(number));
  const bool may_be_number = parameter != "weight" && parameter != "bias";
  const auto bits = [](float value) { return std::bit_cast<std::uint32_t>(value); };
  if (may_be_number && std::ranges::all_of(values, [&](float v) { return bits(v) == bits(values[0]); }))
    return json_number(values[0]);
  const std::string member = name + "." + parameter;
  weights[member] = {shape, std::move(values)};
  return json_text("w:" + member);
}

void put_layer(const Node& node, const Place& place, const NodeContext& context, NodeText& text) {
  const auto type = [&](const char* name) { text.put("type", json_text(name)); };
  if (node.is("Affine") || node.is("Linear")) {
    const Values& weight = node["weight"];
    if (weight.shape.size() != 2) {
      Diagnostic d =
          problem(context.file, weight.place, "'weight' of node '" + escaped(node.path) + "' is not a matrix",
                  "[out, in]", to_string(weight.shape));
      // The format allows more axes in front, which no layer here has.
      if (weight.shape.size() > 2) d.kind = ErrorKind::unsupported;
      context.report.add(std::move(d));
      return;
    }
    type("linear");
    text.put("weight", array(node, "weight", place));
    if (node.is("Affine")) text.put("bias", array(node, "bias", place));
  } else if (node.is("Conv1d") || node.is("Conv2d")) {
    type(node.is("Conv1d") ? "conv1d" : "conv2d");
    text.put("weight", array(node, "weight", place));
    text.put("bias", array(node, "bias", place));
    for (const char* name : {"stride", "dilation", "groups"}) text.put(name, whole_json(node[name]));
    const Values& padding = node["padding"];
    text.put("padding", padding.word.empty() ? whole_json(padding) : json_text(padding.word));
  } else if (node.is("SumPool2d") || node.is("AvgPool2d")) {
    type(node.is("SumPool2d") ? "sum_pool2d" : "avg_pool2d");
    text.put("kernel", whole_json(node["kernel_size"]));
    text.put("stride", whole_json(node["stride"]));
    text.put("padding", whole_json(node["padding"]));
  } else if (node.is("Flatten")) {
    type("flatten");
    text.put("start_dim", whole_json(node["start_dim"]));
    text.put("end_dim", whole_json(node["end_dim"]));
  } else if (node.is("Scale")) {
    type("scale");
    text.put("scale", array(node, "scale", place));
  } else if (node.is("Threshold")) {
    type("threshold");
    text.put("threshold", array(node, "threshold", place));
  } else if (node.is("Delay")) {
    type("delay");
    put_delay(node, place, context, text);
  }
}

}  // namespace spikeloom::nir
