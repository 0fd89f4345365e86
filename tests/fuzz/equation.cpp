// Any text as a line of a neuron: the equation language alone.
#include "equations/neuron.h"
#include "json/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  std::string line;
  for (std::size_t i = 0; i < size; ++i) {
    constexpr char digits[] = "0123456789abcdef";
    // Bytes beyond ASCII stay as they are: the reader refuses those that are not UTF-8.
    if (data[i] < 0x20 || data[i] == '"' || data[i] == '\\')
      line += std::string("\\u00") + digits[data[i] >> 4] + digits[data[i] & 15];
    else
      line += static_cast<char>(data[i]);
  }
  const std::string text =
      R"({"doc": "d", "parameters": {"beta": {"doc": "p"}}, "state": {"mem": "s", "syn": "s"}, "update": ["mem = beta * mem + input", "syn = mem", ")" +
      line + R"("], "spike": "mem > 1"})";
  Report report;
  const auto document = json::Document::parse(text, "fuzz.json", {}, report);
  if (!document) return 0;
  const auto model = read_neuron("fuzz", document->root(), report);
  if (model) make_cell(*model, {});
  report.error().text();
  return 0;
}
