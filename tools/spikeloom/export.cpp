// spikeloom export: a network as a NIR file.
#include "nir/export.h"

#include <memory>

#include "choices.h"
#include "options.h"
#include "support/report.h"
#include "support/text.h"
#include "verb.h"
#include "write_file.h"

namespace spikeloom::tool {
namespace {

struct ExportOptions {
  NetworkChoice network;
  std::string output;
};

int export_nir(const ExportOptions& options, const Terminal& terminal) {
  const auto network = options.network.load(terminal);
  if (!network) return fail(terminal, network.error());
  std::filesystem::path output = options.output;
  if (output.empty()) output = std::filesystem::path(network->file).stem().string() + ".nir";
  if (output.extension() != ".nir")
    return fail(terminal, Error(ErrorKind::usage, "'" + options.output + "' does not end in .nir"));
  Report report;
  const auto exported = nir::export_network(*network->graph, *network->model, report);
  if (!exported) return fail(terminal, report.error());
  if (const auto written = write_file(output, exported->bytes); !written)
    return fail(terminal, written.error());
  for (const std::string& note : exported->notes) terminal.say("not in the file: " + escaped(note));
  terminal.say(escaped(output.string()) + " is written; it is this network again with\n  spikeloom import " +
               escaped(output.string()) + " " + exported->import_again);
  return 0;
}

}  // namespace

void declare_export(OptionSet& set, Action& action) {
  auto options = std::make_shared<ExportOptions>();
  options->network.declare(set);
  set.option("-o,--output", options->output, "the NIR file (NETWORK.nir, here)").value_name("NET.nir");
  action = [options](const Terminal& terminal) { return export_nir(*options, terminal); };
}

}  // namespace spikeloom::tool
