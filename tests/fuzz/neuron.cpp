// Any text as a neuron file.
#include "equations/neuron.h"
#include "json/json.h"
#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  Report report;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = json::Document::parse(text, "fuzz.json", {.bytes = 1u << 16}, report);
  if (!document) return 0;
  const std::size_t before = report.errors();
  const auto model = read_neuron("fuzz", document->root(), report);
  SPIKELOOM_CHECK((model != nullptr) == (report.errors() == before), "fuzz",
                  "a model without a reason, or a reason with a model");
  if (model) {
    // The defaults, then the last value of every option.
    make_cell(*model, {});
    CellChoice last;
    for (const OptionInfo& option : model->options) last.options[option.name] = option.values.back();
    make_cell(*model, last);
  }
  report.error().text();
  return 0;
}
