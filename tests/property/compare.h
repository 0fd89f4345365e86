// Compiled against reference: every state and spike of every step, bit for bit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cache/code_cache.h"
#include "model/model.h"
#include "property/random_network.h"
#include "schedule/plan.h"

namespace spikeloom::property {

/// What the reference gave: per signal [steps][batch][n].
struct Expected {
  std::vector<std::string> names;
  std::vector<std::size_t> sizes;
  std::vector<bool> is_state;
  std::vector<std::vector<float>> values;
};

Expected run_reference(const Model& model, const RandomNetwork& net);

/// How the compiled network is run; results must not depend on it.
enum class Manner { one_piece, random_pieces, single_steps, blocks, restored, from_cache };
inline constexpr Manner kManners[] = {Manner::one_piece, Manner::random_pieces, Manner::single_steps,
                                      Manner::blocks,    Manner::restored,      Manner::from_cache};
const char* name_of(Manner manner);

/// "" if every bit agrees (or both are NaN), else the first difference. Manner::from_cache takes its
/// code from `cache`, which may hold that of other networks; without one it is generated.
std::string compare(const Model& model, const RandomNetwork& net, const Expected& expected,
                    const Target& target, Manner manner, std::uint64_t seed,
                    const CodeCache* cache = nullptr);

}  // namespace spikeloom::property
