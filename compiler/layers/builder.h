// What a layer says of itself. Every call declares a field, reads it from the node and checks it; in a pass
// where nothing is bound only the declarations count (declare()). Shapes may be unknown: an extent becomes
// known from whichever of weights, input and formula knows it first, and the others are held against it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "equations/cell_text.h"
#include "graph/graph.h"
#include "layers/layer.h"
#include "model/model.h"

namespace spikeloom {

/// One direction of a tensor; its extent may be unknown.
class Axis {
  friend class LayerBuilder;
  std::size_t id = 0;
};

struct FieldDeclaration {
  enum class Form {
    integer,
    number,
    boolean,
    integers,
    tensor,
    word,
    synapses,
    per_axis
  } form = Form::number;
  std::string name, doc;
  bool required = true;
  std::optional<double> low, high, value;  // bounds and default of an integer or number
  std::vector<std::string> words;          // of a word: those that are known
  std::size_t axes = 0;                    // of a number for each axis: how many there are
};

struct LayerDeclaration {
  std::vector<FieldDeclaration> fields;
};

struct IntegerField {
  std::string_view doc;
  std::optional<std::int64_t> value;  // the default; none: required
  std::int64_t low = 0, high = 1'000'000'000;
};

struct NumberField {
  std::string_view doc;
  std::optional<double> value;
  std::optional<double> low, high;
};

struct TensorField {
  std::string_view doc;
  bool optional = false;
};

/// A whole number for all axes, or a list of one for each, rows first; or a word instead.
struct PerAxisField {
  std::string_view doc;
  std::optional<std::int64_t> value;  // the default; none: `optional` says whether it is required
  std::int64_t low = 0;
  bool optional = false;
  std::vector<std::string> words = {};
};
struct PerAxis {
  std::vector<std::int64_t> values;  // one for each axis; empty if a word stands there
  std::string word;
};

/// Tensors by the text that names them, so that a weight used twice is read and held once.
using TensorCache = std::map<std::string, std::shared_ptr<const Tensor>>;

/// One source of a layer, resolved. `shape` is empty while unknown.
struct LayerInput {
  Source source;
  json::Value place;
  std::string name;  // as the user would say it: "fc1", "lif1.mem"
  std::optional<Shape> shape;
  std::size_t first = 0;  // of a slice: its first element
};

/// Elements that a network may still take.
struct ElementBudget {
  std::uint64_t limit = 0, used = 0;
  bool take(std::uint64_t n) {
    if (n > limit - used) return false;
    used += n;
    return true;
  }
  std::string text() const;  // what to say of the limit
};

/// What is said when the budget is used up.
Diagnostic beyond_limit(json::Value place, const ElementBudget& budget, std::string got = {});

/// Reads a tensor once however often it is asked for; null if it could not be read, or if the network is full
/// with it (reported the first time).
std::shared_ptr<const Tensor> read_once(json::Value value, const Graph& graph, TensorCache& cache,
                                        ElementBudget& budget, Report& report);

/// A bias of -0 is read as +0: so no sum is ever -0 before something is added to it.
std::shared_ptr<const Tensor> without_negative_zero(std::shared_ptr<const Tensor> bias);

/// What a bound pass works on; borrowed.
struct LayerBinding {
  std::string name;  // of the node
  json::Value place;
  const Graph* graph = nullptr;
  json::Fields* fields = nullptr;
  TensorCache* cache = nullptr;
  ElementBudget* budget = nullptr;
  Report* report = nullptr;  // of this pass alone
  std::int32_t use = -1;     // of Graph::uses: where names of tensors come from
  std::vector<LayerInput> inputs;
};

using NodeKind = decltype(ModelNode::kind);

/// Rows of a source behind each other; how a concat along an inner axis is told to the model.
struct ConcatPart {
  std::size_t input = 0;  // index into the operands
  std::size_t first = 0, count = 0;
};

/// The largest value of a cell over the sample, which the layer's own cell reads through its last port.
struct LargestOf {
  Cell cell;
  std::vector<PerNeuron> parameters;
};

/// A further port of the layer's cell, whose values are given for every step: [steps, channels].
struct SequencePort {
  std::string name;
  std::shared_ptr<const Tensor> rows;
};

struct LayerResult {
  std::optional<Shape> shape;
  std::optional<NodeKind> kind;       // none: something is unknown or was reported
  std::vector<ConcatPart> parts;      // in place of `kind` when a concat needs parts of its operands
  std::vector<PerNeuron> parameters;  // of an elementwise cell, in its order; setup is not evaluated yet
  std::optional<LargestOf> largest;
  std::vector<SequencePort> sequences;
};

class LayerBuilder {
 public:
  explicit LayerBuilder(LayerDeclaration& declaration) : declaration_(&declaration) {}
  explicit LayerBuilder(LayerBinding& binding) : binding_(&binding) {}

  // --- fields ---
  std::int64_t integer(std::string_view name, const IntegerField& field);
  std::optional<double> number(std::string_view name, const NumberField& field);
  bool boolean(std::string_view name, std::string_view doc, bool value);
  /// A list of whole numbers; empty if unknown.
  std::optional<std::vector<std::int64_t>> integers(std::string_view name, const TensorField& field);
  /// Nothing if absent or reported.
  std::optional<PerAxis> per_axis(std::string_view name, const PerAxisField& field, std::size_t axes);
  /// One of `words`; nothing if absent or reported.
  std::optional<std::string> word(std::string_view name, std::string_view doc,
                                  std::vector<std::string> words);
  /// A tensor of any shape; null if absent or reported.
  std::shared_ptr<const Tensor> tensor(std::string_view name, const TensorField& field);
  /// A whole number of 64 bits without sign.
  std::optional<std::uint64_t> seed(std::string_view name, std::string_view doc);
  /// What stands there, read by the caller: a number, a tensor or how numbers are drawn. Absent in a pass
  /// where nothing is bound.
  json::Value synapse_values(std::string_view name, std::string_view doc);
  bool has(std::string_view name) const { return binding_ && binding_->place.find(name); }
  /// A word from elsewhere and the field that says it here.
  void foreign(std::string_view word, std::string_view ours);

  // --- axes and weights ---
  Axis axis(std::string_view name);
  void fix(Axis a, std::size_t extent) { extents_[a.id] = extent; }
  std::optional<std::size_t> extent(Axis a) const { return extents_[a.id]; }
  /// A tensor with these axes; a number fills them all. Null if optional and absent, unknown or reported.
  std::shared_ptr<const Tensor> weights(std::string_view name, const TensorField& field,
                                        std::initializer_list<Axis> axes);
  /// A number, or a tensor that broadcasts from the right to `shape`: one value, or one per element.
  std::optional<PerNeuron> values(std::string_view name, const TensorField& field,
                                  const std::optional<Shape>& shape);

  // --- input ---
  /// The one input, with these axes.
  void input(std::initializer_list<Axis> axes);
  /// The one input, whatever its shape.
  std::optional<Shape> input();
  /// Every operand's shape.
  std::vector<std::optional<Shape>> operands();
  /// The shape that all operands share; reports those that differ from the first.
  std::optional<Shape> equal_operands();

  // --- meaning ---
  void linear(std::initializer_list<Axis> output, std::shared_ptr<const Tensor> weight,
              std::shared_ptr<const Tensor> bias);
  /// A sliding window over the one input, [channels, rows, columns], or [channels, columns] with one row.
  /// Reports an output that is beyond every limit; null weights: only the shape counts.
  void convolution(const Windows& windows, std::shared_ptr<const Tensor> weight,
                   std::shared_ptr<const Tensor> bias, bool has_rows = true);
  void pool(Pool pool, bool has_rows = true);
  /// y = fma(input, gain, offset) with values of each channel, the first axis of the sample: [channels], or
  /// [steps, channels].
  void affine(std::shared_ptr<const Tensor> gain, std::shared_ptr<const Tensor> offset);
  /// Null: something is unknown or was reported; then only the shape counts.
  void sparse(Axis out, std::shared_ptr<const Synapses> synapses);
  /// y = expression of `input` and the parameters, element by element.
  void elementwise(std::string_view expression,
                   const std::vector<std::pair<std::string, std::optional<PerNeuron>>>& parameters = {});
  /// A cell of several lines, whose first port is the input; one value for each of its parameters. With
  /// `largest` it has a second port, which gives the largest output of that cell over the sample.
  void cell(const CellText& text, const std::vector<std::optional<PerNeuron>>& parameters,
            const std::optional<CellText>& largest = {});
  /// The operands, joined left to right by "+" or "*".
  void chain(char operation);
  void reshape(std::optional<Shape> to);
  void concat(std::size_t axis);
  void delay(const std::optional<PerNeuron>& steps);

  /// A problem of the field `name`, or of the node if there is no such field.
  void problem(std::string_view name, std::string what, std::string expected = {}, std::string got = {},
               std::string hint = {});
  /// The same, of what is legal but too much.
  void limit(std::string_view name, std::string what, std::string expected, std::string got,
             std::string hint);
  void input_problem(std::size_t operand, std::string what, std::string expected = {}, std::string got = {},
                     std::string hint = {});
  const std::string& input_name(std::size_t operand) const { return binding_->inputs[operand].name; }
  const std::string& name() const { return binding_->name; }
  bool bound() const { return binding_ != nullptr; }
  bool given(std::string_view field) const { return binding_ && binding_->place.find(field); }
  const Graph& graph() const { return *binding_->graph; }
  Report& report() { return *binding_->report; }
  /// Takes elements from what a network may hold; reports if there are not so many left.
  bool reserve(std::uint64_t elements);
  /// The first element of the slice that is the input; 0 if it is none.
  std::size_t input_first() const { return binding_->inputs.front().first; }
  bool input_known() const { return !unknown_; }
  /// False once this pass has reported something or misses what it cannot do without.
  bool healthy() const;

  LayerResult take() { return std::move(result_); }

 private:
  json::Value take_field(std::string_view name, FieldDeclaration declaration);
  Source source() const { return binding_->inputs.front().source; }
  std::string expected_shape(std::initializer_list<Axis> axes) const;
  bool reserve(std::uint64_t elements, json::Value place);
  bool set_grid(const Windows& windows, bool has_rows);

  LayerDeclaration* declaration_ = nullptr;
  LayerBinding* binding_ = nullptr;
  std::vector<std::string> axis_names_;
  std::vector<std::optional<std::size_t>> extents_;
  bool broken_ = false;   // reported elsewhere or missing
  bool unknown_ = false;  // an input's shape is not known (yet)
  LayerResult result_;
};

/// The fields of a layer, from a pass in which nothing is bound.
LayerDeclaration declare(const LayerKind& kind);

/// Broadcasts from the right: true and `all` filled (size 1, or element_count(shape)) if the tensor fits.
bool broadcast(const Tensor& tensor, const Shape& shape, PerNeuron& all);

}  // namespace spikeloom
