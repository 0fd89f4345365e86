// What the builder knows of layers over channels, rows and columns.
#include <cmath>

#include "equations/neuron.h"
#include "layers/builder.h"
#include "support/text.h"

namespace spikeloom {
namespace {

constexpr std::int64_t kMostPerAxis = 1 << 20;
constexpr std::uint64_t kMostOutputs = std::uint64_t{1} << 30;

bool whole_number(json::Value v, std::int64_t low, std::int64_t high, std::int64_t& n) {
  if (!v.is(json::Kind::number)) return false;
  const double x = v.number();
  if (!(x >= static_cast<double>(low) && x <= static_cast<double>(high)) || x != std::floor(x)) return false;
  n = static_cast<std::int64_t>(x);
  return true;
}

}  // namespace

std::optional<PerAxis> LayerBuilder::per_axis(std::string_view name, const PerAxisField& field,
                                              std::size_t axes) {
  FieldDeclaration d{.form = FieldDeclaration::Form::per_axis, .doc = std::string(field.doc)};
  d.required = !field.value && !field.optional;
  d.low = static_cast<double>(field.low);
  d.high = static_cast<double>(kMostPerAxis);
  if (field.value) d.value = static_cast<double>(*field.value);
  d.words = field.words;
  d.axes = axes;
  const json::Value value = take_field(name, std::move(d));
  if (!value) {
    if (field.value) return PerAxis{std::vector<std::int64_t>(axes, *field.value), ""};
    return {};
  }

  PerAxis given;
  if (std::int64_t n = 0; whole_number(value, field.low, kMostPerAxis, n))
    return PerAxis{std::vector<std::int64_t>(axes, n), ""};
  if (value.is(json::Kind::string))
    for (const std::string& word : field.words)
      if (word == value.string()) return PerAxis{{}, word};
  if (value.is(json::Kind::array) && value.size() == axes)
    for (std::size_t i = 0; i < axes; ++i)
      if (std::int64_t n = 0; whole_number(value[i], field.low, kMostPerAxis, n)) given.values.push_back(n);
  if (given.values.size() == axes) return given;
  std::string expected =
      "a whole number from " + std::to_string(field.low) + " to " + std::to_string(kMostPerAxis);
  if (axes > 1) expected += ", or a list of " + std::to_string(axes) + ", rows first";
  if (!field.words.empty()) expected += "; or " + listed(field.words);
  problem(name, "'" + std::string(name) + "' is not valid here", expected, value.describe());
  return {};
}

/// The shape of the output; false if it is beyond every limit.
bool LayerBuilder::set_grid(const Windows& w, bool has_rows) {
  const std::uint64_t places = std::uint64_t{w.rows.out} * w.columns.out;  // each at most 2^30
  Shape shape{w.out_channels};
  if (has_rows) shape.push_back(w.rows.out);
  shape.push_back(w.columns.out);
  if (places > kMostOutputs || w.out_channels > kMostOutputs / places) {
    limit("", "the output is larger than the limit", "at most " + std::to_string(kMostOutputs) + " values",
          to_string(shape), "");
    return false;
  }
  result_.shape = std::move(shape);
  return true;
}

void LayerBuilder::convolution(const Windows& windows, std::shared_ptr<const Tensor> weight,
                               std::shared_ptr<const Tensor> bias, bool has_rows) {
  if (!binding_ || !set_grid(windows, has_rows) || !healthy() || !weight) return;
  result_.kind = Convolution{source(), windows, std::move(weight), without_negative_zero(std::move(bias))};
}

void LayerBuilder::pool(Pool pool, bool has_rows) {
  if (!binding_ || !set_grid(pool.windows, has_rows) || !healthy()) return;
  pool.input = source();
  result_.kind = std::move(pool);
}

void LayerBuilder::affine(std::shared_ptr<const Tensor> gain, std::shared_ptr<const Tensor> offset) {
  if (!binding_) return;
  result_.shape = binding_->inputs.front().shape;
  if (unknown_ || !healthy() || !gain || !offset) return;
  Population p;
  p.ports = {{source()}};
  const std::size_t n = element_count(*result_.shape), channels = (*result_.shape)[0];
  if (gain->shape.size() == 2) {
    if (!reserve(2 * std::uint64_t{n})) return;
    p.cell = spikeloom::elementwise("fma(input, gain, offset)", {"input", "gain", "offset"}, {});
    result_.sequences = {{"gain", std::move(gain)}, {"offset", std::move(offset)}};
  } else {
    if (!reserve(2 * std::uint64_t{n})) return;
    p.cell = spikeloom::elementwise("fma(input, gain, offset)", {"input"}, {"gain", "offset"});
    for (const Tensor* values : {gain.get(), offset.get()}) {
      PerNeuron& all = result_.parameters.emplace_back();
      for (std::size_t j = 0; j < n; ++j) all.values.push_back(values->values[j / (n / channels)]);
    }
  }
  result_.kind = std::move(p);
}

}  // namespace spikeloom
