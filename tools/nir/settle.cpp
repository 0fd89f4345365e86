#include "nir/settle.h"

#include <algorithm>
#include <cstdio>

namespace spikeloom::nir {
namespace {

bool any(const Network& network, std::initializer_list<std::string_view> types) {
  return std::ranges::any_of(
      network.nodes, [&](const Node& node) { return std::ranges::find(types, node.type()) != types.end(); });
}

/// Rockpool exports r = tau exp(-dt / tau) / dt, so dt is close to tau / (1 + r).
std::optional<double> rockpool_dt(const Network& network) {
  std::optional<double> least;
  for (const Node& node : network.nodes) {
    const Values *tau = node.find("tau"), *r = node.find("r");
    if (tau == nullptr || r == nullptr) continue;
    for (std::size_t i = 0; i < std::max(tau->numbers.size(), r->numbers.size()); ++i) {
      if (r->at(i) < 0) continue;
      const double dt = tau->at(i) / (1 + r->at(i));
      least = std::min(least.value_or(dt), dt);
    }
  }
  return least;
}

}  // namespace

const char* name_of(Integrator integrator) {
  return integrator == Integrator::euler ? "euler" : "exact";
}
const char* name_of(Reset reset) {
  constexpr const char* names[] = {"value", "subtract", "subtract_snn", "subtract_delayed"};
  return names[static_cast<int>(reset)];
}
const char* name_of(LoopCut cut) {
  return cut == LoopCut::spike ? "spike" : "weight";
}
const char* name_of(Framework framework) {
  constexpr const char* names[] = {"none", "snntorch", "norse", "sinabs", "rockpool", "spyx", "nengo"};
  return names[static_cast<int>(framework)];
}

std::string time_text(double seconds) {
  char text[40];
  if (seconds >= 1)
    std::snprintf(text, sizeof text, "%.9g s", seconds);
  else
    std::snprintf(text, sizeof text, "%.9g ms", seconds * 1000);
  return text;
}

Settled settle(const Options& options, const Network& network, std::vector<std::string>& assumed) {
  Settled s;
  s.from = options.from;
  s.dt_is_asked = options.dt.has_value();
  const bool has_leak = any(network, {"LI", "LIF", "CubaLI", "CubaLIF"});
  const bool has_if = any(network, {"I", "IF"});
  const bool has_time = has_leak || any(network, {"Delay"});
  std::string because = "; nothing in NIR says";
  switch (options.from) {
    case Framework::none:
      if (!has_time) {
        s.dt = 1;
        because = " (one step a second, so that r alone is the gain): no node has a time constant";
      }
      break;
    case Framework::snntorch:  // export_to_nir writes dt = 1e-4; its classes reset by subtraction, a step
                               // late
      s.reset = Reset::subtract_delayed;
      break;
    case Framework::norse:
      s.dt = 1e-3;
      s.loop_cut = LoopCut::weight;
      s.if_gain_is_one = true;
      s.v_reset_is_zero = true;
      break;
    case Framework::sinabs:  // time constants count steps
      s.dt = 1;
      s.reset = Reset::subtract;
      s.gain_is_one = s.if_gain_is_one = s.decays_by_exp = true;
      break;
    case Framework::rockpool:
      s.dt = rockpool_dt(network).value_or(1e-3);
      s.reset = Reset::subtract;
      s.gain_is_one = s.decays_by_exp = true;
      break;
    case Framework::spyx:
      s.dt = 1;
      s.reset = Reset::subtract_delayed;
      s.gain_is_one = s.if_gain_is_one = s.late_spikes = true;
      break;
    case Framework::nengo:
      s.integrator = Integrator::exact;
      break;
  }
  if (options.from != Framework::none) because = std::string(" (") + name_of(options.from) + ")";
  const auto take = [&](const auto& given, auto& value, bool matters, const std::string& line) {
    if (given)
      value = *given;
    else if (matters)
      assumed.push_back(line);
  };
  take(options.dt, s.dt, has_time || has_if, "dt = " + time_text(s.dt) + because + " (--dt)");
  take(options.integrator, s.integrator, has_leak && !s.decays_by_exp,
       std::string("integrator ") + name_of(s.integrator) + " (--integrator)");
  const bool spikes = any(network, {"IF", "LIF", "CubaLIF"});
  take(options.reset, s.reset, spikes,
       std::string("reset ") + name_of(s.reset) +
           (s.reset == Reset::value ? ": the membrane becomes v_reset" : ": the membrane loses v_threshold") +
           " (--reset)");
  if (options.loop_cut) s.loop_cut = *options.loop_cut;
  if (has_if && !s.if_gain_is_one && !options.dt && options.from == Framework::none && has_time)
    assumed.push_back("an input of 1 adds dt * r to an IF or I; frameworks that add 1 (or r) leave dt out");
  if (s.if_gain_is_one && has_if)
    assumed.push_back(std::string("an input of 1 adds 1 to an IF or I (") + name_of(s.from) + ")");
  if (s.gain_is_one && has_leak)
    assumed.push_back(std::string("an input of 1 adds 1 to a membrane, whatever r says (") + name_of(s.from) +
                      ")");
  if (s.late_spikes && spikes)
    assumed.push_back(std::string("a spike leaves a step after the threshold is passed (") + name_of(s.from) +
                      ")");
  return s;
}

}  // namespace spikeloom::nir
