#include "nir/shapes.h"

#include <deque>

namespace spikeloom::nir {
namespace {

/// One number for each of a few axes: a single one stands for all.
std::int64_t axis_value(const Values& values, std::size_t axis) {
  return static_cast<std::int64_t>(values.at(axis));
}

std::optional<std::size_t> slid(std::int64_t in, std::int64_t kernel, std::int64_t stride,
                                std::int64_t before_and_after, std::int64_t dilation) {
  if (stride < 1 || dilation < 1 || kernel < 1) return std::nullopt;
  const std::int64_t room = in + before_and_after - dilation * (kernel - 1) - 1;
  if (room < 0) return std::nullopt;
  return static_cast<std::size_t>(room / stride + 1);
}

std::optional<Shape> conv_output(const Node& node, const std::optional<Shape>& input) {
  const Values& weight = node["weight"];
  const std::size_t axes = node.is("Conv1d") ? 1 : 2;
  if (!input || weight.shape.size() != axes + 2 || input->size() != axes + 1) return std::nullopt;
  Shape out = {weight.shape[0]};
  const Values& padding = node["padding"];
  for (std::size_t axis = 0; axis < axes; ++axis) {
    for (const char* name : {"stride", "dilation", "padding"})
      if (const Values& v = node[name]; v.word.empty() && !v.is_one() && v.numbers.size() < axes)
        return std::nullopt;
    const auto kernel = static_cast<std::int64_t>(weight.shape[axis + 2]);
    const std::int64_t dilation = axis_value(node["dilation"], axis);
    const std::int64_t around = padding.word == "same"    ? dilation * (kernel - 1)
                                : padding.word == "valid" ? 0
                                                          : 2 * axis_value(padding, axis);
    const auto extent = slid(static_cast<std::int64_t>((*input)[axis + 1]), kernel,
                             axis_value(node["stride"], axis), around, dilation);
    if (!extent) return std::nullopt;
    out.push_back(*extent);
  }
  return out;
}

std::optional<Shape> pool_output(const Node& node, const std::optional<Shape>& input) {
  if (!input || input->size() != 3) return std::nullopt;
  Shape out = {(*input)[0]};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    for (const char* name : {"kernel_size", "stride", "padding"})
      if (!node[name].is_one() && node[name].numbers.size() != 2) return std::nullopt;
    const auto extent =
        slid(static_cast<std::int64_t>((*input)[axis + 1]), axis_value(node["kernel_size"], axis),
             axis_value(node["stride"], axis), 2 * axis_value(node["padding"], axis), 1);
    if (!extent) return std::nullopt;
    out.push_back(*extent);
  }
  return out;
}

std::optional<Shape> flat_output(const Node& node, const std::optional<Shape>& input) {
  if (!input) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(input->size());
  std::int64_t first = axis_value(node["start_dim"], 0), last = axis_value(node["end_dim"], 0);
  if (first < 0) first += rank;
  if (last < 0) last += rank;
  if (first < 0 || last >= rank || first > last) return std::nullopt;
  Shape out(input->begin(), input->begin() + first);
  out.push_back(element_count(Shape(input->begin() + first, input->begin() + last + 1)));
  out.insert(out.end(), input->begin() + last + 1, input->end());
  return out;
}

std::optional<Shape> whole_shape(const Values& values) {
  Shape shape;
  for (const double extent : values.numbers) {
    if (extent < 1) return std::nullopt;
    shape.push_back(static_cast<std::size_t>(extent));
  }
  return shape;
}

/// The shape of a node's values, one for each neuron; nothing if they are one number.
std::optional<Shape> own_shape(const Node& node) {
  for (const Parameter& parameter : node.primitive->parameters)
    if (parameter.kind == Parameter::Kind::neuron || parameter.kind == Parameter::Kind::positive)
      if (const Values* const values = node.find(parameter.name); values != nullptr && !values->is_one())
        return values->shape;
  return std::nullopt;
}

std::optional<Shape> expected_input(const Node& node) {
  if (node.is("Input") || node.is("Output")) return declared_shape(node);
  if (node.is("Affine") || node.is("Linear")) {
    const Shape& weight = node["weight"].shape;
    if (weight.size() != 2) return std::nullopt;
    return Shape{weight[1]};
  }
  if (node.is("Conv1d") || node.is("Conv2d")) {
    const Values* const given = node.find("input_shape");
    const auto extents = given == nullptr ? std::nullopt : whole_shape(*given);
    const Shape& weight = node["weight"].shape;
    if (!extents || weight.size() != extents->size() + 2) return std::nullopt;
    Shape shape = {weight[1] * static_cast<std::size_t>(std::max(1.0, node["groups"].at(0)))};
    shape.insert(shape.end(), extents->begin(), extents->end());
    return shape;
  }
  if (node.is("Flatten")) {
    const Values* const given = node.find("input_type");
    return given == nullptr ? std::nullopt : whole_shape(*given);
  }
  return own_shape(node);
}

}  // namespace

Shape declared_shape(const Node& node) {
  return whole_shape(node["shape"]).value_or(Shape{});
}

std::optional<Shape> output_of(const Node& node, const std::optional<Shape>& input) {
  if (node.is("Affine") || node.is("Linear")) {
    const Shape& weight = node["weight"].shape;
    if (weight.size() != 2) return std::nullopt;
    return Shape{weight[0]};
  }
  if (node.is("Conv1d") || node.is("Conv2d")) return conv_output(node, input);
  if (node.is("SumPool2d") || node.is("AvgPool2d")) return pool_output(node, input);
  if (node.is("Flatten")) return flat_output(node, input);
  return input;  // elementwise
}

std::vector<NodeShapes> infer_shapes(const Network& network) {
  std::vector<NodeShapes> shapes(network.nodes.size());
  std::deque<std::size_t> open;
  const auto settle = [&](std::size_t i) {
    if (shapes[i].output) return;
    shapes[i].output = output_of(network.nodes[i], shapes[i].input);
    if (shapes[i].output) open.push_back(i);
  };
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    shapes[i].input = expected_input(network.nodes[i]);
    settle(i);
  }
  const auto out_of = network.out_of();
  for (; !open.empty(); open.pop_front())
    for (const std::size_t e : out_of[open.front()]) {
      const std::size_t to = network.edges[e].to;
      if (!shapes[to].input) shapes[to].input = shapes[open.front()].output;
      settle(to);
    }
  return shapes;
}

}  // namespace spikeloom::nir
