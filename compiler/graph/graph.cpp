// The top of a graph file: what it says of itself, and the order in which its parts are read.
#include "graph/graph.h"

#include <algorithm>
#include <cmath>

#include "graph/body.h"
#include "support/file.h"

namespace spikeloom {

namespace {

// What format 1 did not have when it began, by the names that "needs" may give; README.md says what they
// mean.
constexpr std::string_view kFeatures[] = {"modules", "sparse", "convolutions"};

class GraphReader {
 public:
  GraphReader(Graph& graph, const GraphOptions& options, Report& report)
      : graph_(graph),
        options_(options),
        report_(report),
        top_(graph.document->root(), report),
        reading_{graph, options, report} {}

  void read() {
    read_header();
    read_tensors(top_.take("tensors", json::Kind::object));
    read_modules(reading_, top_.take("modules", json::Kind::object));  // names: a node may be a use
    read_inputs(top_.take("inputs", json::Kind::object));
    reading_.all_nodes = top_.require("nodes", "an object of nodes by name");
    read_nodes(reading_, body_, reading_.all_nodes);
    read_outputs(reading_, body_, top_.take("outputs", json::Kind::object));
    graph_.neurons = top_.take("neurons", json::Kind::object);
    for (std::size_t i = 0; i < graph_.neurons.size(); ++i) check_name(reading_, graph_.neurons, i, "neuron");
    for (const auto& [theirs, ours] : {std::pair{"layers", "nodes"},
                                       {"populations", "nodes"},
                                       {"weights", "tensors"},
                                       {"files", "tensors"},
                                       {"time_step", "dt"},
                                       {"timestep", "dt"},
                                       {"version", "spikeloom"},
                                       {"models", "neurons"},
                                       {"title", "name"}})
      top_.translate(theirs, ours);
    top_.string("$schema", "");  // for editors
    top_.finish();
    link_bodies(reading_, body_);
    expand(reading_, body_);
  }

 private:
  void add(json::Value place, std::string what, std::string expected = {}, std::string got = {},
           std::string hint = {}) {
    report_.add(place.at(std::move(what), std::move(expected), std::move(got), std::move(hint)));
  }

  void unsupported(json::Value place, std::string what, std::string hint = {}) {
    Diagnostic d = place.at(std::move(what), {}, {}, std::move(hint));
    d.kind = ErrorKind::unsupported;
    report_.add(std::move(d));
  }

  void read_header() {
    if (const json::Value version =
            top_.require("spikeloom", "the version of the format: \"spikeloom\": 1")) {
      if (!version.is_integer() || version.integer() < 1)
        add(version, "'spikeloom' must be the version of the format", "1", version.describe());
      else if (version.integer() != 1)
        unsupported(version, "this version reads graphs of format 1, not " + version.describe());
    }
    graph_.name = top_.string("name", "");
    if (const json::Value dt = top_.take("dt", json::Kind::number)) {
      // Neurons compute with dt as float32.
      if (dt.number() > 0 && static_cast<float>(dt.number()) > 0 &&
          std::isfinite(static_cast<float>(dt.number())))
        graph_.dt = dt.number();
      else
        add(dt, "'dt' is out of range", "a number above 0, in ms", dt.describe());
    }
    if (const json::Value seed = top_.take("seed", json::Kind::number)) {
      if (seed.is_unsigned())
        graph_.seed = seed.unsigned_integer();
      else
        add(seed, "'seed' is out of range", "a whole number from 0 to 18446744073709551615", seed.describe());
    }
    const json::Value needs = top_.take("needs", json::Kind::array);
    for (std::size_t i = 0; i < needs.size(); ++i) {
      if (needs[i].is(json::Kind::string)) {
        if (std::ranges::find(kFeatures, needs[i].string()) == std::end(kFeatures))
          unsupported(needs[i], "this graph needs " + in_quotes(needs[i].string()) +
                                    ", which this version does not have");
      } else {
        add(needs[i], "this must be the name of a feature", json::name_of(json::Kind::string),
            needs[i].describe());
      }
    }
  }

  void read_tensors(json::Value tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (!check_name(reading_, tensors, i, "tensor")) continue;
      if (tensors[i].is(json::Kind::string))
        graph_.tensors.emplace(tensors.key(i), tensors[i].string());
      else
        add(tensors[i], "this must be the path of a tensor file", "such as \"weights.npz\"",
            tensors[i].describe());
    }
  }

  void read_inputs(json::Value inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!claim_name(reading_, body_, inputs, i, "input")) continue;
      GraphInput input{.name = inputs.key(i), .label = "", .place = inputs[i], .shape = {}};
      json::Fields fields(inputs[i], report_);
      input.label = fields.string("label", "");
      if (const json::Value shape = fields.require("shape", "the shape of a sample, such as [64]"))
        input.shape = read_shape(shape, options_.tensors.elements, report_).value_or(Shape{});
      if (const json::Value time = fields.take("time", json::Kind::string)) {
        if (time.string() == "constant")
          input.constant = true;
        else if (time.string() != "varying")
          add(time, "'time' has a value that is not known", "\"constant\" or \"varying\"", time.describe());
      }
      fields.translate("size", "shape");
      fields.finish("field of an input");
      graph_.inputs.push_back(std::move(input));
    }
  }

  Graph& graph_;
  const GraphOptions& options_;
  Report& report_;
  json::Fields top_;
  GraphReading reading_;
  Body body_;
};

}  // namespace

void report_at(json::Value place, const Error& error, Report& report) {
  for (const Diagnostic& from : error.diagnostics) {
    Diagnostic d = place.at(from.what, from.expected, from.got, from.hint);
    d.kind = from.kind;
    d.severity = from.severity;
    report.add(std::move(d));
  }
}

std::unique_ptr<Graph> read_graph(std::string_view text, const std::string& file,
                                  const std::filesystem::path& folder, const GraphOptions& options,
                                  Report& report) {
  auto graph = std::make_unique<Graph>();
  graph->document = json::Document::parse(text, file, options.json, report);
  if (!graph->document) return nullptr;
  graph->file = file;
  graph->source = {.folder = folder, .anywhere = options.tensors_anywhere, .limits = options.tensors};
  graph->memory = options.memory;
  GraphReader reader(*graph, options, report);
  if (!graph->document->root().is(json::Kind::object)) return nullptr;
  reader.read();
  return graph;
}

std::unique_ptr<Graph> read_graph_file(const std::filesystem::path& path, const GraphOptions& options,
                                       Report& report) {
  Result<std::string> text = read_text_file(path, options.json.bytes);
  if (!text) {
    report.add(text.error());
    return nullptr;
  }
  return read_graph(*text, path.string(), path.parent_path(), options, report);
}

}  // namespace spikeloom
