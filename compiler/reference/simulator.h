// Runs a Model in plain scalar loops: small, obvious, our definition of correct.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/model.h"

namespace spikeloom::reference {

class Simulator {
 public:
  /// The model is borrowed. `seed` in place of the model's own.
  Simulator(const Model& model, std::uint32_t batch, std::optional<std::uint64_t> seed = {},
            std::uint32_t first_sample = 0);
  ~Simulator();

  void reset();
  void set_state(Signal state, std::span<const float> values);         // [batch][n]; as Session::set_state
  void set_input(std::uint32_t input, std::span<const float> values);  // [batch][n], held until set again
  void step();                                                         // with the inputs as they were set
  std::uint64_t step_count() const;
  std::span<const float> value(Signal s) const;  // [batch][n] after the last step

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spikeloom::reference
