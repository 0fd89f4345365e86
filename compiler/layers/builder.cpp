#include "layers/builder.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "equations/neuron.h"
#include "support/check.h"
#include "support/text.h"

namespace spikeloom {
namespace {

constexpr std::size_t kMostParts = 65536;        // slices that a concat along an inner axis may need
constexpr std::size_t kMostOperands = 16;        // of multiply: each is a port of its cell
constexpr std::uint32_t kMostDelay = 1'000'000;  // steps

std::string list_of(const std::vector<std::string>& names) {
  std::string all = "[";
  for (std::size_t i = 0; i < names.size(); ++i) all += (i ? ", " : "") + names[i];
  return all + "]";
}

/// The shortest digits that mean this number.
template <class Number>
std::string digits(Number x) {
  char text[64];
  return std::string(text, std::to_chars(text, text + sizeof text, x).ptr);
}

}  // namespace

Diagnostic beyond_limit(json::Value place, const ElementBudget& budget, std::string got) {
  Diagnostic d = place.at("the network is larger than the limit", budget.text(), std::move(got));
  d.kind = ErrorKind::limit;
  return d;
}

std::string ElementBudget::text() const {
  return "at most " + std::to_string(limit) + " values of tensors, states and delays";
}

std::shared_ptr<const Tensor> without_negative_zero(std::shared_ptr<const Tensor> bias) {
  const auto is_negative_zero = [](float x) { return x == 0 && std::signbit(x); };
  if (!bias || std::none_of(bias->values.begin(), bias->values.end(), is_negative_zero)) return bias;
  Tensor positive = *bias;
  for (float& x : positive.values) x = is_negative_zero(x) ? 0.0f : x;
  return std::make_shared<const Tensor>(std::move(positive));
}

std::shared_ptr<const Tensor> read_once(json::Value value, const Graph& graph, TensorCache& cache,
                                        ElementBudget& budget, Report& report) {
  // A tensor that is written out is known by its place, one that is named by its name.
  const std::string key = value.is(json::Kind::string) ? "=" + value.string() : value.pointer();
  if (const auto known = cache.find(key); known != cache.end() && known->second) return known->second;
  std::shared_ptr<const Tensor> tensor;
  if (auto read = read_tensor(value, graph, report)) {
    if (read->values.empty())
      report.add(value.at("this tensor has no elements", "at least one", to_string(read->shape)));
    else if (!budget.take(read->values.size()))
      report.add(beyond_limit(value, budget));
    else
      tensor = std::make_shared<const Tensor>(std::move(*read));
  }
  cache[key] = tensor;
  return tensor;
}

bool broadcast(const Tensor& tensor, const Shape& shape, PerNeuron& all) {
  const Shape& from = tensor.shape;
  if (from.size() > shape.size()) return false;
  const std::size_t lead = shape.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i] != 1 && from[i] != shape[lead + i]) return false;
  if (tensor.values.size() == 1) {
    all.values = tensor.values;
    return true;
  }

  // Walk the elements of `shape` in row-major order; an axis of extent 1 does not move the source.
  std::vector<std::size_t> stride(shape.size(), 0), at(shape.size(), 0);
  std::size_t step = 1;
  for (std::size_t i = from.size(); i-- > 0; step *= from[i])
    if (from[i] != 1) stride[lead + i] = step;
  const std::size_t n = element_count(shape);
  all.values.resize(n);
  std::size_t source = 0;
  for (std::size_t e = 0; e < n; ++e) {
    all.values[e] = tensor.values[source];
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      source += stride[axis];
      if (++at[axis] < shape[axis]) break;
      source -= stride[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return true;
}

LayerDeclaration declare(const LayerKind& kind) {
  LayerDeclaration declaration;
  LayerBuilder unbound(declaration);
  kind.build(unbound);
  return declaration;
}

bool LayerBuilder::healthy() const {
  return !broken_ && (!binding_ || binding_->report->ok());
}

void LayerBuilder::problem(std::string_view field, std::string what, std::string expected, std::string got,
                           std::string hint) {
  if (!binding_) return;
  const json::Value place = binding_->place.find(field);
  binding_->report->add((place ? place : binding_->place)
                            .at(std::move(what), std::move(expected), std::move(got), std::move(hint)));
}

void LayerBuilder::limit(std::string_view field, std::string what, std::string expected, std::string got,
                         std::string hint) {
  const json::Value place = binding_->place.find(field);
  Diagnostic d = (place ? place : binding_->place)
                     .at(std::move(what), std::move(expected), std::move(got), std::move(hint));
  d.kind = ErrorKind::limit;
  binding_->report->add(std::move(d));
}

void LayerBuilder::input_problem(std::size_t operand, std::string what, std::string expected, std::string got,
                                 std::string hint) {
  binding_->report->add(binding_->inputs[operand].place.at(std::move(what), std::move(expected),
                                                           std::move(got), std::move(hint)));
}

json::Value LayerBuilder::take_field(std::string_view name, FieldDeclaration declaration) {
  declaration.name = name;
  if (declaration_) {
    declaration_->fields.push_back(std::move(declaration));
    return {};
  }
  const json::Value value =
      declaration.required ? binding_->fields->require(name, declaration.doc) : binding_->fields->take(name);
  using Form = FieldDeclaration::Form;
  const bool is_tensor = declaration.form == Form::tensor || declaration.form == Form::synapses;
  return is_tensor ? binding_->graph->tensor_meant(value, binding_->use) : value;
}

std::int64_t LayerBuilder::integer(std::string_view name, const IntegerField& field) {
  FieldDeclaration d{.form = FieldDeclaration::Form::integer, .doc = std::string(field.doc)};
  d.required = !field.value;
  d.low = static_cast<double>(field.low);
  d.high = static_cast<double>(field.high);
  if (field.value) d.value = static_cast<double>(*field.value);
  const std::int64_t fallback = field.value.value_or(field.low);
  if (declaration_) {
    take_field(name, std::move(d));
    return fallback;
  }
  if (d.required && !binding_->place.find(name)) {
    take_field(name, std::move(d));
    return fallback;
  }
  return binding_->fields->integer(name, fallback, field.low, field.high);
}

std::optional<double> LayerBuilder::number(std::string_view name, const NumberField& field) {
  FieldDeclaration d{.form = FieldDeclaration::Form::number, .doc = std::string(field.doc)};
  d.required = !field.value;
  d.low = field.low;
  d.high = field.high;
  d.value = field.value;
  const json::Value value = take_field(name, std::move(d));
  if (!value) return field.value;
  const double x = value.is(json::Kind::number) ? value.number() : std::nan("");
  if (!(x >= field.low.value_or(-HUGE_VAL) && x <= field.high.value_or(HUGE_VAL))) {
    std::string expected = "a number";
    if (field.low && field.high)
      expected += " from " + digits(*field.low) + " to " + digits(*field.high);
    else if (field.low)
      expected += ", at least " + digits(*field.low);
    problem(name, "'" + std::string(name) + "' is not valid here", expected, value.describe());
    return {};
  }
  return x;
}

bool LayerBuilder::boolean(std::string_view name, std::string_view doc, bool value) {
  FieldDeclaration d{.form = FieldDeclaration::Form::boolean, .doc = std::string(doc), .required = false};
  d.value = value;
  const json::Value given = take_field(name, std::move(d));
  if (!given) return value;
  if (given.is(json::Kind::boolean)) return given.boolean();
  problem(name, "'" + std::string(name) + "' is not valid here", "true or false", given.describe());
  return value;
}

std::optional<std::vector<std::int64_t>> LayerBuilder::integers(std::string_view name,
                                                                const TensorField& field) {
  FieldDeclaration d{.form = FieldDeclaration::Form::integers, .doc = std::string(field.doc)};
  d.required = !field.optional;
  const json::Value value = take_field(name, std::move(d));
  if (!value) return {};
  std::vector<std::int64_t> all;
  bool valid = value.is(json::Kind::array);
  for (std::size_t i = 0; valid && i < value.size(); ++i) {
    const double x = value[i].is(json::Kind::number) ? value[i].number() : 0.5;
    valid = x == std::floor(x) && std::fabs(x) <= 4294967296.0;
    if (valid) all.push_back(static_cast<std::int64_t>(x));
  }
  if (!valid || all.empty()) {
    problem(name, "'" + std::string(name) + "' is not a list of whole numbers", "such as [16, 4, 4]",
            value.describe());
    return {};
  }
  return all;
}

std::optional<std::string> LayerBuilder::word(std::string_view name, std::string_view doc,
                                              std::vector<std::string> words) {
  FieldDeclaration d{.form = FieldDeclaration::Form::word, .doc = std::string(doc), .required = false};
  d.words = words;
  const json::Value value = take_field(name, std::move(d));
  if (!value) return {};
  if (value.is(json::Kind::string) && std::ranges::find(words, value.string()) != words.end())
    return value.string();
  problem(name, "'" + std::string(name) + "' is not valid here", listed(words), value.describe(),
          value.is(json::Kind::string) ? json::hint_for(value.string(), words) : "");
  return {};
}

std::shared_ptr<const Tensor> LayerBuilder::tensor(std::string_view name, const TensorField& field) {
  FieldDeclaration d{.form = FieldDeclaration::Form::tensor, .doc = std::string(field.doc)};
  d.required = !field.optional;
  const json::Value value = take_field(name, std::move(d));
  broken_ = broken_ || (!value && !field.optional);
  if (!value) return nullptr;
  auto all = read_once(value, *binding_->graph, *binding_->cache, *binding_->budget, *binding_->report);
  broken_ = broken_ || !all;
  return all;
}

std::optional<std::uint64_t> LayerBuilder::seed(std::string_view name, std::string_view doc) {
  FieldDeclaration d{.form = FieldDeclaration::Form::integer, .doc = std::string(doc), .required = false};
  d.low = 0;
  const json::Value value = take_field(name, std::move(d));
  if (!value) return {};
  if (value.is_unsigned()) return value.unsigned_integer();
  problem(name, "'" + std::string(name) + "' is out of range",
          "a whole number from 0 to 18446744073709551615", value.describe());
  return {};
}

json::Value LayerBuilder::synapse_values(std::string_view name, std::string_view doc) {
  return take_field(name,
                    {.form = FieldDeclaration::Form::synapses, .doc = std::string(doc), .required = false});
}

void LayerBuilder::foreign(std::string_view word, std::string_view ours) {
  if (binding_) binding_->fields->translate(word, ours);
}

Axis LayerBuilder::axis(std::string_view name) {
  Axis a;
  a.id = extents_.size();
  extents_.emplace_back();
  axis_names_.emplace_back(name);
  return a;
}

std::string LayerBuilder::expected_shape(std::initializer_list<Axis> axes) const {
  std::vector<std::string> words;
  for (const Axis a : axes)
    words.push_back(extents_[a.id] ? std::to_string(*extents_[a.id]) : axis_names_[a.id]);
  return list_of(words);
}

std::shared_ptr<const Tensor> LayerBuilder::weights(std::string_view name, const TensorField& field,
                                                    std::initializer_list<Axis> axes) {
  FieldDeclaration d{.form = FieldDeclaration::Form::tensor, .doc = std::string(field.doc)};
  d.required = !field.optional;
  const json::Value value = take_field(name, std::move(d));
  if (!value) {
    broken_ = broken_ || !field.optional;
    return nullptr;
  }
  auto tensor = read_once(value, *binding_->graph, *binding_->cache, *binding_->budget, *binding_->report);
  if (!tensor) {
    broken_ = true;
    return nullptr;
  }

  const std::string expected = expected_shape(axes);
  if (tensor->shape.empty()) {
    // One number for all: the extents must be known from elsewhere.
    Tensor filled;
    std::uint64_t elements = 1;
    for (const Axis a : axes) {
      if (!extents_[a.id]) {
        problem(name, "a single number does not say how many there are", "a tensor " + expected,
                value.describe());
        return nullptr;
      }
      filled.shape.push_back(*extents_[a.id]);
      elements *= *extents_[a.id];
    }
    if (!reserve(elements, value)) return nullptr;
    filled.values.assign(elements, tensor->values.front());
    return std::make_shared<const Tensor>(std::move(filled));
  }
  bool fits = tensor->shape.size() == axes.size();
  std::size_t i = 0;
  for (const Axis a : axes) {
    if (!fits) break;
    fits = !extents_[a.id] || *extents_[a.id] == tensor->shape[i];
    ++i;
  }
  if (!fits) {
    problem(name, "'" + std::string(name) + "' has the wrong shape", expected, to_string(tensor->shape));
    return nullptr;
  }
  i = 0;
  for (const Axis a : axes) extents_[a.id] = tensor->shape[i++];
  return tensor;
}

bool LayerBuilder::reserve(std::uint64_t elements, json::Value place) {
  if (binding_->budget->take(elements)) return true;
  binding_->report->add(beyond_limit(place, *binding_->budget));
  return false;
}

bool LayerBuilder::reserve(std::uint64_t elements) {
  return reserve(elements, binding_->place);
}

std::optional<PerNeuron> LayerBuilder::values(std::string_view name, const TensorField& field,
                                              const std::optional<Shape>& shape) {
  FieldDeclaration d{.form = FieldDeclaration::Form::tensor, .doc = std::string(field.doc)};
  d.required = !field.optional;
  const json::Value value = take_field(name, std::move(d));
  if (!value) {
    broken_ = broken_ || !field.optional;
    return {};
  }
  const auto tensor =
      read_once(value, *binding_->graph, *binding_->cache, *binding_->budget, *binding_->report);
  if (!tensor) broken_ = true;
  if (!tensor || !shape) return {};
  if (tensor->values.size() > 1 && !reserve(element_count(*shape), value)) return {};
  PerNeuron all;
  if (broadcast(*tensor, *shape, all)) return all;
  problem(name, "'" + std::string(name) + "' does not fit the sample",
          "a number, or a tensor that broadcasts from the right to " + to_string(*shape),
          to_string(tensor->shape));
  return {};
}

void LayerBuilder::input(std::initializer_list<Axis> axes) {
  if (!binding_) return;
  const LayerInput& in = binding_->inputs.front();
  if (!in.shape) {
    unknown_ = true;
    return;
  }
  bool fits = in.shape->size() == axes.size();
  std::size_t i = 0;
  for (const Axis a : axes) {
    if (!fits) break;
    fits = !extents_[a.id] || *extents_[a.id] == (*in.shape)[i];
    ++i;
  }
  if (!fits) {
    const bool rank = in.shape->size() != axes.size();
    input_problem(
        0, in.name + " gives " + to_string(*in.shape) + ", " + name() + " expects " + expected_shape(axes),
        "", "", rank && axes.size() == 1 ? "put a \"flatten\" layer between them" : "");
    return;
  }
  i = 0;
  for (const Axis a : axes) extents_[a.id] = (*in.shape)[i++];
}

std::optional<Shape> LayerBuilder::input() {
  if (!binding_) return {};
  unknown_ = unknown_ || !binding_->inputs.front().shape;
  return binding_->inputs.front().shape;
}

std::vector<std::optional<Shape>> LayerBuilder::operands() {
  std::vector<std::optional<Shape>> shapes;
  if (!binding_) return shapes;
  for (const LayerInput& in : binding_->inputs) {
    unknown_ = unknown_ || !in.shape;
    shapes.push_back(in.shape);
  }
  return shapes;
}

std::optional<Shape> LayerBuilder::equal_operands() {
  std::size_t first = 0;
  const auto shapes = operands();
  while (first < shapes.size() && !shapes[first]) ++first;
  if (first == shapes.size()) return {};
  for (std::size_t i = first + 1; i < shapes.size(); ++i)
    if (shapes[i] && *shapes[i] != *shapes[first])
      input_problem(i,
                    input_name(i) + " gives " + to_string(*shapes[i]) + ", " + name() + " expects " +
                        to_string(*shapes[first]),
                    "", "", "all operands must have the shape of the first, " + input_name(first));
  return shapes[first];
}

void LayerBuilder::linear(std::initializer_list<Axis> output, std::shared_ptr<const Tensor> weight,
                          std::shared_ptr<const Tensor> bias) {
  if (!binding_) return;
  Shape shape;
  for (const Axis a : output) {
    if (!extents_[a.id]) return;
    shape.push_back(*extents_[a.id]);
  }
  result_.shape = shape;
  if (unknown_ || !healthy() || !weight) return;
  result_.kind = Linear{source(), std::move(weight), without_negative_zero(std::move(bias))};
}

void LayerBuilder::sparse(Axis out, std::shared_ptr<const Synapses> synapses) {
  if (!binding_ || !extents_[out.id]) return;
  result_.shape = Shape{*extents_[out.id]};
  if (unknown_ || !healthy() || !synapses) return;
  Sparse s{source(), std::move(synapses)};
  const Signal from = s.input.signal;
  // A constant is the same at any time, before the start as well.
  if (from.of != Signal::Of::input || !binding_->graph->inputs[from.index].constant)
    s.input.delay += s.synapses->least_delay;
  result_.kind = std::move(s);
}

void LayerBuilder::elementwise(
    std::string_view expression,
    const std::vector<std::pair<std::string, std::optional<PerNeuron>>>& parameters) {
  if (!binding_) return;
  result_.shape = binding_->inputs.front().shape;
  if (unknown_ || !healthy()) return;
  std::vector<std::string> names;
  for (const auto& [name, value] : parameters) {
    if (!value) return;
    names.push_back(name);
    result_.parameters.push_back(*value);
  }
  Population p;
  p.cell = spikeloom::elementwise(expression, {"input"}, names);
  p.ports = {{source()}};
  result_.kind = std::move(p);
}

void LayerBuilder::chain(char operation) {
  const auto shape = equal_operands();
  if (!binding_) return;
  result_.shape = shape;
  if (unknown_ || !healthy()) return;
  Population p;
  if (operation == '+') {
    // A port sums its sources left to right, one rounding each: exactly this layer.
    p.cell = spikeloom::elementwise("input", {"input"}, {});
    p.ports.emplace_back();
    for (const LayerInput& in : binding_->inputs) p.ports.front().push_back(in.source);
  } else {
    const std::size_t count = binding_->inputs.size();
    if (count > kMostOperands) {
      Diagnostic d = binding_->place.at(name() + " has too many operands",
                                        "at most " + std::to_string(kMostOperands), std::to_string(count));
      d.kind = ErrorKind::limit;
      binding_->report->add(std::move(d));
      return;
    }
    std::string expression;
    std::vector<std::string> ports;
    for (std::size_t i = 0; i < count; ++i) {
      ports.push_back("x" + std::to_string(i));
      expression += (i ? std::string(1, ' ') + operation + " " : "") + ports.back();
      p.ports.push_back({binding_->inputs[i].source});
    }
    p.cell = spikeloom::elementwise(expression, ports, {});
  }
  result_.kind = std::move(p);
}

void LayerBuilder::reshape(std::optional<Shape> to) {
  if (!binding_) return;
  result_.shape = std::move(to);
  if (result_.shape && !unknown_ && healthy()) result_.kind = Reshape{source()};
}

void LayerBuilder::concat(std::size_t axis) {
  if (!binding_) return;
  std::size_t first = 0;
  while (!binding_->inputs[first].shape) ++first;
  const Shape& like = *binding_->inputs[first].shape;
  Shape joined = like;
  joined[axis] = 0;
  for (std::size_t i = 0; i < binding_->inputs.size(); ++i) {
    const auto& shape = binding_->inputs[i].shape;
    if (!shape) continue;
    bool fits = shape->size() == like.size();
    for (std::size_t k = 0; fits && k < like.size(); ++k) fits = k == axis || (*shape)[k] == like[k];
    if (!fits) {
      input_problem(i, input_name(i) + " gives " + to_string(*shape) + ", " + name() + " expects " +
                           to_string(like) + " in all axes but axis " + std::to_string(axis));
      continue;
    }
    joined[axis] += (*shape)[axis];
  }
  if (unknown_ || !healthy()) return;
  result_.shape = joined;

  std::size_t outer = 1;
  for (std::size_t k = 0; k < axis; ++k) outer *= like[k];
  if (outer == 1) {
    Concat c;
    for (const LayerInput& in : binding_->inputs) c.inputs.push_back(in.source);
    result_.kind = std::move(c);
    return;
  }
  if (outer > kMostParts / binding_->inputs.size()) {
    Diagnostic d = binding_->place.at("this axis cuts the operands into too many parts",
                                      "at most " + std::to_string(kMostParts), "",
                                      "an axis further to the front makes fewer parts");
    d.kind = ErrorKind::limit;
    binding_->report->add(std::move(d));
    return;
  }
  for (std::size_t row = 0; row < outer; ++row)
    for (std::size_t i = 0; i < binding_->inputs.size(); ++i) {
      const std::size_t count = element_count(*binding_->inputs[i].shape) / outer;
      result_.parts.push_back({i, row * count, count});
    }
}

void LayerBuilder::delay(const std::optional<PerNeuron>& steps) {
  if (!binding_) return;
  result_.shape = binding_->inputs.front().shape;
  if (unknown_ || !healthy() || !steps) return;
  Delay d{source(), {}};
  for (const float s : steps->values) {
    if (!(s >= 0 && s <= kMostDelay) || s != std::floor(s)) {
      problem("steps", "a delay is a whole number of steps", "0 to " + digits(kMostDelay), digits(s));
      return;
    }
    d.steps.push_back(static_cast<std::uint32_t>(s));
  }
  result_.kind = std::move(d);
}

}  // namespace spikeloom
