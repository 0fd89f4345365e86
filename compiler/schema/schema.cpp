#include "schema/schema.h"

#include <nlohmann/json.hpp>

#include "equations/neuron.h"
#include "layers/builder.h"
#include "model/types.h"

namespace spikeloom {
namespace {

using Object = nlohmann::ordered_json;

const char* const kName = "[A-Za-z0-9_][A-Za-z0-9_-]{0,63}";

std::string whole(const std::string& pattern) {
  return "^" + pattern + "$";
}

Object list(std::initializer_list<Object> items) {
  Object all = Object::array();
  for (const Object& item : items) all.push_back(item);
  return all;
}

Object ref(const std::string& definition) {
  return {{"$ref", "#/definitions/" + definition}};
}

/// A reference with words of its own; draft-07 ignores what stands beside a $ref.
Object ref(const std::string& definition, const std::string& doc) {
  return {{"description", doc}, {"allOf", list({ref(definition)})}};
}

Object text(const std::string& doc) {
  return {{"description", doc}, {"type", "string"}};
}

Object object_of(Object properties, Object required = Object::array()) {
  Object o{{"type", "object"}};
  if (!required.empty()) o["required"] = std::move(required);
  o["properties"] = std::move(properties);
  o["additionalProperties"] = false;
  return o;
}

/// An object whose members have names of the format.
Object named(Object member, const std::string& doc) {
  return {{"description", doc},
          {"type", "object"},
          {"propertyNames", {{"pattern", whole(kName)}}},
          {"additionalProperties", std::move(member)}};
}

// --- what all nodes share ---

Object references() {
  const std::string path = std::string(kName) + "(/" + kName + ")*(\\." + kName + ")?";
  Object all = Object::object();
  all["name"] = {{"description", "\"lif1\", \"lif1.mem\", \"lif1[0:16]\""},
                 {"type", "string"},
                 {"pattern", whole(path + "(\\[[0-9]+:[0-9]+\\])?")}};
  Object delayed =
      object_of({{"node", ref("name")},
                 {"delay", {{"description", "steps"}, {"type", "integer"}, {"minimum", 0}}},
                 {"delay_ms", {{"description", "milliseconds"}, {"type", "number"}, {"minimum", 0}}}},
                list({"node"}));
  delayed["not"] = {{"required", list({"delay", "delay_ms"})}};
  all["delayed"] = std::move(delayed);
  all["reference"] = {{"anyOf", list({ref("name"), ref("delayed")})}};
  all["references"] = {
      {"description", "one reference, or a list"},
      {"anyOf", list({ref("reference"), {{"type", "array"}, {"minItems", 1}, {"items", ref("reference")}}})}};
  all["shape"] = {{"description", "shape of a sample"},
                  {"type", "array"},
                  {"minItems", 1},
                  {"maxItems", 8},
                  {"items", {{"type", "integer"}, {"minimum", 1}}}};
  return all;
}

Object tensors() {
  Object all = Object::object();
  all["numbers"] = {{"type", "array"},
                    {"minItems", 1},
                    {"items", {{"anyOf", list({{{"type", "number"}}, ref("numbers")})}}}};
  const Object seed{{"type", "integer"}, {"minimum", 0}};
  const Object number{{"type", "number"}};
  Object normal = object_of({{"random", {{"const", "normal"}}},
                             {"mean", number},
                             {"std", {{"type", "number"}, {"minimum", 0}}},
                             {"seed", seed},
                             {"shape", ref("shape")}},
                            list({"random", "seed", "shape"}));
  Object uniform = object_of({{"random", {{"const", "uniform"}}},
                              {"low", number},
                              {"high", number},
                              {"seed", seed},
                              {"shape", ref("shape")}},
                             list({"random", "seed", "shape"}));
  Object clipped = object_of({{"random", {{"const", "normal"}}},
                              {"mean", number},
                              {"std", {{"type", "number"}, {"minimum", 0}}},
                              {"low", number},
                              {"high", number},
                              {"seed", seed}},
                             list({"random", "seed"}));
  Object between =
      object_of({{"random", {{"const", "uniform"}}}, {"low", number}, {"high", number}, {"seed", seed}},
                list({"random", "seed"}));
  all["synapse values"] = {{"description", "a number, drawn numbers or, beside a list, one number each"},
                           {"anyOf", list({ref("tensor"), std::move(clipped), std::move(between)})}};
  all["generator"] = {{"anyOf", list({std::move(normal), std::move(uniform)})}};
  all["tensor"] = {{"description",
                    "a number, nested arrays, \"file.npy\", \"file.npz:name\", "
                    "\"file.safetensors:name\", \"alias:name\" or { \"random\": ... }"},
                   {"anyOf", list({{{"type", "number"}},
                                   {{"type", "string"}, {"minLength", 1}},
                                   ref("numbers"),
                                   ref("generator")})}};
  return all;
}

// --- layers ---

/// A whole number, or a list of one for each axis, or a word.
Object per_axis(const FieldDeclaration& f) {
  const Object number{{"type", "integer"},
                      {"minimum", static_cast<std::int64_t>(*f.low)},
                      {"maximum", static_cast<std::int64_t>(*f.high)}};
  Object ways =
      list({number, {{"type", "array"}, {"minItems", f.axes}, {"maxItems", f.axes}, {"items", number}}});
  if (!f.words.empty()) ways.push_back({{"enum", f.words}});
  Object o{{"description", f.doc}, {"anyOf", std::move(ways)}};
  if (f.value) o["default"] = static_cast<std::int64_t>(*f.value);
  return o;
}

Object field(const FieldDeclaration& f) {
  if (f.form == FieldDeclaration::Form::per_axis) return per_axis(f);
  if (f.form == FieldDeclaration::Form::tensor) return ref("tensor", f.doc);
  if (f.form == FieldDeclaration::Form::synapses) return ref("synapse values", f.doc);
  Object o{{"description", f.doc}};
  switch (f.form) {
    case FieldDeclaration::Form::integer:
      o["type"] = "integer";
      break;
    case FieldDeclaration::Form::boolean:
      o["type"] = "boolean";
      o["default"] = f.value.value_or(0) != 0;
      return o;
    case FieldDeclaration::Form::word:
      o["enum"] = f.words;
      return o;
    case FieldDeclaration::Form::integers:
      o["type"] = "array";
      o["minItems"] = 1;
      o["items"] = {{"type", "integer"}};
      return o;
    default:
      o["type"] = "number";
      break;
  }
  const auto number = [&](double x) {
    return f.form == FieldDeclaration::Form::integer ? Object(std::int64_t(x)) : Object(x);
  };
  if (f.low) o["minimum"] = number(*f.low);
  if (f.high) o["maximum"] = number(*f.high);
  if (f.value) o["default"] = number(*f.value);
  return o;
}

Object layer(const LayerKind& kind) {
  Object properties{
      {"type", {{"const", kind.name}}},
      {"from", ref("references", kind.operands ? "the operands, in order" : "what is read; a list is a sum")},
      {"label", ref("label")}};
  Object required = list({"type", "from"});
  for (const FieldDeclaration& f : declare(kind).fields) {
    properties[f.name] = field(f);
    if (f.required) required.push_back(f.name);
  }
  Object o = object_of(std::move(properties), std::move(required));
  o["description"] = kind.doc;
  return o;
}

// --- neurons ---

std::string words_of(const ParameterInfo& p) {
  // Bounds hold for the value as float32, which a schema cannot say of a number; so they are told, not
  // checked.
  std::string words = p.doc;
  const auto number = [](double x) { return Object(static_cast<float>(x)).dump(); };
  if (p.above) words += ", above " + number(*p.above);
  if (p.low) words += ", at least " + number(*p.low);
  if (p.high) words += ", at most " + number(*p.high);
  if (p.fallback) words += " (default " + number(*p.fallback) + ")";
  return words;
}

Object quantize() {
  const Object above{{"type", "number"}, {"exclusiveMinimum", 0}};
  const Object limit{{"type", "number"}, {"exclusiveMinimum", -1}};
  Object o = object_of({{"num_bits", {{"type", "integer"}, {"minimum", 1}, {"maximum", 16}, {"default", 8}}},
                        {"uniform", {{"type", "boolean"}, {"default", true}}},
                        {"thr_centered", {{"type", "boolean"}, {"default", true}}},
                        {"threshold", above},
                        {"lower_limit", limit},
                        {"upper_limit", limit},
                        {"multiplier", above}});
  o["description"] = "quantises every state after each update; as snnTorch's state_quant";
  return o;
}

Object neuron(const NeuronModel& model) {
  Object properties{{"type", {{"const", model.name}}}, {"label", ref("label")}};
  Object required = list({"type"});
  if (model.ports.empty()) {
    required.push_back("shape");
  } else {
    required.push_back("from");
    Object ports = Object::object();
    for (const PortInfo& port : model.ports) ports[port.name] = ref("references", port.doc);
    Object mapped = object_of(std::move(ports));
    mapped["minProperties"] = 1;
    properties["from"] = {{"description", "what is read; a list is a sum"}};
    properties["from"]["anyOf"] =
        model.ports.size() == 1 ? list({ref("references"), std::move(mapped)}) : list({std::move(mapped)});
  }
  properties["shape"] = ref("shape");

  Object all = Object::array();  // conditions beside the properties
  for (const ParameterInfo& p : model.parameters) {
    properties[p.name] = ref("tensor", words_of(p));
    if (!p.fallback && p.group < 0) required.push_back(p.name);
  }
  for (const GivenGroup& group : model.given) {
    Object ways = Object::array();
    for (const GivenWay& way : group.ways) ways.push_back({{"required", way.names}});
    if (!ways.empty()) all.push_back({{"anyOf", std::move(ways)}});
  }
  for (const OptionInfo& option : model.options) {
    Object values = Object::array();
    for (const std::string& v : option.values)
      values.push_back(option.boolean ? Object(v == "true") : Object(v));
    Object first = values.front();
    properties[option.name] = {{"enum", std::move(values)}, {"default", std::move(first)}};
  }

  Object states = Object::object();
  for (const StateInfo& s : model.states) states[s.name] = ref("tensor", s.doc);
  if (model.spikes) {
    properties["graded"] = ref("tensor", "the value of a spike");
    if (model.has_comparison)
      properties["inhibition"] = {{"description", "only the neuron furthest above threshold may spike"},
                                  {"type", "boolean"},
                                  {"default", false}};
    if (model.compares_state) {
      properties["refractory"] = ref("tensor", "steps after a spike in which the neuron cannot fire");
      properties["refractory_ms"] = ref("tensor", "the same in milliseconds");
      states["refractory"] = ref("tensor", "steps until the neuron may fire");
    }
  }
  if (!properties.contains("inhibition")) properties["inhibition"] = {{"const", false}};
  states["spk"] = ref("tensor", "what delayed readers see before the start");
  properties["quantize"] = ref("quantize");
  properties["initial"] = object_of(std::move(states));
  properties["initial"]["description"] =
      "values before the first step: a number, one per neuron, or one per sample and neuron";
  Object o = object_of(std::move(properties), std::move(required));
  if (!all.empty()) o["allOf"] = std::move(all);
  if (!model.doc.empty()) o["description"] = model.doc;
  return o;
}

// --- own neurons: the form of graphs/neurons/*.json ---

Object neuron_file() {
  const Object bound{{"type", list({"number", "null"})}};
  const Object bounds{{"type", "array"}, {"minItems", 2}, {"maxItems", 2}, {"items", bound}};
  const Object open{{"type", "object"}};
  Object parameter = object_of({{"doc", {{"type", "string"}}},
                                {"default", bound},
                                {"range", bounds},
                                {"above", {{"type", "number"}}},
                                {"clamp", bounds}});
  Object given{{"type", "object"}, {"additionalProperties", ref("lines")}};
  Object option{{"type", "array"}, {"minItems", 1}, {"items", {{"type", list({"string", "boolean"})}}}};
  Object state{{"anyOf", list({{{"type", "string"}},
                               object_of({{"doc", {{"type", "string"}}},
                                          {"initial", {{"type", list({"string", "number"})}}}})})}};
  const auto members = [](Object member) {
    return Object{{"type", "object"}, {"additionalProperties", std::move(member)}};
  };
  Object o = object_of({{"doc", text("one line")},
                        {"source", text("a citation")},
                        {"parameters", members(std::move(parameter))},
                        {"given",
                         {{"description", "which parameters may stand for which others"},
                          {"anyOf", list({given, {{"type", "array"}, {"items", given}}})}}},
                        {"require", members({{"type", "string"}})},
                        {"options", members(std::move(option))},
                        {"inputs", members({{"type", "string"}})},
                        {"state", members(std::move(state))},
                        {"update", ref("lines", "lines \"name = expression\", run top to bottom")},
                        {"spike", text("the condition for a spike")},
                        {"output", text("the output of a cell that never spikes")},
                        {"on_spike", ref("lines", "lines that act only where a spike occurs")}});
  o["oneOf"] = list({{{"required", list({"spike"})}}, {{"required", list({"output"})}}});
  return o;
}

Object lines() {
  Object all = Object::object();
  all["line"] = {
      {"anyOf",
       list({{{"type", "string"}},
             {{"description", "a choice: { \"option\": { \"value\": lines } }"},
              {"type", "object"},
              {"minProperties", 1},
              {"maxProperties", 1},
              {"additionalProperties", {{"type", "object"}, {"additionalProperties", ref("lines")}}}}})}};
  all["lines"] = {{"anyOf", list({ref("line"), {{"type", "array"}, {"items", ref("line")}}})}};
  return all;
}

}  // namespace

std::string json_schema() {
  Object definitions = references();
  definitions.update(tensors());
  definitions.update(lines());
  definitions["label"] = text("a name in any characters, shown beside the node's own");
  definitions["quantize"] = quantize();
  definitions["neuron file"] = neuron_file();

  Object known = Object::array(), cases = Object::array();
  const auto add = [&](const std::string& type, Object definition) {
    known.push_back(type);
    definitions[type] = std::move(definition);
    cases.push_back({{"if", {{"required", list({"type"})}, {"properties", {{"type", {{"const", type}}}}}}},
                     {"then", ref(type)}});
  };
  for (const LayerKind& kind : layer_kinds()) add(std::string(kind.name), layer(kind));
  for (const std::string& name : builtin_neuron_names()) add(name, neuron(*builtin_neuron(name)));

  // Any other word is one of the graph's own neurons or modules, whose fields only the loader knows.
  Object type{{"description", "a layer, a neuron model that ships, or one of \"neurons\" or \"modules\""},
              {"anyOf", list({{{"enum", known}}, {{"type", "string"}}})}};
  definitions["node"] = {{"type", "object"},
                         {"required", list({"type"})},
                         {"properties", {{"type", std::move(type)}}},
                         {"allOf", std::move(cases)}};
  definitions["input"] =
      object_of({{"shape", ref("shape")},
                 {"time", {{"enum", list({"varying", "constant"})}, {"default", "varying"}}},
                 {"label", ref("label")}},
                list({"shape"}));

  Object nodes = named(ref("node"), "layers and neurons by name");
  nodes["minProperties"] = 1;
  Object module_input =
      object_of({{"shape", ref("shape", "what it must be given; any, if absent")}, {"label", ref("label")}});
  definitions["module"] = object_of(
      {{"label", ref("label")},
       {"inputs", named(std::move(module_input), "what a use of the module is given in its 'from'")},
       {"nodes", nodes},
       {"outputs", named(ref("name"), "what a use of the module gives, by name")}},
      list({"nodes"}));
  Object modules = named(ref("module"), "parts that nodes can use as their type");
  modules["propertyNames"]["not"] = {{"enum", known}};
  Object own = named(ref("neuron file"), "this graph's own neuron models, in the form of those that ship");
  own["propertyNames"]["not"] = {{"enum", known}};
  Object schema =
      object_of({{"$schema", {{"type", "string"}}},
                 {"spikeloom", {{"description", "version of the format"}, {"const", 1}}},
                 {"name", text("what the network is called")},
                 {"dt",
                  {{"description", "milliseconds per step"},
                   {"type", "number"},
                   {"exclusiveMinimum", 0},
                   {"default", 1}}},
                 {"seed", {{"description", "of all random numbers"}, {"type", "integer"}, {"minimum", 0}}},
                 {"needs",
                  {{"description", "features a later version added"},
                   {"type", "array"},
                   {"items", {{"type", "string"}}}}},
                 {"tensors", named({{"type", "string"}}, "short names of tensor files")},
                 {"inputs", named(ref("input"), "what comes from outside")},
                 {"nodes", std::move(nodes)},
                 {"outputs", named(ref("name"), "what goes out, by name")},
                 {"modules", std::move(modules)},
                 {"neurons", std::move(own)}},
                list({"spikeloom", "nodes"}));
  Object all{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "Spikeloom network"}};
  all.update(schema);
  all["definitions"] = std::move(definitions);
  return all.dump(2) + "\n";
}

}  // namespace spikeloom
