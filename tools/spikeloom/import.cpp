// spikeloom import: a NIR file as a graph file and its weights.
#include <memory>

#include "arrays/safetensors.h"
#include "choices.h"
#include "imported.h"
#include "options.h"
#include "support/report.h"
#include "support/text.h"
#include "verb.h"
#include "write_file.h"

namespace spikeloom::tool {
namespace {

struct ImportOptions {
  std::string file, output;
  NirChoice nir;
};

int import(const ImportOptions& options, const Terminal& terminal) {
  const std::filesystem::path file = options.file;
  std::filesystem::path output = options.output;
  if (output.empty()) output = file.stem().string() + ".json";
  if (output.extension() != ".json")
    return fail(terminal, Error(ErrorKind::usage, "'" + options.output + "' does not end in .json"));
  std::filesystem::path weights = output;
  weights.replace_extension(".safetensors");

  NetworkOptions network_options;
  network_options.nir = options.nir.options();
  Report report;
  const auto imported = import_file(file, weights.filename().string(), network_options, report);
  if (!imported) return fail(terminal, report.error());
  // What is written must be a network: the same as checking it afterwards, before anything is on disk.
  Network network = read_network(file, network_options);
  terminal.diagnostics(network.problems);
  if (!network.model) return static_cast<int>(Error(network.problems).kind());
  say_assumed(network, terminal);

  if (!imported->weights.empty())
    if (const auto written = write_file(weights, safetensors_bytes(imported->weights)); !written)
      return fail(terminal, written.error());
  if (const auto written = write_file(output, imported->graph); !written)
    return fail(terminal, written.error());
  terminal.say(escaped(file.string()) + " (" + imported->summary + ") -> " + escaped(output.string()) +
               (imported->weights.empty() ? "" : ", " + escaped(weights.string())));
  return 0;
}

}  // namespace

void declare_import(OptionSet& set, Action& action) {
  auto options = std::make_shared<ImportOptions>();
  set.option("file", options->file, "the NIR file").required().value_name("MODEL.nir");
  set.option("-o,--output", options->output,
             "the graph file; weights go beside it as .safetensors (MODEL.json, here)")
      .value_name("NET.json");
  options->nir.declare(set);
  action = [options](const Terminal& terminal) { return import(*options, terminal); };
}

}  // namespace spikeloom::tool
