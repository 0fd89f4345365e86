// Neurons: what a step does, in double, from what the file says in seconds.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "nir/nodes.h"
#include "nir/settle.h"
#include "support/text.h"

namespace spikeloom::nir {
namespace {

constexpr double kMostStepsOfTau = 2000;  // without a question

/// Numbers of a node's neurons: one for all of them, or one each.
struct PerNeuron {
  Shape shape;
  std::vector<double> numbers;

  bool all(const std::function<bool(double)>& holds) const { return std::ranges::all_of(numbers, holds); }
  /// 1 as far as float32 can tell.
  bool is_one() const {
    return all([](double v) { return std::abs(v - 1) < 1e-6; });
  }
  bool is_zero() const {
    return all([](double v) { return v == 0; });
  }
};

class Neuron {
 public:
  Neuron(const Node& node, const Place& place, const NodeContext& context, NodeText& text)
      : node_(node), place_(place), context_(context), settled_(context.settled), text_(text) {
    for (const auto& [name, values] : node.values)
      if (!values.is_one()) shape_ = values.shape;
    count_ = element_count(shape_);
  }

  void put() {
    note_absences();
    if (node_.is("I") || node_.is("IF"))
      put_integrator();
    else if (node_.is("LI") || node_.is("LIF"))
      put_leaky();
    else
      put_cuba();
  }

 private:
  /// A number for each neuron from the parameters named.
  template <class Formula>
  PerNeuron from(Formula formula) const {
    PerNeuron result{shape_, {}};
    result.numbers.reserve(count_);
    for (std::size_t i = 0; i < count_; ++i) result.numbers.push_back(formula(i));
    return result;
  }
  double value(std::string_view name, std::size_t i, double otherwise = 0) const {
    const Values* const values = node_.find(name);
    return values == nullptr ? otherwise : values->at(i);
  }
  PerNeuron values(std::string_view name, double otherwise = 0) const {
    return from([&](std::size_t i) { return value(name, i, otherwise); });
  }
  void put(const char* name, const PerNeuron& values) {
    // What the file says is within float32; what follows from it need not be.
    const auto fits = [](double v) { return std::isfinite(static_cast<float>(v)); };
    if (const auto wrong = std::ranges::find_if_not(values.numbers, fits); wrong != values.numbers.end()) {
      const auto at = static_cast<std::size_t>(wrong - values.numbers.begin());
      char got[32];
      std::snprintf(got, sizeof got, "%.9g", *wrong);
      context_.report.add(problem(context_.file, node_.place,
                                  "node '" + escaped(node_.path) + "': '" + name +
                                      "', which follows from its parameters and dt, is beyond float32" +
                                      (values.shape.empty() ? "" : " at " + place_of(at, values.shape)),
                                  "at most 3.4e38", got));
      return;
    }
    text_.put(name, place_.put(name, values.shape, values.numbers));
  }
  /// Left out where it is what the neuron file takes by itself.
  void put_unless(double ordinary, const char* name, const PerNeuron& values) {
    if (!values.all([&](double v) { return v == ordinary; })) put(name, values);
  }
  void type(const char* name) { text_.put("type", json_text(name)); }
  void warn(const std::string& what, const std::string& hint = {}) {
    context_.report.add(
        warning(context_.file, node_.place, "node '" + escaped(node_.path) + "': " + what, hint));
  }
  void assume(const std::string& line) {
    if (std::ranges::find(context_.assumed, line) == context_.assumed.end()) context_.assumed.push_back(line);
  }

  void note_absences() {
    const bool has_reset = node_.primitive->spikes && settled_.reset == Reset::value;
    if (has_reset && node_.find("v_reset") == nullptr) assume("v_reset = 0 where the file has none");
    if (node_.primitive->find("w_in") != nullptr && node_.find("w_in") == nullptr)
      assume("w_in = 1 where the file has none");
    if (!values("v_leak").is_zero()) assume("states start at 0, also where v_leak is not 0");
    if (has_reset && settled_.v_reset_is_zero && !values("v_reset").is_zero())
      warn(std::string(name_of(settled_.from)) + " resets to 0; v_reset is not used [v-reset]");
    if (settled_.from == Framework::norse && !values("r", 1).is_one() && !is_cuba())
      warn("norse does not use r [gain]");
    if (settled_.from == Framework::norse && is_cuba() && !values("v_leak").is_zero())
      warn("norse adds v_leak to the current as well; here it pulls at the membrane alone [v-leak]");
    if ((settled_.from == Framework::sinabs || settled_.from == Framework::rockpool) &&
        node_.primitive->spikes)
      warn(std::string(name_of(settled_.from)) +
           " fires several times a step where the membrane is a multiple of the threshold; here a neuron "
           "fires once "
           "[several-spikes]");
    if ((settled_.gain_is_one) && !values("v_leak").is_zero())
      warn("with an input gain of 1, v_leak pulls by " + std::string("v_leak * (1 - decay) [v-leak]"));
  }
  bool is_cuba() const { return node_.is("CubaLI") || node_.is("CubaLIF"); }

  /// dt / tau, or the share of the way gone in a step of exactly this equation.
  PerNeuron step(std::string_view tau) const {
    const bool is_exact = settled_.integrator == Integrator::exact || settled_.decays_by_exp;
    return from([&](std::size_t i) {
      const double z = settled_.dt / value(tau, i);
      return is_exact ? -std::expm1(-z) : z;
    });
  }
  PerNeuron decay(std::string_view tau) const {
    const bool is_exact = settled_.integrator == Integrator::exact || settled_.decays_by_exp;
    return from([&](std::size_t i) {
      const double z = settled_.dt / value(tau, i);
      return is_exact ? std::exp(-z) : 1 - z;
    });
  }
  void check_step(const PerNeuron& step, const char* tau) {
    if (!step.all([](double s) { return s <= 1; }))
      warn(std::string("a step is longer than ") + tau + ", so Euler's rule overshoots [dt]",
           "give a smaller --dt, or --integrator exact");
    // 1e-4 meant in s, read in ms.
    if (settled_.dt_is_asked && step.all([](double s) { return s < 1 / kMostStepsOfTau; }))
      warn("a step of " + time_text(settled_.dt) + " is less than 1/" +
               std::to_string(static_cast<int>(kMostStepsOfTau)) + " of " + tau + " [dt]",
           "--dt counts ms where it has no unit: 1e-4s is 0.1 ms");
  }

  double r(std::size_t i) const {
    return settled_.from == Framework::norse && !is_cuba() ? 1 : value("r", i);
  }

  void put_integrator() {
    const bool is_spiking = node_.is("IF");
    type(is_spiking ? "nir_if" : "nir_i");
    put("gain",
        from([&](std::size_t i) { return settled_.if_gain_is_one ? 1 : settled_.dt * value("r", i); }));
    if (is_spiking) put_spike();
  }

  void put_leaky() {
    const bool is_spiking = node_.is("LIF");
    const PerNeuron share = step("tau");
    check_step(share, "tau");
    const PerNeuron gain =
        from([&](std::size_t i) { return settled_.gain_is_one ? 1 : share.numbers[i] * r(i); });
    if (is_filter(gain) && has_bounds(decay("tau"))) {
      type(is_spiking ? "lif" : "li");
      put("beta", decay("tau"));
      if (is_spiking) put_filter_spike();
      return;
    }
    type(is_spiking ? "nir_lif" : "nir_li");
    put("step", share);
    put_unless(1, "r",
               from([&](std::size_t i) { return settled_.gain_is_one ? 1 / share.numbers[i] : r(i); }));
    put_unless(0, "v_leak", values("v_leak"));
    if (is_spiking) put_spike();
  }

  void put_cuba() {
    const bool is_spiking = node_.is("CubaLIF");
    const PerNeuron mem = step("tau_mem"), syn = step("tau_syn");
    check_step(mem, "tau_mem");
    check_step(syn, "tau_syn");
    // Rockpool: i = (i + x) exp(-dt / tau_syn).
    const auto input_gain = [&](std::size_t i) {
      if (!settled_.gain_is_one) return syn.numbers[i] * value("w_in", i, 1);
      return settled_.from == Framework::rockpool ? 1 - syn.numbers[i] : 1.0;
    };
    const auto current_gain = [&](std::size_t i) { return settled_.gain_is_one ? 1 : mem.numbers[i] * r(i); };
    const bool is_sequential = settled_.integrator == Integrator::euler || settled_.decays_by_exp;
    if (is_sequential && is_filter(from(input_gain)) && from(current_gain).is_one() &&
        has_bounds(decay("tau_mem")) && has_bounds(decay("tau_syn"))) {
      type(is_spiking ? "synaptic" : "cuba_li");
      put("alpha", decay("tau_syn"));
      put("beta", decay("tau_mem"));
      if (is_spiking) put_filter_spike();
      return;
    }
    type(is_spiking ? "nir_cuba_lif" : "nir_cuba_li");
    if (!is_sequential) text_.put("method", json_text("exact"));
    put("step_mem", mem);
    put("step_syn", syn);
    if (!is_sequential)
      put("share", from([&](std::size_t i) {
            return exact_share(r(i), settled_.dt, value("tau_mem", i), value("tau_syn", i));
          }));
    put_unless(1, "r", from([&](std::size_t i) { return settled_.gain_is_one ? 1 / mem.numbers[i] : r(i); }));
    put_unless(1, "w_in", from([&](std::size_t i) {
                 return settled_.gain_is_one ? input_gain(i) / syn.numbers[i] : value("w_in", i, 1);
               }));
    put_unless(0, "v_leak", values("v_leak"));
    if (is_spiking) put_spike();
  }

  /// snnTorch's own form, v = beta v + x, in which its networks (and those of others who write it so) keep
  /// every bit: an input gain of 1, no leak potential, a reset that these neurons have.
  bool is_filter(const PerNeuron& gain) const {
    const Framework f = settled_.from;
    const bool is_theirs = f == Framework::snntorch || f == Framework::sinabs || f == Framework::rockpool ||
                           f == Framework::spyx;
    if (!is_theirs || !gain.is_one() || !values("v_leak").is_zero()) return false;
    if (!node_.primitive->spikes) return true;
    return settled_.reset == Reset::subtract_delayed || settled_.reset == Reset::subtract_snn ||
           (settled_.reset == Reset::value && values("v_reset").is_zero() &&
            values("v_threshold").all([](double v) { return v >= 0; }));
  }
  static bool has_bounds(const PerNeuron& decay) {
    return decay.all([](double d) { return d >= 0 && d <= 1; });
  }

  void put_filter_spike() {
    put_unless(1, "threshold", values("v_threshold"));
    text_.put("reset", json_text(settled_.reset == Reset::value ? "zero" : "subtract"));
    if (settled_.reset != Reset::subtract_delayed) text_.put("reset_delay", "false");
  }

  void put_spike() {
    put("v_threshold", values("v_threshold"));
    switch (settled_.reset) {
      case Reset::value:
        if (!settled_.v_reset_is_zero) put_unless(0, "v_reset", values("v_reset"));
        break;
      case Reset::subtract:
        text_.put("at_spike", json_text("subtract"));
        break;
      case Reset::subtract_snn:
      case Reset::subtract_delayed:
        text_.put("at_spike", json_text("none"));
        text_.put("reset", json_text("subtract"));
        if (settled_.reset == Reset::subtract_snn) text_.put("reset_delay", "false");
        break;
    }
  }

  const Node& node_;
  const Place& place_;
  const NodeContext& context_;
  const Settled& settled_;
  NodeText& text_;
  Shape shape_;  // [] if every parameter is one number
  std::size_t count_ = 1;
};

}  // namespace

double exact_share(double r, double dt, double tau_mem, double tau_syn) {
  // tau_syn / (tau_syn - tau_mem) (exp(-dt / tau_syn) - exp(-dt / tau_mem)), where the two meet as well.
  const double m = dt / tau_mem, z = m - dt / tau_syn;
  return r * m * std::exp(-m) * (z == 0 ? 1 : std::expm1(z) / z);
}

void put_neuron(const Node& node, const Place& place, const NodeContext& context, NodeText& text) {
  Neuron(node, place, context, text).put();
}

}  // namespace spikeloom::nir
