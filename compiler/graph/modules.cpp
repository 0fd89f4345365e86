// Modules as they are written: their bodies, and what holds of every use of one.
#include <algorithm>

#include "graph/body.h"
#include "support/text.h"

namespace spikeloom {

namespace {

void read_module_inputs(GraphReading& reading, Body& body, json::Value inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!claim_name(reading, body, inputs, i, "input")) continue;
    ModuleInput input{.name = inputs.key(i), .place = inputs[i], .shape = {}};
    json::Fields fields(inputs[i], reading.report);
    fields.string("label", "");
    if (const json::Value shape = fields.take("shape"))
      input.shape = read_shape(shape, reading.options.tensors.elements, reading.report).value_or(Shape{});
    fields.translate("size", "shape");
    fields.finish("field of an input of a module");
    body.inputs.push_back(std::move(input));
  }
}

void read_module(GraphReading& reading, Body& body) {
  json::Fields fields(body.place, reading.report);
  read_module_inputs(reading, body, fields.take("inputs", json::Kind::object));
  if (fields.valid()) read_nodes(reading, body, fields.require("nodes", "an object of nodes by name"));
  read_outputs(reading, body, fields.take("outputs", json::Kind::object));
  fields.string("label", "");
  for (const auto& [theirs, ours] : {std::pair{"input", "inputs"},
                                     {"output", "outputs"},
                                     {"layers", "nodes"},
                                     {"doc", "label"},
                                     {"name", "label"}})
    fields.translate(theirs, ours);
  fields.finish("field of a module");
}

/// The first of them.
template <class Named>
std::string names_of(const std::vector<Named>& all) {
  constexpr std::size_t most = 10;
  std::string names;
  for (std::size_t i = 0; i < all.size() && i < most; ++i) names += (i ? ", " : "") + all[i].name;
  return all.size() > most ? names + ", ..." : names;
}

/// Every text in a value: what could be the name of a tensor.
void collect_texts(json::Value value, std::set<std::string>& texts) {
  if (value.is(json::Kind::string)) texts.insert(value.string());
  if (value.is(json::Kind::array) || value.is(json::Kind::object))
    for (std::size_t i = 0; i < value.size(); ++i) collect_texts(value[i], texts);
}

std::set<std::string> tensor_texts(const Body& module) {
  std::set<std::string> texts;
  for (const GraphNode& node : module.nodes)
    for (std::size_t i = 0; node.place.is(json::Kind::object) && i < node.place.size(); ++i)
      if (const std::string& key = node.place.key(i); key != "type" && key != "from" && key != "label")
        collect_texts(node.place[i], texts);
  return texts;
}

class Linker {
 public:
  explicit Linker(GraphReading& reading) : reading_(reading) {}

  void link(Body& body) {
    for (GraphNode& node : body.nodes) {
      for (PortInputs& port : node.from)
        for (Reference& reference : port.references) node.broken |= !look_up(body, reference);
      if (const Body* module = reading_.module_of(node)) check_use(node, *module);
    }
    std::erase_if(body.outputs, [&](GraphOutput& output) {
      bool is_known = look_up(body, output.reference);
      if (is_known && body.is_module() && !body.names.at(first_name(output.reference.node)).is_node) {
        reading_.add(output.reference.place, "an output of a module is one of its nodes",
                     "the name of a node", "the input " + in_quotes(output.reference.node),
                     "a node of type \"dropout\" gives the values that it reads");
        is_known = false;
      }
      if (!is_known) body.broken_outputs.insert(output.name);
      return !is_known;
    });
    for (std::size_t i = 0; i < body.outputs.size(); ++i) body.output_names.emplace(body.outputs[i].name, i);
  }

 private:
  static std::string first_name(const std::string& path) { return path.substr(0, path.find('/')); }

  /// A reference to nothing is reported and loses its name, so that nobody reports it again.
  bool look_up(const Body& body, Reference& reference) {
    if (reference.node.empty() || walk(body, reference)) return true;
    reference.node.clear();
    return false;
  }

  bool walk(const Body& from, Reference& reference) {
    const Body* body = &from;
    std::string path, rest = reference.node;
    for (;;) {
      const std::string name = first_name(rest);
      const bool goes_on = name.size() < rest.size();
      const auto found = body->names.find(name);
      if (found == body->names.end()) return unknown(from, *body, reference, path, name);
      if (!found->second.is_node) {
        if (goes_on)
          return problem(reference, in_quotes(path + name) + " is an input: there is nothing inside it");
        if (body != &from)
          return problem(reference,
                         in_quotes(reference.node) + " is an input of the module " + in_quotes(body->name),
                         "a node of the module, or what this input is given");
        if (body->is_module() && !reference.state.empty())
          return problem(reference, in_quotes(name) + " has no state " + in_quotes(reference.state), "",
                         "it is an input of the module");
        reference.node = name;
        return true;
      }
      const GraphNode& node = body->nodes[found->second.index];
      const Body* module = reading_.module_of(node);
      path += name;
      if (!module) {
        if (goes_on)
          return problem(reference, in_quotes(path) + " is no use of a module: there is nothing inside it");
        reference.node = path;
        return true;
      }
      if (!module->usable) return false;
      if (!goes_on) return output(path, *module, reference);
      path += '/';
      rest = rest.substr(name.size() + 1);
      body = module;
    }
  }

  /// A use by itself is its only output, with a name behind the dot that one.
  bool output(const std::string& path, const Body& module, Reference& reference) {
    if (module.broken_outputs.contains(reference.state) ||
        (reference.state.empty() && !module.broken_outputs.empty()))
      return false;
    const GraphOutput* meant = nullptr;
    if (const auto found = module.output_names.find(reference.state); found != module.output_names.end())
      meant = &module.outputs[found->second];
    if (reference.state.empty() && module.outputs.size() == 1) meant = &module.outputs.front();
    if (!meant && module.outputs.empty())
      return problem(reference, "the module " + in_quotes(module.name) + " has no outputs", "",
                     "give it \"outputs\", or read a node inside it, such as " +
                         in_quotes(path + "/" + module.nodes.front().name));
    if (!meant && reference.state.empty())
      return problem(reference, "the module " + in_quotes(module.name) + " has several outputs",
                     in_quotes(path + "." + module.outputs.front().name),
                     "its outputs are " + names_of(module.outputs));
    if (!meant)
      return problem(reference,
                     "the module " + in_quotes(module.name) + " has no output " + in_quotes(reference.state),
                     "", near(reference.state, module.outputs));
    bool fits = true;
    const auto slice = part_of(meant->reference.slice, reference.slice, fits);
    if (!fits)
      return problem(reference, "this slice goes beyond " + in_quotes(path + "." + meant->name),
                     "a range within [0:" +
                         std::to_string(meant->reference.slice->second - meant->reference.slice->first) +
                         "]");
    reference.node = path + "/" + meant->reference.node;
    reference.state = meant->reference.state;
    reference.slice = slice;
    return true;
  }

  /// Looking for near names takes time: not for each of a hundred thousand.
  template <class Named>
  std::string near(const std::string& word, const std::vector<Named>& all) {
    constexpr std::size_t most_hints = 10;
    if (++reading_.unknown_names > most_hints) return {};
    std::vector<std::string> names;
    for (const Named& one : all) names.push_back(one.name);
    return json::hint_for(word, names);
  }

  bool problem(const Reference& reference, std::string what, std::string expected = {},
               std::string hint = {}) {
    const bool is_named = reference.place.is(json::Kind::object);
    const json::Value place = is_named ? reference.place.find("node") : reference.place;
    reading_.add(place, std::move(what), std::move(expected), {}, std::move(hint));
    return false;
  }

  bool unknown(const Body& from, const Body& body, const Reference& reference, const std::string& path,
               const std::string& name) {
    constexpr std::size_t most_hints = 10;
    std::string what = "there is no input or node " + in_quotes(name);
    if (body.is_module()) what += " in the module " + in_quotes(body.name);
    std::string hint;
    if (++reading_.unknown_names <= most_hints) {
      const std::string near = json::nearest(name, body.spellings);
      if (near.empty() && &from == &body && body.is_module())
        hint = "a module reads its own nodes and what its inputs are given";
      else if (near.empty())
        hint = json::hint_for(name, body.spellings);
      else
        hint = "did you mean '" + path + near + "'?";
    }
    reading_.add(reference.place, what, {}, {}, hint);
    return false;
  }

  /// The fields of a node that uses a module: an input each, and tensors by name.
  void check_use(GraphNode& node, const Body& module) {
    if (!module.usable) {
      node.broken = true;  // reported with the module
      return;
    }
    const std::size_t before = reading_.report.errors();
    json::Fields fields(node.place, reading_.report);
    for (const char* key : {"type", "from", "label"}) fields.leave(key);
    check_tensors(module, fields.take("with", json::Kind::object));
    for (const auto& [theirs, ours] :
         {std::pair{"tensors", "with"}, {"parameters", "with"}, {"inputs", "from"}})
      fields.translate(theirs, ours);
    fields.finish("field of a use of a module");
    if (!node.broken) check_inputs(node, module);
    node.broken |= reading_.report.errors() > before;
  }

  void check_inputs(const GraphNode& node, const Body& module) {
    const std::vector<ModuleInput>& inputs = module.inputs;
    const std::string whose = "the module " + in_quotes(module.name);
    if (inputs.empty()) {
      if (!node.from.empty())
        reading_.add(node.from.front().place, whose + " has no inputs: it reads nothing", "no 'from'");
      return;
    }
    if (node.from.empty()) {
      reading_.add(node.place, "'from' is missing",
                   "what " + whose + " reads at its inputs " + names_of(inputs));
      return;
    }
    if (node.from.front().port.empty()) {
      if (inputs.size() > 1)
        reading_.add(node.from.front().place, whose + " has several inputs",
                     "an object that says what each of " + names_of(inputs) + " reads", "",
                     "\"from\": { \"" + inputs.front().name + "\": ... }");
      return;
    }
    std::set<std::string_view> given;
    for (const PortInputs& port : node.from) {
      given.insert(port.port);
      const auto input = module.names.find(port.port);
      if (input == module.names.end() || input->second.is_node)
        reading_.add(port.place, whose + " has no input " + in_quotes(port.port), {}, {},
                     near(port.port, inputs));
    }
    std::size_t missing = 0;
    for (const ModuleInput& in : inputs) {
      if (given.contains(in.name)) continue;
      reading_.add(node.place.find("from"),
                   "the input " + in_quotes(in.name) + " of " + whose + " reads nothing",
                   "\"" + in.name + "\": a reference");
      constexpr std::size_t most_missing = 10;
      if (++missing == most_missing) break;
    }
  }

  void check_tensors(const Body& module, json::Value with) {
    for (std::size_t i = 0; i < with.size(); ++i) {
      if (!check_name(reading_, with, i, "tensor")) continue;
      const auto [known, is_new] = texts_.try_emplace(&module);
      std::set<std::string>& texts = known->second;
      if (is_new) texts = tensor_texts(module);
      if (!texts.contains(with.key(i))) {
        reading_.report.add(with.at_key(
            i, "the module " + in_quotes(module.name) + " names no tensor " + in_quotes(with.key(i)), "", "",
            near_text(with.key(i), texts)));
      }
    }
  }

  std::string near_text(const std::string& name, const std::set<std::string>& texts) {
    constexpr std::size_t most_hints = 10;
    if (++reading_.unknown_names > most_hints) return {};
    const std::vector<std::string> all(texts.begin(), texts.end());
    const std::string near = all.size() <= 1000 ? json::nearest(name, all) : "";
    return near.empty() ? "" : "did you mean '" + escaped(near) + "'?";
  }

  GraphReading& reading_;
  std::map<const Body*, std::set<std::string>> texts_;  // strings in the nodes of a module
};

/// Names of the modules that `body` uses, each once.
std::vector<Body*> used_by(const GraphReading& reading, const Body& body) {
  std::set<std::string> seen;
  std::vector<Body*> all;
  for (const GraphNode& node : body.nodes)
    if (reading.module_of(node) && seen.insert(node.type).second)
      all.push_back(reading.by_name.at(node.type));
  return all;
}

void report_cycle(GraphReading& reading, const std::map<const Body*, std::size_t>& waiting) {
  // Everyone who still waits uses someone who still waits, so walking on ends in a cycle.
  const Body* at = nullptr;
  for (const Body& body : reading.modules)
    if (!at && waiting.at(&body) > 0) at = &body;
  std::vector<const Body*> way;
  std::set<const Body*> walked;
  while (walked.insert(at).second) {
    way.push_back(at);
    for (const Body* used : used_by(reading, *at))
      if (waiting.at(used) > 0) {
        at = used;
        break;
      }
  }
  way.erase(way.begin(), std::ranges::find(way, at));
  std::rotate(way.begin(), std::ranges::min_element(way, {}, [](const Body* b) { return b->place.line(); }),
              way.end());
  std::string words;
  for (std::size_t i = 0; i < way.size() && i < 20; ++i) words += way[i]->name + " -> ";
  if (way.size() > 20) words += "... -> ";
  reading.add(way.front()->place, "a module cannot use itself: " + words + way.front()->name,
              "modules that use others, but never themselves");
}

/// The modules, each behind those that it uses; those in a cycle, and those that use them, are not there.
std::vector<Body*> used_first(GraphReading& reading) {
  std::map<const Body*, std::size_t> waiting;
  std::map<const Body*, std::vector<Body*>> users;
  std::vector<Body*> order;
  for (Body& body : reading.modules) {
    const auto used = used_by(reading, body);
    waiting[&body] = used.size();
    for (const Body* b : used) users[b].push_back(&body);
    if (used.empty()) order.push_back(&body);
  }
  for (std::size_t i = 0; i < order.size(); ++i)
    for (Body* user : users[order[i]])
      if (--waiting[user] == 0) order.push_back(user);
  if (order.size() == reading.modules.size()) return order;
  report_cycle(reading, waiting);
  for (Body& body : reading.modules) body.usable = body.usable && waiting[&body] == 0;
  return order;
}

/// What a body is once all that it uses stands in its place; those are measured before.
void measure(GraphReading& reading, Body& body) {
  constexpr std::size_t kMostLevels = 16;  // of modules inside modules
  // Sums stay far below 2^64: a body has fewer than 2^31 nodes, and what is too large is cut off at once.
  const auto check = [&](std::uint64_t size, const char* what, std::size_t most) {
    if (size <= most || !body.usable) return;
    body.usable = false;
    reading.limit(body.is_module() ? body.place : body.node_places,
                  std::string(body.is_module() ? "the module" : "the graph") + " has too many " + what +
                      " when the modules that it uses are expanded",
                  "at most " + std::to_string(most), std::to_string(size));
  };
  for (const GraphNode& node : body.nodes) {
    for (const PortInputs& port : node.from) body.size.references += port.references.size();
    const Body* module = reading.module_of(node);
    if (!module || !module->usable) {
      ++body.size.nodes;
      continue;
    }
    body.size.nodes += module->size.nodes;
    for (const PortInputs& port : node.from) body.size.nodes += port.references.size() > 1 ? 1 : 0;
    body.size.references += module->size.references + module->inputs.size() + module->outputs.size() +
                            node.place.find("with").size();
    body.size.levels = std::max(body.size.levels, module->size.levels + 1);
  }
  check(body.size.nodes, "nodes", reading.options.nodes);
  check(body.size.references, "references", reading.options.references);
  if (body.size.levels <= kMostLevels || !body.usable) return;
  body.usable = false;
  reading.limit(body.place ? body.place : body.node_places, "modules are nested too deeply",
                "at most " + std::to_string(kMostLevels) + " levels", std::to_string(body.size.levels));
}

}  // namespace

std::optional<std::pair<std::size_t, std::size_t>> part_of(
    const std::optional<std::pair<std::size_t, std::size_t>>& of,
    const std::optional<std::pair<std::size_t, std::size_t>>& part, bool& fits) {
  if (!of || !part) return of ? of : part;
  fits = part->second <= of->second - of->first;
  return std::pair{of->first + part->first, of->first + part->second};
}

void read_modules(GraphReading& reading, json::Value modules) {
  for (std::size_t i = 0; i < modules.size(); ++i) {
    if (!check_name(reading, modules, i, "module")) continue;
    Body& body = reading.modules.emplace_back();
    body.name = modules.key(i);
    body.place = modules[i];
    reading.by_name.emplace(body.name, &body);
  }
}

void link_bodies(GraphReading& reading, Body& top) {
  for (Body& body : reading.modules) {
    read_module(reading, body);
    body.usable = body.usable && !body.nodes.empty();
  }
  Linker linker(reading);
  for (Body* body : used_first(reading)) {
    linker.link(*body);
    measure(reading, *body);
  }
  linker.link(top);
  measure(reading, top);
}

}  // namespace spikeloom
