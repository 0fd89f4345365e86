#include "nir/text.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "support/text.h"

namespace spikeloom::nir {

std::string json_text(std::string_view text) {
  std::string json = "\"";
  for (const char c : escaped(text)) {
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + '"';
}

std::string json_number(float value) {
  char text[64];
  const auto [end, problem] = std::to_chars(text, text + sizeof text - 1, value);
  *end = '\0';
  // Read as the nearest double and rounded again, the shortest digits could end up beside the value.
  if (static_cast<float>(std::strtod(text, nullptr)) != value)
    std::snprintf(text, sizeof text, "%.17g", static_cast<double>(value));
  return text;
}

std::string json_shape(const Shape& shape) {
  return to_string(shape);
}

std::string line_of(const NodeText& node) {
  std::string line = json_text(node.name) + ": { ";
  for (std::size_t i = 0; i < node.fields.size(); ++i)
    line += (i > 0 ? ", " : "") + json_text(node.fields[i].first) + ": " + node.fields[i].second;
  return line + " }";
}

}  // namespace spikeloom::nir
