// What a NIR file does not say, and the user may.
#pragma once

#include <optional>
#include <string>

#include "spikeloom/result.h"

namespace spikeloom::nir {

enum class Integrator { euler, exact };
enum class Reset { value, subtract, subtract_snn, subtract_delayed };
enum class LoopCut { spike, weight };
/// Frameworks whose networks mean more, or less, than the file says.
enum class Framework { none, snntorch, norse, sinabs, rockpool, spyx, nengo };

struct Options {
  std::optional<double> dt;  // seconds per step
  std::optional<Integrator> integrator;
  std::optional<Reset> reset;
  std::optional<LoopCut> loop_cut;
  Framework from = Framework::none;
};

/// The same with what the framework sets, where the user did not.
struct Settled {
  double dt = 1e-4;  // seconds
  Integrator integrator = Integrator::euler;
  Reset reset = Reset::value;
  LoopCut loop_cut = LoopCut::spike;
  Framework from = Framework::none;
  bool dt_is_asked = false;  // the user's own word

  bool gain_is_one = false;     // an input of 1 adds 1, whatever r, tau and dt say
  bool if_gain_is_one = false;  // the same for IF and I
  bool decays_by_exp = false;   // v loses exp(-dt / tau), also with integrator euler
  bool late_spikes = false;     // a spike leaves a step after the threshold is passed
  bool v_reset_is_zero = false;
};

const char* name_of(Integrator integrator);
const char* name_of(Reset reset);
const char* name_of(LoopCut cut);
const char* name_of(Framework framework);

}  // namespace spikeloom::nir
