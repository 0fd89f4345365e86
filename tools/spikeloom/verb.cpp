#include "spikeloom/verb.h"

#include <array>
#include <nlohmann/json.hpp>

namespace spikeloom::tool {

std::span<const Verb> verbs() {
  static constexpr std::array<Verb, 13> kVerbs = {{
      {"check", "report every problem of a graph file, at once",
       "  spikeloom check digits.json\n"
       "  spikeloom check digits.json --json",
       declare_check},
      {"describe", "show a network: nodes, shapes, equations, memory, and how it will run",
       "  spikeloom describe digits.json --plan\n"
       "  spikeloom describe digits.json --dot | dot -Tsvg > digits.svg",
       declare_describe},
      {"run", "run a network on data; record, plot and score it",
       "  spikeloom run digits.json --input image=x.npy --steps 100 --labels y.npy\n"
       "  spikeloom run net.json --input x.npy --record lif1.mem,lif1[0:16] --out results --plot raster.png",
       declare_run},
      {"verify", "compare compiled code with the reference, or with recorded results",
       "  spikeloom verify digits.json --input image=x.npy --steps 100\n"
       "  spikeloom verify net.json --input x.npy --expect recorded.npz",
       declare_verify},
      {"bench", "time a network: throughput, or the latency of single steps",
       "  spikeloom bench digits.json --input image=x.npy --steps 100 --batch 32\n"
       "  spikeloom bench net.json --density 0.05 --latency --json",
       declare_bench},
      {"profile", "show where a network's time goes, stage by stage, and why",
       "  spikeloom profile digits.json --input image=x.npy --steps 100\n"
       "  spikeloom profile net.json --density 0.05 --batch 32 --json",
       declare_profile},
      {"plot", "draw recorded files: rasters, traces, spike counts",
       "  spikeloom plot results --output results.png\n"
       "  spikeloom plot lif1.mem.npy lif1.spk.npy --neurons 0:3 --threshold 1 --output mem.svg",
       declare_plot},
      {"convert", "put data into another format: arrays, lists of spikes, recordings of event cameras",
       "  spikeloom convert sample.bin -o sample.npz --bin 1\n"
       "  spikeloom convert spikes.csv -o spikes.h5 --format sonata --dt 0.1",
       declare_convert},
      {"import", "turn a NIR file into a graph file and its weights",
       "  spikeloom import model.nir -o net.json --from snntorch\n"
       "  spikeloom import model.nir -o net.json --dt 0.1 --integrator exact --reset subtract",
       declare_import},
      {"export", "turn a network into a NIR file, as far as NIR can say it",
       "  spikeloom export net.json -o net.nir", declare_export},
      {"neurons", "list the neuron models that ship, or show one with its equations",
       "  spikeloom neurons\n"
       "  spikeloom neurons lif",
       declare_neurons},
      {"schema", "print the JSON Schema of graph files, for editors", "  spikeloom schema > schema.json",
       declare_schema},
      {"doctor", "show what this machine and this build can do, and test it",
       "  spikeloom doctor\n"
       "  spikeloom doctor --calibrate",
       declare_doctor},
  }};
  return kVerbs;
}

std::string diagnostics_json(bool ok, std::span<const Diagnostic> problems) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const Diagnostic& d : problems) {
    Json entry;
    entry["severity"] = d.severity == Diagnostic::Severity::error ? "error" : "warning";
    entry["code"] = static_cast<int>(d.kind);
    entry["file"] = d.file;
    entry["line"] = d.line;
    entry["column"] = d.column;
    entry["pointer"] = d.pointer;
    if (d.text_column > 0) entry["text_column"] = d.text_column;
    entry["what"] = d.what;
    entry["expected"] = d.expected;
    entry["got"] = d.got;
    entry["hint"] = d.hint;
    list.push_back(std::move(entry));
  }
  Json all;
  all["ok"] = ok;
  all["diagnostics"] = std::move(list);
  // Names from a file may hold any bytes: what is not UTF-8 is replaced, never a reason to throw.
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

int fail(const Terminal& terminal, const Error& error, bool as_json) {
  if (as_json)
    terminal.data(diagnostics_json(false, error.diagnostics));
  else
    terminal.diagnostics(error.diagnostics);
  return static_cast<int>(error.kind());
}

}  // namespace spikeloom::tool
