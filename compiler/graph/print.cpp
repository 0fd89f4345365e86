#include <sstream>

#include "graph/graph.h"
#include "support/text.h"

namespace spikeloom {
namespace {

std::string text_of(const Reference& r) {
  std::string text = r.node.empty() ? "(not found)" : r.node;
  if (!r.state.empty()) text += "." + r.state;
  if (r.slice) text += "[" + std::to_string(r.slice->first) + ":" + std::to_string(r.slice->second) + "]";
  if (r.delay > 0) text += " @-" + std::to_string(r.delay);
  return text;
}

void print_inputs(const PortInputs& inputs, std::ostream& out) {
  out << "  " << (inputs.port.empty() ? "from" : inputs.port) << " <-";
  const char* between = " ";
  for (const Reference& r : inputs.references) {
    out << between << text_of(r);
    between = ", ";
  }
  out << "\n";
}

}  // namespace

std::string Graph::print() const {
  std::ostringstream out;
  out << "graph " << (name.empty() ? "(no name)" : escaped(name)) << ", ";
  if (dt)
    out << "dt " << *dt << " ms, ";
  else
    out << "no dt, ";
  out << "seed " << seed << "\n";
  for (const auto& [alias, file_name] : tensors)
    out << "tensors " << escaped(alias) << " = " << escaped(file_name) << "\n";
  for (const GraphInput& in : inputs)
    out << escaped(in.name) << " " << to_string(in.shape) << (in.constant ? " constant" : "") << " input\n";
  for (const GraphNode& node : nodes) {
    out << escaped(node.name) << " " << escaped(node.type) << (node.broken ? ", broken" : "") << "\n";
    for (const PortInputs& inputs_of_port : node.from) print_inputs(inputs_of_port, out);
  }
  for (const GraphOutput& o : outputs)
    out << "output " << escaped(o.name) << " <- " << text_of(o.reference) << "\n";
  return out.str();
}

}  // namespace spikeloom
