#include <sstream>

#include "describe/describe.h"
#include "describe/edges.h"
#include "describe/groups.h"
#include "json/json.h"

namespace spikeloom {
namespace {

/// What an edge says: the port it ends in, the state it reads, its part and its delay; "" for a plain one.
std::string words_of(const Model& model, const Edge& edge, const std::string& port) {
  std::string words;
  const auto add = [&](const std::string& word) {
    if (!word.empty()) words += (words.empty() ? "" : " ") + word;
  };
  if (edge.from.state >= 0) add(model.name_of(edge.from));
  add(edge.part);
  if (!port.empty()) add("to " + port);
  if (edge.delay > 0) add(std::to_string(edge.delay) + (edge.delay == 1 ? " step" : " steps"));
  return words;
}

/// Inside a quoted string of DOT.
std::string dot(std::string_view text) {
  std::string out;
  for (const char c : json::escape(text, 200)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// Inside a quoted label of Mermaid: everything that it or HTML would read becomes an entity.
std::string mermaid(std::string_view text) {
  std::string out;
  for (const char c : json::escape(text, 200)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == ' ' || c == '_' || c == '-' || c == '.' || c == ',' || c == '/' || c == ':' ||
                       c == '[' || c == ']' || (c & 0x80);
    if (plain)
      out += c;
    else
      out += "#" + std::to_string(static_cast<int>(c)) + ";";
  }
  return out;
}

struct Box {
  std::vector<std::string> rows;  // texts, not escaped
  bool input = false, output = false;
};

/// One box per input, node and output, in that order; implicit nodes have none. Between enter(use) and
/// leave() are those of a use of a module.
template <class Draw, class Enter, class Leave>
class Boxes {
 public:
  Boxes(const Model& model, Draw draw, Enter enter, Leave leave)
      : model_(model), draw_(draw), enter_(enter), leave_(leave) {
    for (std::size_t i = 0; i < model.inputs.size(); ++i) {
      const ModelInput& in = model.inputs[i];
      Box box{{in.name, to_string(in.shape) + (in.constant ? " constant" : "")}, true, false};
      if (!in.label.empty()) box.rows.push_back(in.label);
      draw("i" + std::to_string(i), box);
    }
    group(grouped(model));
    for (std::size_t i = 0; i < model.outputs.size(); ++i)
      draw("o" + std::to_string(i), Box{{model.outputs[i].name}, false, true});
  }

 private:
  void group(const Group& all) {
    for (const Group::Item& item : all.items) {
      if (item.inner) {
        enter_(*item.inner->use);
        group(*item.inner);
        leave_();
        continue;
      }
      const ModelNode& node = model_.nodes[item.node];
      const std::string name = all.use ? node.name.substr(all.use->name.size() + 1) : node.name;
      Box box{{name, node.type + " " + to_string(node.shape)}, false, false};
      if (!node.label.empty()) box.rows.push_back(node.label);
      draw_("n" + std::to_string(item.node), box);
    }
  }

  const Model& model_;
  Draw draw_;
  Enter enter_;
  Leave leave_;
};

std::string id_of(Signal s) {
  return (s.of == Signal::Of::input ? "i" : "n") + std::to_string(s.index);
}

template <class Draw>
void arrows(const Model& model, Draw&& draw) {
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    if (model.nodes[i].implicit) continue;
    for (const EdgeGroup& group : edges_into(model, model.nodes[i]))
      for (const Edge& e : group.edges)
        draw(id_of(e.from), "n" + std::to_string(i), words_of(model, e, group.port), e.delay > 0);
  }
  for (std::size_t i = 0; i < model.outputs.size(); ++i) {
    Edge e{model.outputs[i].signal, 0, {}};
    if (e.from.of == Signal::Of::node && e.from.state < 0) {
      const ModelNode& node = model.nodes[e.from.index];
      if (const auto* slice = std::get_if<Slice>(&node.kind); slice && node.implicit)
        e = {slice->input.signal, 0,
             "[" + std::to_string(slice->first) + ":" + std::to_string(slice->first + node.size) + "]"};
    }
    draw(id_of(e.from), "o" + std::to_string(i), words_of(model, e, ""), false);
  }
}

}  // namespace

std::string describe_dot(const Model& model) {
  std::ostringstream out;
  out << "digraph \"" << dot(model.name) << "\" {\n  rankdir=LR;\n"
      << "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", "
         "fontsize=10];\n";
  std::string indent = "  ";
  std::size_t clusters = 0;
  Boxes(
      model,
      [&](const std::string& id, const Box& box) {
        out << indent << id << " [label=\"";
        for (std::size_t i = 0; i < box.rows.size(); ++i) out << (i ? "\\n" : "") << dot(box.rows[i]);
        out << "\"" << (box.input ? ", shape=oval" : box.output ? ", shape=plaintext" : "") << "];\n";
      },
      [&](const ModelUse& use) {
        out << indent << "subgraph cluster_" << clusters++ << " {\n";
        indent += "  ";
        out << indent << "label=\"" << dot(use.name + ": " + words_of(use))
            << "\"; style=rounded; fontname=\"sans-serif\";\n";
      },
      [&] {
        indent.resize(indent.size() - 2);
        out << indent << "}\n";
      });
  arrows(model, [&](const std::string& from, const std::string& to, const std::string& words, bool delayed) {
    out << "  " << from << " -> " << to;
    std::string attributes = delayed ? "style=dashed" : "";
    if (!words.empty()) attributes += (attributes.empty() ? "label=\"" : ", label=\"") + dot(words) + "\"";
    if (!attributes.empty()) out << " [" << attributes << "]";
    out << ";\n";
  });
  out << "}\n";
  return out.str();
}

std::string describe_mermaid(const Model& model) {
  std::ostringstream out;
  out << "flowchart LR\n";
  std::string indent = "  ";
  std::size_t subgraphs = 0;
  Boxes(
      model,
      [&](const std::string& id, const Box& box) {
        out << indent << id << (box.input ? "([\"" : box.output ? ">\"" : "[\"");
        for (std::size_t i = 0; i < box.rows.size(); ++i) out << (i ? "<br/>" : "") << mermaid(box.rows[i]);
        out << (box.input ? "\"])" : "\"]") << "\n";
      },
      [&](const ModelUse& use) {
        out << indent << "subgraph u" << subgraphs++ << "[\"" << mermaid(use.name + ": " + words_of(use))
            << "\"]\n";
        indent += "  ";
      },
      [&] {
        indent.resize(indent.size() - 2);
        out << indent << "end\n";
      });
  arrows(model, [&](const std::string& from, const std::string& to, const std::string& words, bool delayed) {
    out << "  " << from << (delayed ? " -.->" : " -->");
    if (!words.empty()) out << "|\"" << mermaid(words) << "\"|";
    out << " " << to << "\n";
  });
  return out.str();
}

}  // namespace spikeloom
