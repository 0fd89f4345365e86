// A node that is a neuron: its parameters, options and the frame's fields.
#include <algorithm>
#include <bit>
#include <cmath>

#include "equations/bind.h"
#include "model/draft.h"

namespace spikeloom::draft {
namespace {

constexpr std::int64_t kMostRefractory = 1'000'000;  // steps

/// A time in ms, or a rate in Hz, by the rule of names.
bool needs_dt(std::string_view name) {
  return name.starts_with("tau_") || name.ends_with("_ms") || name == "rate";
}

class NeuronNode {
 public:
  NeuronNode(Network& net, Node& node, Report& report)
      : net_(net), node_(node), model_(*node.type.neuron), report_(report), fields_(node.place, report) {}
  void find_shape();
  void build();

 private:
  const Cell& make();
  std::optional<Shape> read_shape();
  void read_options();
  void read_parameters();
  void read_inhibition_and_graded();
  void read_quantize();
  void read_refractory();
  void read_initial(Population& population);
  std::optional<PerNeuron> read_values(json::Value value, const std::string& name);
  std::vector<PerNeuron> bind(const Cell& cell);
  std::optional<PerNeuron> read_initial_values(json::Value value);
  void add(json::Value place, std::string what, std::string expected = {}, std::string got = {},
           std::string hint = {}) {
    report_.add(place.at(std::move(what), std::move(expected), std::move(got), std::move(hint)));
  }

  Network& net_;
  Node& node_;
  const NeuronModel& model_;
  Report& report_;
  json::Fields fields_;

  std::optional<Shape> shape_;
  CellChoice choice_;
  std::map<std::string, PerNeuron> given_;
  bool parameters_read_ = true;  // all that were given
  std::optional<PerNeuron> graded_, refractory_;
};

std::optional<Shape> NeuronNode::read_shape() {
  const json::Value value = fields_.take("shape");
  if (!value) return {};
  Shape shape;
  std::uint64_t elements = 1;
  bool valid = value.is(json::Kind::array) && value.size() >= 1 && value.size() <= kMostRank;
  for (std::size_t i = 0; valid && i < value.size(); ++i) {
    const double extent = value[i].is(json::Kind::number) ? value[i].number() : 0;
    valid = extent >= 1 && extent == std::floor(extent) && extent <= static_cast<double>(kMostNeurons);
    if (!valid) break;
    shape.push_back(static_cast<std::size_t>(extent));
    elements *= shape.back();
    valid = elements <= kMostNeurons;
  }
  if (valid) return shape;
  add(value, "'shape' is not the shape of a sample",
      "a list of 1 to " + std::to_string(kMostRank) + " whole numbers from 1, no more than " +
          std::to_string(kMostNeurons) + " neurons",
      value.describe());
  return {};
}

/// From "shape", or from the first source whose shape is known; the others must agree.
void NeuronNode::find_shape() {
  shape_ = read_shape();
  std::string from;
  for (const auto& port : node_.ports)
    for (const Input& in : port) {
      const auto shape = net_.shape_of(in);
      if (!shape) continue;
      if (!shape_) {
        shape_ = shape;
        from = in.name;
      } else if (*shape != *shape_) {
        add(in.place,
            in.name + " gives " + to_string(*shape) + ", " + node_.name + " expects " + to_string(*shape_),
            "", "", from.empty() ? "" : node_.name + " has the shape of the first that it reads, " + from);
      }
    }
  if (model_.ports.empty() && !node_.place.find("shape"))
    add(node_.place, "'shape' is missing", "the shape of this source, such as [100]", "",
        in_quotes(model_.name) + " reads nothing that could tell it");
  node_.shape = shape_;
}

void NeuronNode::read_options() {
  for (const OptionInfo& option : model_.options) {
    const json::Value value = fields_.take(option.name);
    if (!value) continue;
    std::string chosen;
    if (value.is(json::Kind::string)) chosen = value.string();
    if (value.is(json::Kind::boolean)) chosen = value.boolean() ? "true" : "false";
    const bool kind = value.is(option.boolean ? json::Kind::boolean : json::Kind::string);
    if (kind && std::ranges::find(option.values, chosen) != option.values.end()) {
      choice_.options[option.name] = chosen;
      continue;
    }
    std::string expected;
    for (const std::string& v : option.values)
      expected += (expected.empty() ? "" : ", ") + (option.boolean ? v : "\"" + v + "\"");
    const std::string near = kind ? json::nearest(chosen, option.values) : "";
    add(value, in_quotes(option.name) + " has no such value", expected, value.describe(),
        near.empty() ? "" : "did you mean \"" + near + "\"?");
  }
}

/// Nothing if it was reported or if the shape is not known.
std::optional<PerNeuron> NeuronNode::read_values(json::Value value, const std::string& name) {
  value = net_.graph->tensor_meant(value, node_.given->use);
  const auto tensor = read_once(value, *net_.graph, net_.tensors, net_.budget, report_);
  if (!tensor) {
    parameters_read_ = false;
    return {};
  }
  PerNeuron all;
  if (!shape_) {
    // A single value is right for any shape.
    if (tensor->values.size() == 1) return PerNeuron{tensor->values};
    parameters_read_ = false;
    return {};
  }
  if (tensor->values.size() > 1 && !net_.budget.take(element_count(*shape_))) {
    report_.add(beyond_limit(value, net_.budget));
  } else if (broadcast(*tensor, *shape_, all)) {
    return all;
  } else {
    add(value, in_quotes(name) + " does not fit the neurons",
        "a number, or a tensor that broadcasts from the right to " + to_string(*shape_),
        to_string(tensor->shape));
  }
  parameters_read_ = false;
  return {};
}

void NeuronNode::read_parameters() {
  for (const ParameterInfo& parameter : model_.parameters) {
    const json::Value value = fields_.take(parameter.name);
    if (!value) continue;
    // A dt that is there but broken was reported.
    if (needs_dt(parameter.name) && !net_.graph->dt && !net_.graph->document->root().find("dt"))
      add(value, "a time in ms or a rate in Hz needs the length of a step",
          "\"dt\" at the top of the graph, in ms");
    if (auto all = read_values(value, parameter.name)) given_[parameter.name] = std::move(*all);
  }
}

void NeuronNode::read_inhibition_and_graded() {
  choice_.inhibition = fields_.boolean("inhibition", false);
  if (const json::Value value = fields_.take("graded")) {
    graded_ = read_values(value, "graded");
    // A factor of 1 changes nothing, and spikes stay bits.
    choice_.graded = !graded_ || !graded_->uniform() || graded_->values[0] != 1.0f;
    if (divides_by_graded(model_, choice_) && graded_ &&
        std::ranges::find(graded_->values, 0.0f) != graded_->values.end())
      add(value, "'graded' may not be 0 here", "another number", "0",
          "with inhibition and an immediate reset the spike is divided by it");
  }
}

void NeuronNode::read_quantize() {
  const json::Value value = fields_.take("quantize");
  if (!value) return;
  Report problems;
  json::Fields f(value, problems);
  const auto number = [&](const char* name, double fallback, double above, const char* expected) {
    const double x = f.number(name, fallback);
    if (std::isfinite(x) && std::fabs(x) < 1e30 && x > above) return x;
    problems.add(
        value.find(name).at(in_quotes(name) + " is out of range", expected, value.find(name).describe()));
    return fallback;
  };
  const int bits = static_cast<int>(f.integer("num_bits", 8, 1, 16));
  const bool uniform = f.boolean("uniform", true);
  const bool centered = f.boolean("thr_centered", true);
  const double threshold = number("threshold", 1, 0, "a number above 0");
  const double lower = number("lower_limit", 0, -1, "a number above -1");
  const double upper = number("upper_limit", 0.2, -1, "a number above -1");
  std::optional<double> multiplier;
  if (f.take("multiplier", json::Kind::number)) multiplier = number("multiplier", 0.5, 0, "a number above 0");
  f.finish();
  if (problems.ok() && !uniform && centered && upper < 0)
    problems.add(value.at("the levels around the threshold need room above it",
                          "an upper_limit of at least 0", value.find("upper_limit").describe()));
  if (problems.ok())
    choice_.quantize = quantizer_levels(bits, uniform, centered, threshold, lower, upper, multiplier);
  if (problems.ok())
    for (const float level : choice_.quantize->levels)
      if (!std::isfinite(level)) {
        problems.add(value.at("these limits give levels that are not finite"));
        break;
      }
  for (const Diagnostic& d : problems.diagnostics()) report_.add(d);
}

void NeuronNode::read_refractory() {
  const json::Value steps = fields_.take("refractory"), ms = fields_.take("refractory_ms");
  if (steps && ms) add(ms, "'refractory' and 'refractory_ms' say the same thing", "one of them");
  const json::Value value = steps ? steps : ms;
  if (!value) return;
  choice_.refractory = true;
  auto all = read_values(value, steps ? "refractory" : "refractory_ms");
  if (!all) return;
  for (float& x : all->values) {
    if (!steps) {
      const auto rounded = steps_of_ms(value, x, *net_.graph, report_);
      if (!rounded) return;
      x = static_cast<float>(std::min<std::uint64_t>(*rounded, kMostRefractory + 1));
    }
    if (!(x >= 0 && x <= kMostRefractory) || x != std::floor(x)) {
      add(value, "'refractory' is out of range", "a whole number of steps from 0 to 1000000",
          value.describe());
      return;
    }
  }
  choice_.refractory = std::ranges::any_of(all->values, [](float x) { return x > 0; });
  if (all->uniform()) choice_.refractory_shown = std::to_string(static_cast<std::uint64_t>(all->values[0]));
  refractory_ = std::move(*all);
}

/// One value for each of the cell's parameters; empty if something was reported or is unknown.
std::vector<PerNeuron> NeuronNode::bind(const Cell& cell) {
  if (!parameters_read_) return {};
  const std::size_t n = shape_ ? element_count(*shape_) : 1;
  const auto problem = [&](Diagnostic::Severity severity, const std::string& parameter, std::string what,
                           std::string expected, std::string got, std::string hint) {
    const json::Value place = parameter.empty() ? json::Value() : node_.place.find(parameter);
    Diagnostic d = (place ? place : node_.place)
                       .at(std::move(what), std::move(expected), std::move(got), std::move(hint));
    d.severity = severity;
    report_.add(std::move(d));
  };
  const std::vector<PerNeuron> bound = bind_parameters(model_, given_, net_.dt(), n, problem);
  if (!report_.ok() || bound.size() != model_.parameters.size()) return {};

  std::vector<PerNeuron> all;
  for (const std::string& name : cell.parameters) {
    if (name == "refractory" && refractory_) {
      all.push_back(*refractory_);
      continue;
    }
    if (name == "graded" && graded_) {
      all.push_back(*graded_);
      continue;
    }
    for (std::size_t i = 0; i < bound.size(); ++i)
      if (model_.parameters[i].name == name) all.push_back(bound[i]);
  }
  return all;
}

/// A number, one value per neuron, or one per sample and neuron.
std::optional<PerNeuron> NeuronNode::read_initial_values(json::Value value) {
  value = net_.graph->tensor_meant(value, node_.given->use);
  const auto tensor = read_once(value, *net_.graph, net_.tensors, net_.budget, report_);
  if (!tensor || !shape_) return {};
  const bool batched = tensor->shape.size() == shape_->size() + 1 &&
                       std::equal(shape_->begin(), shape_->end(), tensor->shape.begin() + 1);
  if (!tensor->shape.empty() && tensor->shape != *shape_ && !batched) {
    std::string per_sample = to_string(*shape_);
    per_sample.insert(1, "batch, ");
    add(value, "an initial state has the shape of the node",
        "a number, " + to_string(*shape_) + " or " + per_sample, to_string(tensor->shape));
    return {};
  }
  if (batched) {
    const std::size_t batch = tensor->shape[0];
    if (batch > 0xffffffffu || batch == 0) {
      add(value, "the batch of an initial state is out of range", "1 to 4294967295 samples",
          std::to_string(batch));
      return {};
    }
    if (node_.fixed_batch != 0 && node_.fixed_batch != batch) {
      add(value, "initial states differ in their batch", std::to_string(node_.fixed_batch) + " samples",
          std::to_string(batch));
      return {};
    }
    node_.fixed_batch = batch;
    node_.fixed_batch_place = value;
  }
  return PerNeuron{tensor->values};
}

void NeuronNode::read_initial(Population& population) {
  const json::Value value = fields_.take("initial");
  if (!value) return;
  json::Fields f(value, report_);
  for (std::size_t i = 0; i < population.cell.states.size(); ++i)
    if (const json::Value state = f.take(population.cell.states[i].name))
      if (auto all = read_initial_values(state); all && i < population.initial.size())
        population.initial[i] = std::move(*all);
  if (const json::Value spikes = f.take("spk"))
    if (auto all = read_initial_values(spikes)) {
      const bool bits = std::ranges::all_of(all->values, [](float x) { return x == 0 || x == 1; });
      if (population.cell.spikes() && !bits)
        add(spikes, "a spike before the start is 0 or 1", "0 or 1 for every neuron", spikes.describe());
      else
        population.initial_output = std::move(*all);
    }
  f.finish("state");
}

/// The cell of the choice; made once for all nodes that choose alike.
const Cell& NeuronNode::make() {
  std::string key = model_.name;
  for (const auto& [name, value] : choice_.options) key += " " + name + "=" + value;
  if (choice_.inhibition) key += " inhibition";
  if (choice_.refractory) key += " refractory";
  if (choice_.graded) key += " graded";
  if (choice_.quantize) {
    for (const float level : choice_.quantize->levels)
      key += " " + std::to_string(std::bit_cast<std::uint32_t>(level));
    for (const float middle : choice_.quantize->midpoints)
      key += " " + std::to_string(std::bit_cast<std::uint32_t>(middle));
  }
  const auto known = net_.cells.find(key);
  return known != net_.cells.end() ? known->second
                                   : net_.cells.emplace(key, make_cell(model_, choice_)).first->second;
}

void NeuronNode::build() {
  for (const char* key : {"type", "from", "label"}) fields_.take(key);
  for (const char* key : {"precision", "plasticity", "place"})
    if (const json::Value value = fields_.take(key)) {
      Diagnostic d = value.at(in_quotes(key) + " is not supported by this version");
      d.kind = ErrorKind::unsupported;
      report_.add(std::move(d));
    }
  for (const auto& [foreign, ours] :
       std::initializer_list<std::pair<const char*, const char*>>{{"reset_mechanism", "reset"},
                                                                  {"reset_mode", "reset"},
                                                                  {"graded_spikes_factor", "graded"},
                                                                  {"state_quant", "quantize"},
                                                                  {"thr", "threshold"},
                                                                  {"v_threshold", "threshold"},
                                                                  {"v_th", "threshold"},
                                                                  {"decay", "beta"},
                                                                  {"tau", "tau_mem"},
                                                                  {"tau_m", "tau_mem"},
                                                                  {"tau_s", "tau_syn"},
                                                                  {"refractory_period", "refractory"},
                                                                  {"init", "initial"},
                                                                  {"input", "from"}})
    fields_.translate(foreign, ours);
  find_shape();
  read_options();
  read_parameters();
  read_inhibition_and_graded();
  read_quantize();
  read_refractory();
  CellChoice asked = choice_;  // a factor of 1 and a period of 0 are asked for, though they choose nothing
  asked.graded = static_cast<bool>(node_.place.find("graded"));
  asked.refractory = node_.place.find("refractory") || node_.place.find("refractory_ms");
  check_choice(model_, asked, node_.place, report_);
  if (!report_.ok()) {
    fields_.take("initial");  // its states depend on what is wrong
    fields_.finish();
    if (parameters_read_) bind(Cell{});
    return;
  }

  Population population;
  population.cell = make();
  const Cell& cell = population.cell;
  population.parameters = bind(cell);
  const bool complete = population.parameters.size() == cell.parameters.size() && report_.ok() && shape_;
  if (complete) {
    const std::size_t n = element_count(*shape_);
    // Whatever follows from a tensor is held per neuron.
    const bool uniform = std::ranges::all_of(population.parameters, &PerNeuron::uniform);
    if (!uniform && !net_.budget.take(std::uint64_t{n} * cell.setup.size())) {
      report_.add(beyond_limit(node_.place, net_.budget));
      return;
    }
    const auto setup = evaluate_setup(cell, population.parameters, net_.dt(), n);
    for (const NodeId id : cell.fixed) population.fixed.push_back(setup[id]);
    for (const CellState& state : cell.states)
      population.initial.push_back(state.initial == kNoNode ? PerNeuron{{0.0f}} : setup[state.initial]);
  }
  read_initial(population);
  fields_.finish();
  if (!complete || !report_.ok()) return;

  population.ports.resize(cell.ports.size());
  bool known = true;
  for (std::size_t p = 0; p < cell.ports.size(); ++p)
    for (std::size_t m = 0; m < model_.ports.size(); ++m)
      if (model_.ports[m].name == cell.ports[p])
        for (const Input& in : node_.ports[m]) {
          population.ports[p].push_back(in.source);
          known = known && net_.shape_of(in).has_value();
        }
  if (known) node_.kind = std::move(population);
}

}  // namespace

void build_neuron(Network& net, Node& node, bool last, Report& report) {
  NeuronNode neuron(net, node, report);
  if (last)
    neuron.build();
  else
    neuron.find_shape();
}

}  // namespace spikeloom::draft
