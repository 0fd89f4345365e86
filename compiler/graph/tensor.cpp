// Tensors as a graph names them.
#include <cmath>

#include "equations/evaluate.h"
#include "graph/graph.h"
#include "graph/reading.h"
#include "support/rounding.h"

namespace spikeloom {

namespace {

constexpr const char* kTensorForm =
    "a number, a nested array of numbers, \"file.npy\", \"file.npz:name\", \"file.safetensors:name\", "
    "\"alias:name\" or { \"random\": ... }";

/// A number of the text as float32: one rounding. JSON has no infinities and NaN, so only overflow is left.
std::optional<float> to_float(json::Value number, Report& report) {
  const auto value = static_cast<float>(number.number());
  if (std::isfinite(value)) return value;
  report.add(number.at("this number is outside the range of float32", "at most 3.4028235e38 in magnitude",
                       number.describe()));
  return {};
}

std::optional<Tensor> too_large(json::Value value, const Graph& graph, std::string got, Report& report) {
  Diagnostic d = value.at("this tensor has too many elements",
                          "at most " + std::to_string(graph.source.limits.elements), std::move(got));
  d.kind = ErrorKind::limit;
  report.add(std::move(d));
  return {};
}

class NestedArray {
 public:
  NestedArray(json::Value root, Report& report) : report_(report) {
    for (json::Value v = root; v.is(json::Kind::array); v = v[0]) {
      tensor_.shape.push_back(v.size());
      if (v.size() == 0) break;
    }
  }
  const Shape& shape() const { return tensor_.shape; }

  std::optional<Tensor> read(json::Value root) {
    // Nothing is reserved: a ragged array may claim far more elements than it has.
    if (!walk(root, 0)) return {};
    return std::move(tensor_);
  }

 private:
  /// As deep as the document, which is limited. Ends at the first problem.
  bool walk(json::Value v, std::size_t level) {
    if (level == tensor_.shape.size()) {
      if (!v.is(json::Kind::number)) {
        report_.add(v.at(v.is(json::Kind::array) ? "this array is nested deeper than those before it"
                                                 : "this is not a number",
                         "a number", v.describe()));
        return false;
      }
      const std::optional<float> number = to_float(v, report_);
      if (number) tensor_.values.push_back(*number);
      return number.has_value();
    }
    if (!v.is(json::Kind::array) || v.size() != tensor_.shape[level]) {
      report_.add(v.at("the rows of a nested array must be equally long",
                       "an array of " + std::to_string(tensor_.shape[level]) + ", as the first one",
                       v.describe()));
      return false;
    }
    for (std::size_t i = 0; i < v.size(); ++i)
      if (!walk(v[i], level + 1)) return false;
    return true;
  }

  Report& report_;
  Tensor tensor_;
};

std::optional<Tensor> read_nested(json::Value value, const Graph& graph, Report& report) {
  NestedArray array(value, report);
  if (!checked_count(array.shape(), graph.source.limits.elements))
    return too_large(value, graph, to_string(array.shape()), report);
  return array.read(value);
}

}  // namespace

std::optional<Tensor> read_tensor(json::Value value, const Graph& graph, Report& report) {
  const NearestRounding rounding;
  switch (value.kind()) {
    case json::Kind::number:
      if (const std::optional<float> number = to_float(value, report)) return Tensor{{}, {*number}};
      return {};
    case json::Kind::array:
      return read_nested(value, graph, report);
    case json::Kind::string:
      return read_named_tensor(value, graph, report);
    case json::Kind::object:
      return generate_tensor(value, graph, report);
    default:
      report.add(value.at("this is not a tensor", kTensorForm, value.describe()));
      return {};
  }
}

}  // namespace spikeloom
