#include "graph/reading.h"

namespace spikeloom {

std::optional<Shape> read_shape(json::Value value, std::size_t elements, Report& report) {
  const auto wrong = [&](json::Value place, std::string hint = {}) {
    report.add(place.at("this is not a shape",
                        "one to " + std::to_string(kMostAxes) + " whole numbers above 0, such as [64]",
                        place.describe(), std::move(hint)));
    return std::nullopt;
  };
  if (!value.is(json::Kind::array))
    return wrong(value, value.is_unsigned() ? "write [" + std::string(value.literal()) + "]" : "");
  if (value.size() == 0 || value.size() > kMostAxes) return wrong(value);
  Shape shape;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value[i].is_unsigned() || value[i].unsigned_integer() == 0) return wrong(value[i]);
    shape.push_back(value[i].unsigned_integer());
  }
  if (checked_count(shape, elements)) return shape;
  Diagnostic d =
      value.at("this shape has too many elements", "at most " + std::to_string(elements), to_string(shape));
  d.kind = ErrorKind::limit;
  report.add(std::move(d));
  return {};
}

}  // namespace spikeloom
