// Spikes as text: one a line.
#pragma once

#include "data/events.h"

namespace spikeloom::data {

/// Lines `t,neuron` or `t,neuron,value`, or a first line that names the columns, in any order: `neuron`; the
/// time as `step` or `t` (steps), `t_us`, `t_ms`, `t_s` (also `time_...`); and, where they are wanted,
/// `sample`, `value` and `signal` (which signal a line is of: `options.signal` says which is taken). Lines
/// that begin with '#' are comments. Samples and times may come in any order.
Result<Events> read_csv(const Bytes& bytes, const EventOptions& options);

}  // namespace spikeloom::data
