// The parts of a graph file's text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arrays/array.h"

namespace spikeloom::nir {

/// "\"...\"", escaped; bytes that are not UTF-8 are shown as \xff.
std::string json_text(std::string_view text);
/// The shortest number that a graph file reads as this float32.
std::string json_number(float value);
std::string json_shape(const Shape& shape);

/// A node's line in a graph file: { "type": "lif", "beta": 0.9 }.
struct NodeText {
  std::string name;
  std::vector<std::pair<std::string, std::string>> fields;  // key, JSON

  void put(std::string key, std::string json) { fields.emplace_back(std::move(key), std::move(json)); }
};
std::string line_of(const NodeText& node);

}  // namespace spikeloom::nir
