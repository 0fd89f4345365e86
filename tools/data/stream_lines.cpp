#include "data/stream_lines.h"

#include <cmath>

#include "support/text.h"

namespace spikeloom::data {

Error StreamLines::error(std::string what, std::string expected, std::string got) const {
  return line_error("-", number_, std::move(what), std::move(expected), escaped(got, Quotes::keep, 80));
}

Result<std::optional<StreamEvent>> StreamLines::read(std::string_view line) {
  ++number_;
  if (line.size() > kLongestLine)
    return error("the line is too long", "at most " + std::to_string(kLongestLine) + " bytes", "");
  if (says_nothing(line)) return std::optional<StreamEvent>();
  const auto fields = fields_of(line);
  const auto step = parse_whole(fields[0]);
  const auto neuron = fields.size() > 1 ? parse_whole(fields[1]) : std::optional<std::uint64_t>(0);
  const auto value = fields.size() > 2 ? parse_number(fields[2]) : std::optional<double>(1);
  if (fields.size() > 3 || !step || !neuron || !value || !std::isfinite(static_cast<float>(*value)))
    return error("the line is not a spike", "step,neuron or step,neuron,value", std::string(line));
  if (*step < step_) {
    Error late =
        error("the line is late", "step " + std::to_string(step_) + " or a later one", std::to_string(*step));
    late.diagnostics.front().hint = "a line of a larger step ends the earlier ones";
    return late;
  }
  if (*neuron >= neurons_)
    return error("there is no such neuron", "0 to " + std::to_string(neurons_ - 1), std::to_string(*neuron));
  step_ = *step;
  return std::optional(
      StreamEvent{*step, fields.size() > 1, static_cast<std::uint32_t>(*neuron), static_cast<float>(*value)});
}

}  // namespace spikeloom::data
