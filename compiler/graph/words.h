// Words that users bring along from snnTorch, PyTorch, NIR and others, and what they are called here.
#pragma once

#include <string_view>

#include "json/json.h"

namespace spikeloom {

/// "Leaky" -> "lif", "Linear" -> "linear"; "" for a word that means nothing to us.
std::string_view our_type(std::string_view foreign);

/// Tells `fields` of the words for a node's fields ("reset_mechanism" -> "reset"). A word that the node takes
/// as it is has no effect.
void translate_node_words(json::Fields& fields);

}  // namespace spikeloom
