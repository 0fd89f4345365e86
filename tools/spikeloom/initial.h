// --initial: what states, and spikes before the start, are in place of what the graph says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "array_file.h"
#include "engine.h"
#include "model/model.h"

namespace spikeloom::tool {

/// The values a user's array gives a state: [...shape], [samples, ...shape], or a single number for all.
struct StateFile {
  std::string state;  // "lif1.mem"
  ArrayFile file;
  std::size_t n = 1;
  std::uint32_t samples = 0;  // 0: the same for all
};

/// Reads every "lif1.mem=m.npy"; those of spikes ("lif1.spk=s.npy": what delayed readers see before the
/// start) go into the model, which must not have been compiled yet.
Result<std::vector<StateFile>> open_initial(Model& model, const std::vector<std::string>& arguments,
                                            std::uint32_t samples);
Result<void> set_state(const StateFile& state, Engine& engine, std::uint32_t first, std::uint32_t count);

}  // namespace spikeloom::tool
