#include "property/random_network.h"

#include <algorithm>
#include <cmath>

#include "equations/neuron.h"
#include "property/dice.h"
#include "property/random_modules.h"
#include "property/random_neuron.h"
#include "property/random_sparse.h"
#include "property/random_windows.h"

namespace spikeloom::property {
namespace {

using Json = nlohmann::ordered_json;
using Sizes = std::vector<std::size_t>;

std::size_t count(const Sizes& shape) {
  std::size_t n = 1;
  for (const std::size_t d : shape) n *= d;
  return n;
}

struct Place {
  std::string name;
  Sizes shape;
  bool is_neuron = false;
  std::vector<std::string> states;
};

class Builder {
 public:
  explicit Builder(std::uint64_t seed) : dice_(seed) {}

  RandomNetwork build() {
    net_.steps = static_cast<std::uint32_t>(dice_.between(1, 45));
    net_.batch = static_cast<std::uint32_t>(dice_.chance(0.5) ? 1 : dice_.between(2, 5));
    net_.first_sample = static_cast<std::uint32_t>(dice_.chance(0.3) ? dice_.below(1000) : 0);
    graph_["spikeloom"] = 1;
    graph_["dt"] = dice_.of({1.0, 0.5, 0.1});
    graph_["seed"] = dice_.below(1u << 20);
    add_inputs();
    if (dice_.chance(0.4)) graph_["neurons"]["own"] = own_ = random_neuron(dice_);
    for (std::size_t i = dice_.between(2, 9); i > 0; --i) add_node();
    if (neurons_.empty()) add_neuron();
    for (std::size_t i = dice_.below(4); i > 0; --i) add_recurrence();
    add_outputs();
    Dice modules(dice_.word());
    for (int i = 1; i <= 3 && modules.chance(0.4); ++i)
      move_into_module(modules, graph_, "m" + std::to_string(i), modules.chance(0.3));
    net_.json = graph_.dump(1);
    return std::move(net_);
  }

 private:
  std::string fresh(const char* stem) { return stem + std::to_string(names_++); }

  double value() {
    if (dice_.chance(0.05)) return dice_.of({0.0, -0.0, 1e-40, -1e-40, 1.0, -1.0});
    return dice_.normal();
  }

  Json tensor(const Sizes& shape, double scale, std::size_t axis = 0) {
    Json array = Json::array();
    for (std::size_t i = 0; i < shape[axis]; ++i)
      if (axis + 1 == shape.size())
        array.push_back(value() * scale);
      else
        array.push_back(tensor(shape, scale, axis + 1));
    return array;
  }

  void add_inputs() {
    for (std::size_t i = dice_.between(1, 2); i > 0; --i) {
      NetworkInput input;
      input.name = fresh("in");
      input.constant = dice_.chance(0.35);
      Sizes shape;
      switch (dice_.below(5)) {
        case 4:
          shape = {dice_.between(1, 4), dice_.between(2, 9), dice_.between(2, 20)};
          break;
        case 0:
          shape = {dice_.between(1, 3), dice_.between(1, 4), dice_.between(1, 6)};
          break;
        case 1:
          shape = {dice_.of<std::size_t>({1, 2, 8, 16, 64})};
          break;
        default:
          shape = {dice_.between(1, 90)};
          break;
      }
      input.size = count(shape);
      const std::size_t rows = std::size_t{net_.batch} * (input.constant ? 1 : net_.steps);
      const bool spikes = dice_.chance(0.5);
      const double density = dice_.of({0.02, 0.2, 0.7});
      for (std::size_t k = 0; k < rows * input.size; ++k)
        input.values.push_back(spikes ? (dice_.chance(density) ? 1.0f : 0.0f) : static_cast<float>(value()));
      Json declared{{"shape", shape}};
      if (input.constant) declared["time"] = "constant";
      graph_["inputs"][input.name] = declared;
      places_.push_back({input.name, shape, false, {}});
      net_.inputs.push_back(std::move(input));
    }
  }

  /// A reference to something that stands already, delayed at times; its shape.
  Json reference(const Place& from, bool must_delay = false) {
    std::string text = from.name;
    if (!from.states.empty() && dice_.chance(0.2)) text += "." + dice_.of(from.states);
    if (!must_delay && dice_.chance(0.75)) return text;
    const std::size_t delay = dice_.chance(0.8) ? dice_.between(1, 3) : dice_.between(4, 40);
    return Json{{"node", text}, {"delay", delay}};
  }

  /// A reference, or a list of several of equal shape.
  Json sources(const Place& first) {
    Json list = Json::array({reference(first)});
    for (const Place& other : places_)
      if (other.shape == first.shape && dice_.chance(0.2)) list.push_back(reference(other));
    return list.size() == 1 && dice_.chance(0.8) ? list[0] : list;
  }

  void add_node() {
    if (dice_.chance(0.5)) return add_neuron();
    const Place from = dice_.of(places_);
    const std::string name = fresh("n");
    Json node;
    Sizes shape = from.shape;
    switch (dice_.below(20)) {
      case 13:
      case 14:
        return add_sparse(from);
      case 15:
      case 16:
      case 17:
      case 18:
        return add_window(from);
      case 19:
        return add_made(from, random_batch_norm(dice_, from.shape, net_.steps));
      case 0:
      case 1:
      case 2:
        return add_linear(from);
      case 11:
        node = {{"type", "delta"}, {"from", sources(from)}};
        if (dice_.chance(0.7)) node["threshold"] = dice_.chance(0.5) ? Json(0.2) : tensor(from.shape, 0.5);
        for (const char* option : {"padding", "off_spike"})
          if (dice_.chance(0.4)) node[option] = true;
        break;
      case 12:
        node = latency(sources(from));
        break;
      case 3: {
        if (from.shape.size() == 1) return add_linear(from);
        node = {{"type", "flatten"}, {"from", sources(from)}};
        shape = {count(from.shape)};
        break;
      }
      case 4: {
        const std::size_t n = count(from.shape);
        shape = n % 2 == 0 ? Sizes{n / 2, 2} : Sizes{1, n};
        node = {{"type", "reshape"}, {"from", sources(from)}, {"shape", shape}};
        break;
      }
      case 5:
        node = {{"type", "scale"}, {"from", sources(from)}};
        node["scale"] = dice_.chance(0.5) ? Json(value()) : tensor(from.shape, 1);
        break;
      case 6: {
        node = {{"type", dice_.of({"add", "multiply"})}, {"from", Json::array({reference(from)})}};
        for (const Place& other : places_)
          if (other.shape == from.shape && dice_.chance(0.3)) node["from"].push_back(reference(other));
        node["from"].push_back(reference(from));
        break;
      }
      case 7: {
        const Place& other = dice_.of(places_);
        const bool fits =
            std::equal(from.shape.begin() + 1, from.shape.end(), other.shape.begin() + 1, other.shape.end());
        const Place second = fits ? other : from;
        node = {{"type", "concat"}, {"from", Json::array({reference(from), reference(second)})}};
        shape[0] += second.shape[0];
        break;
      }
      case 8: {
        Json steps = Json::array();
        if (from.shape.size() == 1)
          for (std::size_t i = 0; i < from.shape[0]; ++i) steps.push_back(dice_.below(6));
        node = {{"type", "delay"}, {"from", sources(from)}};
        node["steps"] = from.shape.size() == 1 ? steps : Json(dice_.below(20));
        break;
      }
      case 9:
        node = {{"type", "threshold"}, {"from", sources(from)}, {"threshold", value()}};
        break;
      default:
        node = {{"type", dice_.of({"relu", "dropout"})}, {"from", sources(from)}};
        break;
    }
    graph_["nodes"][name] = node;
    places_.push_back({name, shape, false, {}});
  }

  Json latency(Json from) {
    Json node{{"type", "latency"}, {"from", std::move(from)}};
    const std::size_t first = dice_.chance(0.3) ? dice_.between(1, 3) : 0;
    if (first > 0) node["first_spike_time"] = first;
    if (dice_.chance(0.7)) {
      node["num_steps"] = dice_.between(first + 1, first + 20);
      node["normalize"] = dice_.chance(0.6);
    }
    if (dice_.chance(0.5)) node["threshold"] = dice_.uniform(0, 0.3);
    if (dice_.chance(0.5)) node["tau"] = dice_.uniform(0.5, 20);
    for (const char* option : {"linear", "clip", "bypass", "interpolate"})
      if (dice_.chance(0.3)) node[option] = true;
    if (dice_.chance(0.2)) node["on_target"] = dice_.uniform(-1, 2);
    if (dice_.chance(0.2)) node["off_target"] = dice_.uniform(-1, 1);
    return node;
  }

  void add_window(const Place& place) {
    if (place.shape.size() == 3 && place.shape[0] <= 8 && count(place.shape) <= 2000)
      return add_made(place, random_window(dice_, place.shape));
    const std::size_t n = count(place.shape);
    const std::string name = fresh("grid");
    Sizes grid{1, n};
    for (std::size_t channels = 2; channels <= 4; ++channels)
      if (n % channels == 0) grid = {channels, n / channels};
    if (dice_.chance(0.7)) {
      std::size_t rows = 1;
      for (std::size_t r = 2; r * r <= grid[1]; ++r)
        if (grid[1] % r == 0) rows = r;
      grid = {grid[0], rows, grid[1] / rows};
    }
    graph_["nodes"][name] = {{"type", "reshape"}, {"from", place.name}, {"shape", grid}};
    places_.push_back({name, grid, false, {}});
    const Place from = places_.back();
    if (n <= 2000) add_made(from, random_window(dice_, grid));
  }

  void add_made(const Place& from, RandomLayer layer) {
    const std::string name = fresh("win");
    layer.node["from"] = sources(from);
    graph_["nodes"][name] = layer.node;
    places_.push_back({name, layer.shape, false, {}});
  }

  /// The place itself if it has one axis, else its values in one.
  Place flat(const Place& from) {
    if (from.shape.size() == 1) return from;
    const std::string name = fresh("flat");
    graph_["nodes"][name] = {{"type", "flatten"}, {"from", from.name}};
    places_.push_back({name, {count(from.shape)}, false, {}});
    return places_.back();
  }

  void add_sparse(const Place& place) {
    const Place from = flat(place);
    const std::string name = fresh("syn");
    std::size_t in = from.shape[0];
    const std::size_t out =
        dice_.chance(0.3) ? dice_.of<std::size_t>({1, 16, 65, 300}) : dice_.between(1, 80);
    Json read = sources(from);
    if (dice_.chance(0.3)) {
      const std::size_t first = dice_.below(in), end = dice_.between(first + 1, in);
      read = from.name + "[" + std::to_string(first) + ":" + std::to_string(end) + "]";
      if (dice_.chance(0.3)) read = Json{{"node", read}, {"delay", dice_.between(1, 9)}};
      in = end - first;
    }
    graph_["nodes"][name] = random_sparse(dice_, in, out);
    graph_["nodes"][name]["from"] = read;
    places_.push_back({name, {out}, false, {}});
  }

  void add_linear(const Place& place) {
    const Place from = flat(place);
    const std::string name = fresh("fc");
    const Sizes shape{dice_.chance(0.3) ? dice_.of<std::size_t>({1, 16, 64, 65}) : dice_.between(1, 80)};
    Json node{{"type", "linear"}, {"from", sources(from)}};
    node["weight"] =
        tensor({shape[0], from.shape[0]}, 1.5 / std::sqrt(0.3 * static_cast<double>(from.shape[0])));
    if (dice_.chance(0.5)) node["bias"] = tensor(shape, 0.3);
    graph_["nodes"][name] = node;
    places_.push_back({name, shape, false, {}});
  }

  void add_neuron() {
    const Place from = dice_.of(places_);
    const std::string name = fresh("cell");
    Json node;
    Place made{name, from.shape, true, {}};
    bool spikes = true, comparison = true, compares_state = true;
    std::vector<std::string> ports;
    if (!own_.is_null() && dice_.chance(0.5)) {
      node["type"] = "own";
      ports = {"input"};
      if (own_.contains("inputs")) {
        ports.clear();
        for (const auto& [port, doc] : own_["inputs"].items()) ports.push_back(port);
      }
      for (const auto& [state, doc] : own_["state"].items()) made.states.push_back(state);
      if (own_.contains("options"))
        for (const auto& [option, values] : own_["options"].items())
          if (dice_.chance(0.7)) node[option] = values[dice_.below(values.size())];
      spikes = own_.contains("spike");
    } else {
      const auto model = builtin_neuron(dice_.of(builtin_neuron_names()));
      node["type"] = model->name;
      give_parameters(*model, from.shape, node);
      for (const PortInfo& port : model->ports) ports.push_back(port.name);
      for (const StateInfo& state : model->states) made.states.push_back(state.name);
      for (const OptionInfo& option : model->options) {
        const std::string choice = dice_.of(option.values);
        if (dice_.chance(0.7)) node[option.name] = option.boolean ? Json(choice == "true") : Json(choice);
      }
      spikes = model->spikes;
      comparison = model->has_comparison;
      compares_state = model->compares_state;
    }
    if (ports.empty()) {
      node["shape"] = from.shape;
    } else if (ports.size() == 1 && dice_.chance(0.9)) {
      node["from"] = sources(from);
    } else {
      node["from"] = Json::object();
      for (const std::string& port : ports)
        if (node["from"].empty() || dice_.chance(0.8)) node["from"][port] = sources(from);
    }
    if (spikes) {
      if (comparison && dice_.chance(0.15)) node["inhibition"] = true;
      if (dice_.chance(0.15)) node["graded"] = dice_.chance(0.5) ? Json(0.5) : tensor(from.shape, 1);
      if (compares_state && dice_.chance(0.2)) {
        // A byte holds what it counts to, or does not.
        const std::size_t steps = dice_.chance(0.2) ? dice_.between(254, 257) : dice_.below(5);
        node["refractory"] = steps;
        if (steps > 0) made.states.push_back("refractory");
      }
    }
    if (dice_.chance(0.1))
      node["quantize"] = {
          {"num_bits", dice_.between(1, 6)}, {"uniform", dice_.chance(0.5)}, {"threshold", 1.0}};
    if (!made.states.empty() && dice_.chance(0.3)) {
      Sizes shape = from.shape;
      if (dice_.chance(0.2)) shape.insert(shape.begin(), net_.batch);
      const std::string& state = dice_.of(made.states);
      const bool counts = state == "refractory" && dice_.chance(0.7);
      node["initial"][state] = counts              ? Json(dice_.below(9))
                               : dice_.chance(0.3) ? Json(value())
                                                   : tensor(shape, 1);
    }
    graph_["nodes"][name] = node;
    neurons_.push_back(made);
    places_.push_back(made);
  }

  void give_parameters(const NeuronModel& model, const Sizes& shape, Json& node) {
    std::vector<std::string> names;
    for (const ParameterInfo& p : model.parameters)
      if (p.group < 0 && (!p.fallback || dice_.chance(0.6))) names.push_back(p.name);
    for (const GivenGroup& group : model.given)
      for (const std::string& name : dice_.of(group.ways).names) names.push_back(name);
    for (const std::string& name : names) {
      const ParameterInfo& p = *model.parameter(name);
      const double low = p.low.value_or(p.above.value_or(-0.5)),
                   high = p.high.value_or(std::max(1.5, low + 20));
      const auto draw = [&] {
        double x = p.fallback && dice_.chance(0.5) ? *p.fallback * dice_.uniform(0.7, 1.3)
                                                   : dice_.uniform(low, high);
        if (p.clamp_low && dice_.chance(0.9)) x = dice_.uniform(0.3, 1);
        // The alpha neuron wants its excitatory current to be the slower one.
        if (p.name == "alpha" && dice_.chance(0.9)) x = dice_.uniform(0.75, 1);
        if (p.name == "beta" && dice_.chance(0.9)) x = dice_.uniform(0.3, 0.75);
        if (p.name == "tau_syn" && dice_.chance(0.9)) x = dice_.uniform(10, 20);
        if (p.name == "tau_mem" && dice_.chance(0.9)) x = dice_.uniform(1, 10);
        return std::clamp(x, p.above ? std::nextafter(low, high) : low, high);
      };
      if (dice_.chance(0.5)) {
        node[name] = draw();
      } else {
        Sizes channel(shape.size(), 1);
        channel[0] = shape[0];
        node[name] = shaped(dice_.chance(0.5) ? shape : channel, draw);
      }
    }
  }

  template <class Draw>
  Json shaped(const Sizes& shape, const Draw& draw, std::size_t axis = 0) {
    Json array = Json::array();
    for (std::size_t i = 0; i < shape[axis]; ++i)
      array.push_back(axis + 1 == shape.size() ? Json(draw()) : shaped(shape, draw, axis + 1));
    return array;
  }

  /// A loop: a neuron reads another that may stand behind it, through a delay, directly or by a linear layer.
  void add_recurrence() {
    if (neurons_.empty()) return;
    const Place to = dice_.of(neurons_), from = dice_.of(neurons_);
    const Json node = graph_["nodes"][to.name];
    if (!node.contains("from") || node["from"].is_object()) return;
    Json list = node["from"].is_array() ? node["from"] : Json::array({node["from"]});
    if (from.shape == to.shape && dice_.chance(0.5)) {
      list.push_back(reference(from, true));
    } else if (from.shape.size() == 1 && to.shape.size() == 1) {
      const std::string name = fresh("rec");
      if (dice_.chance(0.5)) {
        graph_["nodes"][name] = random_sparse(dice_, from.shape[0], to.shape[0]);
        graph_["nodes"][name]["from"] = reference(from, true);
      } else {
        graph_["nodes"][name] = {{"type", "linear"},
                                 {"from", reference(from, true)},
                                 {"weight", tensor({to.shape[0], from.shape[0]}, 0.5)}};
      }
      list.push_back(name);
    } else if (from.shape == to.shape && from.shape.size() == 3 && from.shape[0] <= 8) {
      const std::string name = fresh("rec");
      graph_["nodes"][name] = {{"type", "conv2d"},
                               {"from", reference(from, true)},
                               {"padding", "same"},
                               {"weight", tensor({to.shape[0], to.shape[0], 3, 2}, 0.4)}};
      list.push_back(name);
    } else {
      return;
    }
    graph_["nodes"][to.name]["from"] = list;
  }

  void add_outputs() {
    graph_["outputs"]["out"] = places_.back().name;
    const Place& other = dice_.of(neurons_);
    graph_["outputs"]["other"] =
        other.states.empty() ? other.name : other.name + "." + dice_.of(other.states);
  }

  Dice dice_;
  RandomNetwork net_;
  Json graph_, own_;
  std::vector<Place> places_, neurons_;
  int names_ = 0;
};

}  // namespace

RandomNetwork random_network(std::uint64_t seed) {
  return Builder(seed).build();
}

}  // namespace spikeloom::property
