// The primitives of NIR: which datasets a node of each type has, and what they must be. One table; reading,
// checking and writing go by it. (NIR 1.0.8, and what files since 0.1 leave out.)
#pragma once

#include <span>
#include <string_view>

namespace spikeloom::nir {

struct Parameter {
  enum class Kind {
    neuron,    // one value a neuron: all of a node have one shape; [] and [1] stand for every neuron
    positive,  // the same, above 0
    weight,    // an array with a layout of its own
    whole,     // whole numbers
    padding,   // whole numbers, "same" or "valid"
  };
  std::string_view name;
  Kind kind;
  bool is_optional = false;
};

struct Primitive {
  std::string_view type;
  std::span<const Parameter> parameters;
  bool has_state = false;  // its output depends on more than this step's input
  bool spikes = false;

  const Parameter* find(std::string_view name) const;
};

std::span<const Primitive> primitives();
/// Null for what is none, NIRGraph among it.
const Primitive* find_primitive(std::string_view type);

}  // namespace spikeloom::nir
