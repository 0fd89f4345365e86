#include "equations/evaluate.h"

#include <algorithm>
#include <cmath>

#include "equations/elementary.h"
#include "support/check.h"

namespace spikeloom {
namespace {

float apply(Op op, float x, float y, float z) {
  switch (op) {
#define OP(name, type, arity, text, scalar, emit, derivative) \
  case Op::name:                                              \
    return static_cast<float>(scalar);
#include "equations/ops.def"
    default:
      break;
  }
  internal_error("equations", std::string("no value for ") + name_of(op), __FILE__, __LINE__);
}

float operand(std::span<const float> values, NodeId id) {
  return id == kNoNode ? 0.0f : values[id];
}

}  // namespace

float apply_operation(Op op, float x, float y, float z) {
  return apply(op, x, y, z);
}

RandomWords philox(std::uint64_t seed, std::uint32_t step, std::uint32_t neuron, std::uint32_t sample,
                   std::uint32_t key) {
  elementary::PlainBuilder b;
  const std::array<std::uint32_t, 4> words =
      elementary::philox(b, {step, neuron, sample, key},
                         {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  return {{words[0], words[1], words[2], words[3]}};
}

float uniform_of(std::uint32_t word) {
  elementary::PlainBuilder b;
  return elementary::uniform(b, word);
}

float normal_of(std::uint32_t word) {
  elementary::PlainBuilder b;
  return elementary::normal(b, word);
}

float quantize(const LevelTable& table, float x) {
  std::size_t level = 0;
  for (const float midpoint : table.midpoints) level += midpoint < x;
  return table.levels[level];
}

std::vector<PerNeuron> evaluate_setup(const Cell& cell, std::span<const PerNeuron> parameters, float dt,
                                      std::size_t neurons) {
  const std::size_t size = cell.setup.size();
  std::vector<bool> asked(size), uniform(size, true);
  for (const NodeId id : cell.fixed) asked[id] = true;
  for (const CellState& state : cell.states)
    if (state.initial != kNoNode) asked[state.initial] = true;

  std::vector<float> now(size);  // of one neuron
  const auto compute = [&](std::size_t i, std::size_t neuron) {
    const ExprNode& node = cell.setup[i];
    switch (node.op) {
      case Op::Literal:
        now[i] = node.value;
        break;
      case Op::Dt:
        now[i] = dt;
        break;
      case Op::Parameter:
        now[i] = parameters[node.index][neuron];
        break;
      default:
        now[i] =
            apply(node.op, operand(now, node.arg[0]), operand(now, node.arg[1]), operand(now, node.arg[2]));
    }
  };

  std::vector<PerNeuron> values(size);
  std::vector<std::size_t> varying;
  for (std::size_t i = 0; i < size; ++i) {
    const ExprNode& node = cell.setup[i];
    if (node.op == Op::Parameter) uniform[i] = parameters[node.index].uniform();
    for (int k = 0; k < arity(node.op); ++k) uniform[i] = uniform[i] && uniform[node.arg[k]];
    if (!uniform[i]) varying.push_back(i);
    if (uniform[i]) compute(i, 0);
    if (asked[i]) values[i].values.assign(uniform[i] ? 1 : neurons, now[i]);
  }
  if (varying.empty()) return values;
  for (std::size_t neuron = 0; neuron < neurons; ++neuron)
    for (const std::size_t i : varying) {
      compute(i, neuron);
      if (asked[i]) values[i].values[neuron] = now[i];
    }
  return values;
}

void evaluate(const Cell& cell, const Surroundings& s, std::size_t first, std::size_t last,
              std::span<float> values) {
  for (std::size_t i = first; i < last; ++i) {
    const ExprNode& node = cell.nodes[i];
    float& value = values[i];
    switch (node.op) {
      case Op::Literal:
        value = node.value;
        break;
      case Op::Fixed:
        value = s.fixed[node.index];
        break;
      case Op::Port:
        value = s.ports[node.index];
        break;
      case Op::State:
        value = s.states[node.index];
        break;
      case Op::Step:
        value = static_cast<float>(s.step);
        break;
      case Op::Uniform:
        value = uniform_of(s.random.word[node.index]);
        break;
      case Op::Normal:
        value = normal_of(s.random.word[node.index]);
        break;
      case Op::Winner:
        value = s.winner;
        break;
      case Op::Quantize:
        value = quantize(cell.tables[node.index], values[node.arg[0]]);
        break;
      default:
        value = apply(node.op, operand(values, node.arg[0]), operand(values, node.arg[1]),
                      operand(values, node.arg[2]));
    }
  }
}

}  // namespace spikeloom
