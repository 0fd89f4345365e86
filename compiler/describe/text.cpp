#include <algorithm>
#include <cstdio>
#include <sstream>

#include "analysis/facts.h"
#include "describe/describe.h"
#include "describe/edges.h"
#include "describe/groups.h"
#include "json/json.h"
#include "support/text.h"
#include "synapses/words.h"

namespace spikeloom {
namespace {

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; amount >= 1024 && unit < 3; ++unit) amount /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", amount, units[unit]);
  return text;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

class Describer {
 public:
  explicit Describer(const Model& model) : model_(model), facts_(analyse(model)) {
    for (const ModelOutput& o : model.outputs) names_ = std::max(names_, o.name.size());
    for (const ModelInput& in : model.inputs) names_ = std::max(names_, in.name.size());
    for (const ModelNode& node : model.nodes)
      if (!node.implicit) {
        names_ = std::max(names_, node.name.size());
        types_ = std::max(types_, node.type.size());
      }
  }

  std::string run() {
    out_ << (model_.name.empty() ? "network" : json::escape(model_.name)) << "\n";
    out_ << "  dt " << text_of(static_cast<float>(model_.dt)) << " ms, seed " << model_.seed;
    if (model_.fixed_batch > 0)
      out_ << ", batch " << model_.fixed_batch << " (an initial state has one row per sample)";
    out_ << "\n";
    if (!model_.inputs.empty()) out_ << "\ninputs\n";
    for (const ModelInput& in : model_.inputs)
      head(in.name, "input", in.shape, in.constant ? "constant" : "one sample per step", in.label);
    out_ << "\nnodes, in the order in which they compute"
         << (model_.uses.empty() ? "\n" : "; those of a module together\n");
    group(grouped(model_));
    if (!model_.outputs.empty()) out_ << "\noutputs\n";
    for (const ModelOutput& o : model_.outputs)
      out_ << "  " << padded(o.name, names_) << "  is " << text_of(model_, edge_of(o.signal)) << "\n";
    memory();
    return out_.str();
  }

 private:
  Edge edge_of(Signal s) const {
    if (s.of == Signal::Of::node && s.state < 0)
      if (const auto* slice = std::get_if<Slice>(&model_.nodes[s.index].kind);
          slice && model_.nodes[s.index].implicit)
        return {slice->input.signal, 0,
                "[" + std::to_string(slice->first) + ":" +
                    std::to_string(slice->first + model_.nodes[s.index].size) + "]"};
    return {s, 0, {}};
  }

  void head(const std::string& name, const std::string& type, const Shape& shape, const std::string& reads,
            const std::string& label) {
    out_ << "  " << padded(name, names_) << "  " << padded(type, types_) << "  " << to_string(shape);
    if (!reads.empty()) out_ << "  " << reads;
    if (!label.empty()) out_ << "  \"" << json::escape(label) << "\"";
    out_ << "\n";
  }
  void line(const std::string& text) { out_ << std::string(names_ + 4, ' ') << text << "\n"; }

  void group(const Group& all) {
    for (const Group::Item& item : all.items) {
      if (!item.inner) {
        node(model_.nodes[item.node], facts_.nodes[item.node]);
        continue;
      }
      out_ << "  " << padded(item.inner->use->name, names_) << "  the module "
           << json::escape(words_of(*item.inner->use)) << "\n";
      group(*item.inner);
    }
  }

  void node(const ModelNode& node, const NodeFacts& facts) {
    std::string reads;
    for (const EdgeGroup& group : edges_into(model_, node)) {
      std::string sources;
      const bool operands = std::holds_alternative<Concat>(node.kind);
      for (const Edge& e : group.edges)
        sources += (sources.empty() ? "" : operands ? ", " : " + ") + text_of(model_, e);
      if (sources.empty()) continue;
      if (!group.port.empty()) sources = group.port + ": " + sources;
      reads += (reads.empty() ? "reads " : "; ") + sources;
    }
    head(node.name, node.type, node.shape, reads, node.label);

    if (const auto* p = std::get_if<Population>(&node.kind)) population(*p);
    if (const auto* linear = std::get_if<Linear>(&node.kind))
      line("weight " + to_string(linear->weight->shape) + (linear->bias ? " and bias" : ", no bias") +
           ", fan-in " + std::to_string(facts.fan_in) + ", " + counted(facts.synapses, "synapse"));
    if (const auto* c = std::get_if<Convolution>(&node.kind))
      line("weight " + to_string(c->weight->shape) + (c->bias ? " and bias" : ", no bias") + ", " +
           text_of(c->windows) + ", fan-in " + std::to_string(facts.fan_in) + ", " +
           counted(facts.synapses, "synapse"));
    if (const auto* pool = std::get_if<Pool>(&node.kind))
      line("windows of " + std::to_string(pool->windows.rows.kernel) + "x" +
           std::to_string(pool->windows.columns.kernel) + ", " + text_of(pool->windows) +
           (pool->counts_padding ? ", padding counts" : ""));
    if (const auto* sparse = std::get_if<Sparse>(&node.kind)) synapses(*sparse->synapses, facts);
    if (const auto* delay = std::get_if<Delay>(&node.kind)) {
      const auto [least, most] = std::ranges::minmax(delay->steps);
      line("late by " +
           (least == most ? counted(most, "step") : std::to_string(least) + " to " + counted(most, "step")) +
           " (beyond the delay of its edge)");
    }
    std::vector<std::string> remarks;
    if (facts.operations > 1) remarks.push_back(counted(facts.operations, "operation") + " a step");
    if (facts.recurrent) remarks.push_back("part of a cycle");
    if (facts.constant) remarks.push_back("never changes");
    if (facts.history_bytes > 0)
      remarks.push_back(bytes_text(facts.history_bytes) + " of past steps a sample");
    std::string all;
    for (const std::string& r : remarks) all += (all.empty() ? "" : ", ") + r;
    if (!all.empty()) line(all);
  }

  void synapses(const Synapses& s, const NodeFacts& facts) {
    line(rule_words(s));
    line(counted(facts.synapses, "synapse") + ", fan-in " + std::to_string(facts.fan_in) + " on average, " +
         bytes_text(facts.weight_bytes));
    line("weight " + weight_words(s) + "; delay " + delay_words(s));
  }

  void population(const Population& p) {
    std::string parameters;
    for (const std::size_t i : parameters_in_use(p.cell))
      parameters += (parameters.empty() ? "" : "; ") + p.cell.parameters[i] + " " + text_of(p.parameters[i]);
    if (!parameters.empty()) line(parameters);
    for (std::size_t i = 0; i < p.cell.states.size(); ++i) {
      const CellState& state = p.cell.states[i];
      line("state " + state.name + (state.doc.empty() ? "" : ": " + json::escape(state.doc)) +
           ", begins at " + text_of(p.initial[i]));
    }
    std::size_t width = 0;
    for (const PrintedLine& l : p.cell.lines) width = std::max(width, l.name.size());
    for (const PrintedLine& l : p.cell.lines) line("  " + padded(l.name, width) + " = " + l.expression);
  }

  void memory() {
    const NodeFacts& t = facts_.total;
    out_ << "\nmemory\n";
    out_ << "  weights     " << bytes_text(t.weight_bytes) << " for " << counted(t.synapses, "synapse")
         << "\n";
    out_ << "  parameters  " << bytes_text(t.parameter_bytes) << "\n";
    out_ << "  states      " << bytes_text(t.state_bytes) << " a sample\n";
    if (t.history_bytes > 0) out_ << "  past steps  " << bytes_text(t.history_bytes) << " a sample\n";
  }

  const Model& model_;
  Facts facts_;
  std::size_t names_ = 0, types_ = 5;
  std::ostringstream out_;
};

}  // namespace

std::string describe_text(const Model& model) {
  return Describer(model).run();
}

}  // namespace spikeloom
