#include "nir_choice.h"

#include <cmath>
#include <cstdlib>

#include "options.h"

namespace spikeloom::tool {
namespace {

/// The value of this name among `count`, which start at the enumeration's 0.
template <class Enum>
std::optional<Enum> named(const std::string& name, int count) {
  for (int i = 0; i < count; ++i)
    if (name == nir::name_of(static_cast<Enum>(i))) return static_cast<Enum>(i);
  return std::nullopt;
}

std::string is_time(const std::string& text) {
  return seconds_of(text) ? "" : "'" + text + "' is not a time above 0, such as 0.1, 0.1ms or 1e-4s";
}

}  // namespace

std::optional<double> seconds_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const std::string unit = end;
  const double scale = unit.empty() || unit == "ms" ? 1000 : unit == "s" ? 1 : unit == "us" ? 1e6 : 0;
  if (end == text.c_str() || scale == 0 || !(value > 0) || !std::isfinite(value / scale)) return std::nullopt;
  return value / scale;
}

void NirChoice::declare(OptionSet& set) {
  const std::string group = "Options of NIR files";
  set.option("--dt", dt, "time of a step, in ms or with a unit: 0.1, 1e-4s, 100us")
      .check(is_time)
      .value_name("TIME")
      .group(group);
  set.option("--integrator", integrator,
             "euler, or exact: the solution over a step of constant input (euler)")
      .one_of({"euler", "exact"})
      .value_name("HOW")
      .group(group);
  set.option("--reset", reset, "what a spike does: value, subtract, subtract_snn, subtract_delayed (value)")
      .one_of({"value", "subtract", "subtract_snn", "subtract_delayed"})
      .value_name("HOW")
      .group(group);
  set.option("--loop-cut", loop_cut,
             "what of a loop is late by a step: the neurons' spikes, or the edge that leads back (spike)")
      .one_of({"spike", "weight"})
      .value_name("spike|weight")
      .group(group);
  set.option(
         "--from", from,
         "what this framework means: snntorch, norse, sinabs, rockpool, spyx, nengo; other options go first")
      .one_of({"snntorch", "norse", "sinabs", "rockpool", "spyx", "nengo"})
      .value_name("FRAMEWORK")
      .group(group);
}

nir::Options NirChoice::options() const {
  nir::Options options;
  options.dt = dt.empty() ? std::nullopt : seconds_of(dt);
  options.integrator = named<nir::Integrator>(integrator, 2);
  options.reset = named<nir::Reset>(reset, 4);
  options.loop_cut = named<nir::LoopCut>(loop_cut, 2);
  options.from = named<nir::Framework>(from, 7).value_or(nir::Framework::none);
  return options;
}

}  // namespace spikeloom::tool
