#include "nir/exported_node.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "nir/nodes.h"
#include "support/text.h"

namespace spikeloom::nir {
namespace {

class NodeExport {
 public:
  NodeExport(const GraphNode& given, const Model& model, std::size_t index, Node& into, Meanings& meanings,
             Report& report)
      : given_(given),
        node_(model.nodes[index]),
        model_(model),
        into_(into),
        meanings_(meanings),
        report_(report) {}

  bool run() {
    const std::string& type = node_.type;
    if (type == "linear") return linear();
    if (type == "flatten" || type == "reshape") return flatten();
    if (type == "delay") return delay();
    if (type == "scale") return elementwise("Scale", "scale");
    if (type == "threshold") return elementwise("Threshold", "threshold");
    if (type == "conv1d" || type == "conv2d") return convolution();
    if (type == "sum_pool2d" || type == "avg_pool2d") return pool();
    if (const auto* population = std::get_if<Population>(&node_.kind)) return neuron(*population);
    return refuse("NIR has no '" + type + "'");
  }

 private:
  bool refuse(const std::string& why, const std::string& hint = {}) {
    cannot(given_, why, report_, hint);
    return false;
  }
  void primitive(const char* type) { into_.primitive = find_primitive(type); }
  void put(const char* name, Shape shape, std::vector<double> numbers) {
    into_.values[name] = {std::move(shape), std::move(numbers), "", ""};
  }
  void put(const char* name, const Tensor& tensor) {
    put(name, tensor.shape, {tensor.values.begin(), tensor.values.end()});
  }
  /// One value a neuron: readers of NIR want all parameters of a node in its shape.
  template <class Formula>
  void each(const char* name, Formula formula) {
    std::vector<double> numbers(node_.size);
    for (std::size_t i = 0; i < node_.size; ++i) numbers[i] = formula(i);
    put(name, node_.shape, std::move(numbers));
  }

  bool linear() {
    const auto& layer = std::get<Linear>(node_.kind);
    primitive(layer.bias ? "Affine" : "Linear");
    put("weight", *layer.weight);
    if (layer.bias) put("bias", *layer.bias);
    return true;
  }

  const Shape& input_shape() const { return model_.shape(node_.sources().front().signal); }

  /// "stride": 2 or [2, 1], or what holds without it.
  std::vector<double> whole(const char* field, std::size_t axes, std::vector<double> otherwise) const {
    const json::Value value = given_.place.find(field);
    if (!value) return otherwise;
    if (value.is(json::Kind::number)) return std::vector<double>(axes, value.number());
    std::vector<double> numbers;
    for (std::size_t i = 0; i < value.size(); ++i) numbers.push_back(value[i].number());
    return numbers;
  }
  bool flag(const char* field, bool otherwise) const {
    const json::Value value = given_.place.find(field);
    return value.is(json::Kind::boolean) ? value.boolean() : otherwise;
  }

  bool flatten() {
    const Shape& in = input_shape();
    double first = 0, last = static_cast<double>(in.size()) - 1;
    if (node_.type == "flatten") {
      first = whole("start_dim", 1, {0})[0];
      last = whole("end_dim", 1, {-1})[0];
    } else if (node_.shape.size() != 1) {
      return refuse("NIR has no reshape but to one axis");
    }
    primitive("Flatten");
    put("start_dim", {}, {first});
    put("end_dim", {}, {last});
    put("input_type", {in.size()}, {in.begin(), in.end()});
    return true;
  }

  bool delay() {
    const auto& layer = std::get<Delay>(node_.kind);
    primitive("Delay");
    each("delay", [&](std::size_t i) { return layer.steps[layer.steps.size() == 1 ? 0 : i] * meanings_.dt; });
    return true;
  }

  bool elementwise(const char* type, const char* parameter) {
    const auto& population = std::get<Population>(node_.kind);
    if (population.parameters.size() != 1) return refuse(std::string("NIR cannot say this ") + node_.type);
    primitive(type);
    each(parameter, [&](std::size_t i) { return double{population.parameters[0][i]}; });
    return true;
  }

  bool convolution() {
    const auto& layer = std::get<Convolution>(node_.kind);
    const std::size_t axes = node_.type == "conv1d" ? 1 : 2;
    const Shape& in = input_shape();
    if (in.size() != axes + 1) return refuse("NIR cannot say this " + node_.type);
    const Shape per_axis = axes == 1 ? Shape{} : Shape{2};
    const std::vector<double> ones(axes, 1.0), zeros(axes, 0.0);
    primitive(axes == 1 ? "Conv1d" : "Conv2d");
    put("input_shape", per_axis, {in.begin() + 1, in.end()});
    put("weight", *layer.weight);
    put("stride", per_axis, whole("stride", axes, ones));
    put("dilation", per_axis, whole("dilation", axes, ones));
    put("groups", {}, whole("groups", 1, {1}));
    if (const json::Value padding = given_.place.find("padding"); padding.is(json::Kind::string))
      into_.values["padding"] = {{}, {}, padding.string(), ""};
    else
      put("padding", per_axis, whole("padding", axes, zeros));
    // NIR's convolutions have a bias in any case.
    if (layer.bias)
      put("bias", *layer.bias);
    else
      put("bias", {node_.shape[0]}, std::vector<double>(node_.shape[0], 0.0));
    return true;
  }

  bool pool() {
    if (flag("ceil_mode", false)) return refuse("NIR's pools leave out a last window that does not fit");
    if (!flag("count_include_pad", true)) return refuse("NIR's average counts padding as values of 0");
    if (input_shape().size() != 3) return refuse("NIR cannot say this " + node_.type);
    const std::vector<double> kernel = whole("kernel", 2, {1, 1});
    primitive(node_.type == "sum_pool2d" ? "SumPool2d" : "AvgPool2d");
    put("kernel_size", {2}, kernel);
    put("stride", {2}, whole("stride", 2, kernel));
    put("padding", {2}, whole("padding", 2, {0, 0}));
    return true;
  }

  const PerNeuron* parameter(const Population& population, std::string_view name) const {
    const auto& names = population.cell.parameters;
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return nullptr;
    return &population.parameters[static_cast<std::size_t>(found - names.begin())];
  }

  std::string option(const char* name, const char* otherwise) const {
    const json::Value value = given_.place.find(name);
    if (value.is(json::Kind::string)) return value.string();
    if (value.is(json::Kind::boolean)) return value.boolean() ? "true" : "false";
    return otherwise;
  }

  /// What the frame adds to a neuron, and NIR does not have.
  bool is_plain(const Population& population) {
    bool ok = true;
    for (const char* field :
         {"inhibition", "graded", "quantize", "refractory", "refractory_ms", "initial", "state_quant"}) {
      const json::Value value = given_.place.find(field);
      if (!value || (value.is(json::Kind::boolean) && !value.boolean()) ||
          (value.is(json::Kind::number) && value.number() == 0 && std::string_view(field) != "graded"))
        continue;
      ok = refuse(std::string("NIR has no '") + field + "'") && ok;
    }
    if (population.ports.size() != 1) ok = refuse("NIR has neurons with one input only") && ok;
    return ok;
  }

  bool neuron(const Population& population) {
    const std::string& type = node_.type;
    const bool is_nir = type.starts_with("nir_");
    const bool is_filter = type == "lif" || type == "rlif" || type == "li" || type == "synaptic" ||
                           type == "cuba_li" || type == "if";
    if (!is_nir && !is_filter) return refuse("NIR has no neuron like '" + type + "'");
    if (!is_plain(population)) return false;
    if (is_filter && !filter_reset(population)) return false;
    if (is_nir && population.cell.spikes() && !nir_reset()) return false;
    (is_filter ? meanings_.has_filters : meanings_.has_equations) = true;
    return is_filter ? filter(population) : equations(population);
  }

  bool filter_reset(const Population& population) {
    if (!population.cell.spikes()) return true;
    const std::string reset = option("reset", "subtract");
    const bool is_late = option("reset_delay", "true") == "true";
    if (reset == "none") return refuse("NIR has no neuron that spikes and is not reset");
    if (reset == "zero" && is_late)
      return refuse("NIR resets at the spike; 'zero' a step later cannot be said",
                    "\"reset_delay\": false is NIR's reset");
    if (reset == "zero" && parameter(population, "threshold") != nullptr) {
      const auto& threshold = *parameter(population, "threshold");
      if (std::ranges::any_of(threshold.values, [](float v) { return v < 0; }))
        return refuse("a threshold below 0 with reset to 0 cannot be said in NIR");
    }
    meanings_.resets.insert(reset == "zero" ? Reset::value
                            : is_late       ? Reset::subtract_delayed
                                            : Reset::subtract_snn);
    return true;
  }

  bool nir_reset() {
    const std::string at_spike = option("at_spike", "value");
    const bool subtracts = option("reset", "none") == "subtract",
               is_late = option("reset_delay", "true") == "true";
    if (at_spike != "none" && subtracts) return refuse("NIR has one reset for a neuron");
    if (at_spike == "none" && !subtracts) return refuse("NIR has no neuron that spikes and is not reset");
    meanings_.resets.insert(at_spike == "value"      ? Reset::value
                            : at_spike == "subtract" ? Reset::subtract
                            : is_late                ? Reset::subtract_delayed
                                                     : Reset::subtract_snn);
    return true;
  }

  /// tau for which v loses 1 - decay in a step of Euler's rule.
  double tau_of(double decay) const { return meanings_.dt / (1 - decay); }
  static bool has_one(const PerNeuron& values) {
    return std::ranges::any_of(values.values, [](float v) { return v == 1; });
  }

  void put_threshold(const Population& population, const char* name) {
    if (!population.cell.spikes()) return;
    const PerNeuron* const threshold = parameter(population, name);
    const PerNeuron* const reset = parameter(population, "v_reset");
    each("v_threshold", [&](std::size_t i) { return threshold ? double{(*threshold)[i]} : 1.0; });
    each("v_reset", [&](std::size_t i) { return reset ? double{(*reset)[i]} : 0.0; });
  }

  bool filter(const Population& population) {
    const bool spikes = population.cell.spikes();
    const PerNeuron *beta = parameter(population, "beta"), *alpha = parameter(population, "alpha");
    const bool is_integrator =
        node_.type == "if" || (alpha == nullptr && beta != nullptr &&
                               std::ranges::all_of(beta->values, [](float v) { return v == 1; }));
    if (is_integrator) {
      primitive(spikes ? "IF" : "I");
      each("r", [&](std::size_t) { return 1 / meanings_.dt; });
      put_threshold(population, "threshold");
      return true;
    }
    if (beta == nullptr) return refuse("NIR cannot say this neuron");
    if (has_one(*beta) || (alpha != nullptr && has_one(*alpha)))
      return refuse("a decay of 1 has no time constant", "NIR has IF and I for neurons without leak");
    meanings_.has_euler = true;
    const bool has_current = alpha != nullptr;
    primitive(has_current ? (spikes ? "CubaLIF" : "CubaLI") : spikes ? "LIF" : "LI");
    each(has_current ? "tau_mem" : "tau", [&](std::size_t i) { return tau_of((*beta)[i]); });
    each("r", [&](std::size_t i) { return tau_of((*beta)[i]) / meanings_.dt; });
    each("v_leak", [](std::size_t) { return 0.0; });
    if (has_current) {
      each("tau_syn", [&](std::size_t i) { return tau_of((*alpha)[i]); });
      each("w_in", [&](std::size_t i) { return tau_of((*alpha)[i]) / meanings_.dt; });
    }
    put_threshold(population, "threshold");
    return true;
  }

  using OfNeuron = std::function<double(std::size_t)>;

  /// Time constants from which an import computes these very coefficients. Many have the same steps in
  /// float32; of them those that give the share, too.
  void exact_taus(const OfNeuron& step_mem, const OfNeuron& step_syn, const OfNeuron& share,
                  const OfNeuron& r) {
    std::vector<double> mem, syn;
    bool is_same = true;
    for (std::size_t i = 0; i < node_.size; ++i) {
      const std::vector<double> mems = taus_of(static_cast<float>(step_mem(i))),
                                syns = taus_of(static_cast<float>(step_syn(i)));
      const auto wanted = static_cast<float>(share(i));
      std::size_t best_mem = 0, best_syn = 0;
      bool is_found = false;
      for (std::size_t sum = 0; !is_found && sum + 1 < mems.size() + syns.size(); ++sum)
        for (std::size_t a = 0; !is_found && a <= sum; ++a) {
          const std::size_t b = sum - a;
          if (a >= mems.size() || b >= syns.size()) continue;
          is_found = static_cast<float>(exact_share(r(i), meanings_.dt, mems[a], syns[b])) == wanted;
          if (is_found) best_mem = a, best_syn = b;
        }
      is_same = is_same && is_found;
      mem.push_back(mems[best_mem]);
      syn.push_back(syns[best_syn]);
    }
    put("tau_mem", node_.shape, std::move(mem));
    put("tau_syn", node_.shape, std::move(syn));
    if (!is_same)
      meanings_.notes.push_back(
          "node '" + node_.name +
          "': 'share', which follows from the time constants in NIR and is another here");
  }

  /// Time constants whose exact step is this one, the nearest first.
  std::vector<double> taus_of(float step) const {
    constexpr int kEach = 10;  // on either side
    const double half = (double{std::nextafter(step, 2.0f)} - step) / 2;
    std::vector<double> taus;
    for (int k = 0; k <= 2 * kEach; ++k) {
      const double aside = half * ((k + 1) / 2) / (kEach + 1) * (k % 2 == 0 ? 1 : -1);
      const double tau = -meanings_.dt / std::log1p(-(step + aside));
      if (k == 0 || static_cast<float>(-std::expm1(-meanings_.dt / tau)) == step) taus.push_back(tau);
    }
    return taus;
  }

  bool equations(const Population& population) {
    const auto one = [&](const char* name, double otherwise) {
      const PerNeuron* const values = parameter(population, name);
      return [values, otherwise](std::size_t i) { return values ? double{(*values)[i]} : otherwise; };
    };
    const bool spikes = population.cell.spikes(), is_exact = option("method", "euler") == "exact";
    const bool is_integrator = node_.type == "nir_i" || node_.type == "nir_if";
    const bool has_current = node_.type.starts_with("nir_cuba");
    if (is_integrator) {
      primitive(spikes ? "IF" : "I");
      each("r", [&, gain = one("gain", 1)](std::size_t i) { return gain(i) / meanings_.dt; });
      put_threshold(population, "v_threshold");
      return true;
    }
    const auto tau = [&](const char* name) {
      return [&, step = one(name, 0)](std::size_t i) { return meanings_.dt / step(i); };
    };
    for (const char* name : {"step", "step_mem", "step_syn"})
      if (const PerNeuron* const step = parameter(population, name))
        if (std::ranges::any_of(step->values, [&](float v) { return !(v > 0) || (is_exact && v >= 1); }))
          return refuse(std::string("'") + name + "' has no time constant",
                        "a share above 0" + std::string(is_exact ? " and below 1" : ""));
    (is_exact ? meanings_.has_exact : meanings_.has_euler) = true;
    primitive(has_current ? (spikes ? "CubaLIF" : "CubaLI") : spikes ? "LIF" : "LI");
    each("r", one("r", 1));
    each("v_leak", one("v_leak", 0));
    if (has_current) each("w_in", one("w_in", 1));
    if (is_exact) {
      exact_taus(one("step_mem", 0), one("step_syn", 0), one("share", 0), one("r", 1));
    } else {
      each(has_current ? "tau_mem" : "tau", tau(has_current ? "step_mem" : "step"));
      if (has_current) each("tau_syn", tau("step_syn"));
    }
    put_threshold(population, "v_threshold");
    return true;
  }

  const GraphNode& given_;
  const ModelNode& node_;
  const Model& model_;
  Node& into_;
  Meanings& meanings_;
  Report& report_;
};

}  // namespace

void cannot(const GraphNode& given, const std::string& why, Report& report, const std::string& hint) {
  Diagnostic d = given.place.at("node '" + escaped(given.name) + "': " + why, {}, {}, hint);
  d.kind = ErrorKind::unsupported;
  report.add(std::move(d));
}

bool export_node(const GraphNode& given, const Model& model, std::size_t index, Node& into,
                 Meanings& meanings, Report& report) {
  return NodeExport(given, model, index, into, meanings, report).run();
}

}  // namespace spikeloom::nir
