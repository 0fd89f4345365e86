// Convolutions, pools and batch normalisations with options drawn at random.
#pragma once

#include <nlohmann/json.hpp>

#include "property/dice.h"

namespace spikeloom::property {

/// The fields of a layer over [channels, rows, columns] or, of conv1d and batch_norm, [channels, positions]
/// (all but "from"), and the shape of what it gives.
struct RandomLayer {
  nlohmann::ordered_json node;
  std::vector<std::size_t> shape;
};

RandomLayer random_window(Dice& dice, const std::vector<std::size_t>& shape);
RandomLayer random_batch_norm(Dice& dice, const std::vector<std::size_t>& shape, std::size_t steps);

}  // namespace spikeloom::property
