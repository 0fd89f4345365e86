// Random legal networks as graph files, with the data to run them on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spikeloom::property {

struct NetworkInput {
  std::string name;
  std::size_t size = 0;  // elements of one sample
  bool constant = false;
  std::vector<float> values;  // [steps][batch][size], or [batch][size] when constant
};

struct RandomNetwork {
  std::string json;
  std::vector<NetworkInput> inputs;
  std::uint32_t batch = 1;
  std::uint32_t steps = 1;
  std::uint32_t first_sample = 0;
};

/// The same seed gives the same network. Rarely it breaks a rule of the format (a `require`, an unused name):
/// the caller draws the next.
RandomNetwork random_network(std::uint64_t seed);

}  // namespace spikeloom::property
