// Structured arrays of events, as `run --events` writes them and as numpy users keep camera recordings.
#pragma once

#include "data/events.h"

namespace spikeloom::data {

/// A `.npy` of records: `neuron`; the time as `step`, or as `t` or `t_us` in us; and, where there are any,
/// `sample` and `value`. Or, with a sensor, `x`, `y` and `p` in place of `neuron`.
Result<Events> read_event_array(const Bytes& bytes, const EventOptions& options);

/// True if a .npy file holds records.
Result<bool> is_event_array(const Bytes& bytes);

}  // namespace spikeloom::data
