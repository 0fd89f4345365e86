// The way back: nodes become primitives, sums and identities become edges, delays of 1 in loops what NIR
// leaves unsaid; then the file is held against what `import` would make of it.
#include "nir/export.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>

#include "nir/exported_node.h"
#include "nir/loops.h"
#include "nir/settle.h"
#include "nir/write_file.h"
#include "support/text.h"

namespace spikeloom::nir {
namespace {

constexpr std::size_t kMostEdges = 100000;
constexpr std::size_t kNoEdge = ~std::size_t{0};

class Export {
 public:
  Export(const Graph& graph, const Model& model, Report& report)
      : graph_(graph), model_(model), report_(report) {
    for (const GraphNode& node : graph.nodes) given_[node.name] = &node;
    meanings_.dt = graph.dt ? *graph.dt / 1000 : 1e-4;
  }

  std::optional<Exported> run() {
    network_.version = "1.0.7";
    put_inputs();
    put_nodes();
    if (!report_.ok()) return std::nullopt;
    put_edges();
    put_outputs();
    if (!report_.ok()) return std::nullopt;
    const LoopCut cut = loop_cut();
    if (!report_.ok()) return std::nullopt;
    if (network_.nodes.size() > kMostNodesWritten) {
      Diagnostic d =
          problem(graph_.file, "", "the network has too many nodes for one NIR file",
                  "at most " + std::to_string(kMostNodesWritten), std::to_string(network_.nodes.size()));
      d.kind = ErrorKind::limit;
      report_.add(std::move(d));
      return std::nullopt;
    }
    Exported exported;
    exported.bytes = file_of(network_);
    exported.notes = meanings_.notes;
    exported.import_again = options(cut, exported.notes);
    return exported;
  }

 private:
  struct Read {
    std::size_t from = 0;  // of network_.nodes
    std::uint64_t delay = 0;
  };

  /// A label that import made of a name goes back to it; one that explains something does not.
  static std::string nir_name(const std::string& name, const std::string& label) {
    std::string plain = label;
    for (char& c : plain)
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-') c = '_';
    return plain == name ? label : name;
  }

  std::string fresh(std::string name) {
    std::ranges::replace(name, '/', '.');
    std::string unique = name;
    for (int i = 2; !taken_.insert(unique).second; ++i) unique = name + "_" + std::to_string(i);
    return unique;
  }
  std::size_t add(const char* type, std::string name) {
    Node node;
    node.path = fresh(std::move(name));
    node.primitive = find_primitive(type);
    network_.nodes.push_back(std::move(node));
    return network_.nodes.size() - 1;
  }
  void put_shape(std::size_t i, const Shape& shape) {
    network_.nodes[i].values["shape"] = {{shape.size()}, {shape.begin(), shape.end()}, "", ""};
  }
  void cannot_here(const std::string& why) {
    Diagnostic d = problem(graph_.file, "", why);
    d.kind = ErrorKind::unsupported;
    report_.add(std::move(d));
  }

  void put_inputs() {
    for (const ModelInput& input : model_.inputs) {
      if (input.constant)
        meanings_.notes.push_back("that input '" + input.name +
                                  "' is constant: give it the same values in every step");
      inputs_.push_back(add("Input", nir_name(input.name, input.label)));
      put_shape(inputs_.back(), input.shape);
    }
  }

  /// Sums and identities are edges in NIR.
  bool is_edge(const ModelNode& node) const {
    const auto given = given_.find(node.name);
    const bool is_module_input = given != given_.end() && given->second->is_sum;
    return is_module_input || node.type == "add" || node.type == "dropout" ||
           (node.implicit && std::holds_alternative<Population>(node.kind));
  }

  void put_nodes() {
    nodes_.assign(model_.nodes.size(), 0);
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      const ModelNode& node = model_.nodes[i];
      if (is_edge(node)) continue;
      const auto given = given_.find(node.name);
      if (given == given_.end()) {
        cannot_here("'" + node.name + "': NIR cannot read a part of a node");
        continue;
      }
      Node made;
      if (!export_node(*given->second, model_, i, made, meanings_, report_)) continue;
      made.path = fresh(nir_name(node.name, node.label));
      nodes_[i] = network_.nodes.size();
      network_.nodes.push_back(std::move(made));
    }
  }

  /// What stands behind sums and identities, with delays added up.
  void expand(const Source& source, std::uint64_t delay, std::vector<Read>& into) {
    if (into.size() > kMostEdges || ++expanded_ > 10 * kMostEdges) return;
    delay += source.delay;
    const Signal& signal = source.signal;
    if (signal.of == Signal::Of::input) {
      into.push_back({inputs_[signal.index], delay});
      return;
    }
    if (signal.state >= 0) {
      cannot_here("'" + model_.name_of(signal) + "' is a state; NIR reads what a node gives only");
      return;
    }
    const ModelNode& node = model_.nodes[signal.index];
    if (!is_edge(node)) {
      into.push_back({nodes_[signal.index], delay});
      return;
    }
    for (const Source& inner : node.sources()) expand(inner, delay, into);
  }

  void put_edges() {
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      if (is_edge(model_.nodes[i])) continue;
      std::vector<Read> reads;
      for (const Source& source : model_.nodes[i].sources()) expand(source, 0, reads);
      connect(reads, nodes_[i], model_.nodes[i].name);
    }
  }

  void put_outputs() {
    for (const ModelOutput& output : model_.outputs) {
      Signal signal = output.signal;
      std::string name = output.name;
      if (signal.of == Signal::Of::node && signal.state >= 0) {
        meanings_.notes.push_back("output '" + name + "', which is the state " + model_.name_of(signal) +
                                  ": record it where the network runs");
        signal.state = -1;
        name = model_.nodes[signal.index].name + "_output";
      }
      const std::size_t made = add("Output", name);
      put_shape(made, model_.shape(signal));
      std::vector<Read> reads;
      expand({signal, 0}, 0, reads);
      connect(reads, made, name);
    }
  }

  void connect(const std::vector<Read>& reads, std::size_t to, const std::string& name) {
    if (reads.size() > kMostEdges || expanded_ > 10 * kMostEdges)
      return cannot_here("'" + name + "' reads too many nodes");
    for (std::size_t k = 0; k < reads.size(); ++k) {
      const bool is_double = std::any_of(
          reads.begin(), reads.begin() + static_cast<std::ptrdiff_t>(k),
          [&](const Read& r) { return r.from == reads[k].from && r.delay == 0 && reads[k].delay == 0; });
      if (is_double) cannot_here("'" + name + "' reads a node twice; NIR counts an edge once");
      wanted_.push_back({reads[k].from, to, reads[k].delay});
    }
  }

  struct Wanted {
    std::size_t from, to;
    std::uint64_t delay;
  };

  /// Delays that a loop has anyway stay unsaid; others become nodes. Which of the two ways of cutting loops
  /// gives exactly the delays of this network?
  LoopCut loop_cut() {
    for (const LoopCut cut : {LoopCut::spike, LoopCut::weight}) {
      Network candidate = network_;
      // An edge whose delay closes a loop keeps one step of it for the loop itself.
      candidate.edges.clear();
      for (const Wanted& w : wanted_) candidate.edges.push_back({w.from, w.to, 0});
      std::vector<std::string> loops;
      Report ignored;
      cut_loops(candidate, cut, loops, ignored);
      bool fits = true;
      std::vector<std::pair<std::size_t, std::uint64_t>> late;
      for (std::size_t e = 0; e < wanted_.size(); ++e) {
        if (candidate.edges[e].delay > wanted_[e].delay) fits = false;
        if (wanted_[e].delay > candidate.edges[e].delay)
          late.emplace_back(e, wanted_[e].delay - candidate.edges[e].delay);
      }
      if (!fits) continue;
      const std::vector<Edge> unsaid = candidate.edges;
      for (Edge& edge : candidate.edges) edge.delay = 0;
      std::vector<std::size_t> second(unsaid.size(), kNoEdge);  // the edge behind an inserted Delay
      for (const auto& [e, steps] : late) {
        put_delay(candidate, e, steps);
        second[e] = candidate.edges.size() - 1;
      }
      if (!reads_as(candidate, cut, unsaid, second)) continue;
      network_ = std::move(candidate);
      loops_ = !loops.empty();
      return cut;
    }
    cannot_here("the delays of its loops are not where NIR's readers put them");
    return LoopCut::spike;
  }

  /// Whether a reader that cuts loops so finds the delays that were left unsaid where they were.
  static bool reads_as(Network network, LoopCut cut, const std::vector<Edge>& unsaid,
                       const std::vector<std::size_t>& second) {
    std::vector<std::string> loops;
    Report ignored;
    cut_loops(network, cut, loops, ignored);
    for (std::size_t e = 0; e < unsaid.size(); ++e) {
      const unsigned behind = second[e] != kNoEdge ? network.edges[second[e]].delay : 0;
      if (network.edges[e].delay + behind != unsaid[e].delay) return false;
    }
    return true;
  }

  void put_delay(Network& into, std::size_t e, std::uint64_t steps) {
    Node node;
    node.path = fresh(into.nodes[into.edges[e].from].path + "_delay");
    node.primitive = find_primitive("Delay");
    node.values["delay"] = {{}, {static_cast<double>(steps) * meanings_.dt}, "", ""};
    into.nodes.push_back(std::move(node));
    const std::size_t made = into.nodes.size() - 1, to = into.edges[e].to;
    into.edges[e].to = made;
    into.edges.push_back({made, to, 0});
  }

  std::string options(LoopCut cut, std::vector<std::string>& notes) const {
    char dt[40];
    std::snprintf(dt, sizeof dt, "%.15g", meanings_.dt * 1000);
    std::string text = std::string("--dt ") + dt;
    notes.insert(notes.begin(),
                 "the time of a step, " + time_text(meanings_.dt) +
                     (graph_.dt ? "" : ", which the graph does not say either: snnTorch's own"));
    if (meanings_.has_filters) text += " --from snntorch";
    if (meanings_.has_filters && meanings_.has_equations)
      notes.push_back(
          "neurons of both kinds, v = beta v + x and equations in tau: the last bits of some may differ");
    if (meanings_.has_exact) text += " --integrator exact";
    if (meanings_.has_exact && meanings_.has_euler)
      notes.push_back("neurons of both integrators: NIR does not say which is which");
    if (meanings_.resets.size() == 1) {
      text += std::string(" --reset ") + name_of(*meanings_.resets.begin());
      notes.push_back(std::string("the reset, ") + name_of(*meanings_.resets.begin()));
    } else if (meanings_.resets.size() > 1) {
      std::vector<std::string> names;
      for (const Reset reset : meanings_.resets) names.emplace_back(name_of(reset));
      notes.push_back("resets of several kinds (" + listed(names, "and") +
                      "), of which a reader will take one");
    }
    if (loops_) text += std::string(" --loop-cut ") + name_of(cut);
    return text;
  }

  const Graph& graph_;
  const Model& model_;
  Report& report_;
  std::map<std::string, const GraphNode*> given_;
  Network network_;
  Meanings meanings_;
  std::vector<std::size_t> inputs_, nodes_;  // of the model, in network_.nodes
  std::vector<Wanted> wanted_;
  std::set<std::string> taken_;
  std::size_t expanded_ = 0;
  bool loops_ = false;
};

}  // namespace

std::optional<Exported> export_network(const Graph& graph, const Model& model, Report& report) {
  return Export(graph, model, report).run();
}

}  // namespace spikeloom::nir
