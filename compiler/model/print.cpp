#include <sstream>

#include "model/model.h"

namespace spikeloom {
namespace {

std::string text_of(const Model& model, const Source& s) {
  std::string text = model.name_of(s.signal);
  if (s.delay > 0) text += " @-" + std::to_string(s.delay);
  return text;
}

std::string text_of(const Model& model, const std::vector<Source>& sources, const char* between) {
  std::string text;
  for (const Source& s : sources) text += (text.empty() ? "" : between) + text_of(model, s);
  return text.empty() ? "nothing" : text;
}

void print_kind(const Model& model, const Population& p, std::ostream& out) {
  for (std::size_t i = 0; i < p.ports.size(); ++i)
    out << "  " << p.cell.ports[i] << " <- " << text_of(model, p.ports[i], " + ") << "\n";
  for (const PrintedLine& line : p.cell.lines) out << "  " << line.name << " = " << line.expression << "\n";
}

void print_kind(const Model& model, const Linear& l, std::ostream& out) {
  out << "  weight " << to_string(l.weight->shape) << (l.bias ? " + bias" : "") << " <- "
      << text_of(model, l.input) << "\n";
}

const char* word_of(Pool::How how) {
  return how == Pool::How::sum ? "sum" : how == Pool::How::average ? "average" : "largest";
}

void print_kind(const Model& model, const Convolution& c, std::ostream& out) {
  out << "  weight " << to_string(c.weight->shape) << (c.bias ? " + bias" : "") << ", " << text_of(c.windows)
      << " <- " << text_of(model, c.input) << "\n";
}

void print_kind(const Model& model, const Pool& p, std::ostream& out) {
  out << "  " << word_of(p.how) << " of " << p.windows.rows.kernel << "x" << p.windows.columns.kernel << ", "
      << text_of(p.windows) << (p.counts_padding ? ", padding counts" : "") << " <- "
      << text_of(model, p.input) << "\n";
}

void print_kind(const Model&, const Sequence& s, std::ostream& out) {
  out << "  given for " << s.rows->shape[0] << " steps\n";
}

void print_kind(const Model& model, const Sparse& s, std::ostream& out) {
  out << "  " << s.synapses->count << " synapses [" << s.synapses->out << ", " << s.synapses->in << "]";
  if (s.spread() > 0) out << ", up to " << s.spread() << " steps later";
  out << " <- " << text_of(model, s.input) << "\n";
}

void print_kind(const Model& model, const Reshape& r, std::ostream& out) {
  out << "  same values <- " << text_of(model, r.input) << "\n";
}

void print_kind(const Model& model, const Concat& c, std::ostream& out) {
  out << "  joined <- " << text_of(model, c.inputs, ", ") << "\n";
}

void print_kind(const Model& model, const Slice& s, std::ostream& out) {
  out << "  from element " << s.first << " <- " << text_of(model, s.input) << "\n";
}

void print_kind(const Model& model, const Delay& d, std::ostream& out) {
  out << "  late by " << d.steps.front() << (d.steps.size() > 1 ? " ..." : "") << " steps <- "
      << text_of(model, d.input) << "\n";
}

}  // namespace

std::string Model::print() const {
  std::ostringstream out;
  out << "model, dt " << dt << " ms, seed " << seed << "\n";
  for (const ModelInput& in : inputs)
    out << in.name << " " << to_string(in.shape) << (in.constant ? " constant" : "") << " input\n";
  for (const ModelNode& node : nodes) {
    out << node.name << " " << to_string(node.shape) << " " << node.type << (node.binary ? ", spikes" : "")
        << "\n";
    std::visit([&](const auto& kind) { print_kind(*this, kind, out); }, node.kind);
  }
  for (const ModelOutput& o : outputs) out << "output " << o.name << " <- " << name_of(o.signal) << "\n";
  return out.str();
}

}  // namespace spikeloom
