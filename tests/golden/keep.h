// What every replay of a recorded network needs.
#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "spikeloom/recorders.h"
#include "spikeloom/result.h"

namespace spikeloom::golden {

/// The value, or std::runtime_error with every problem.
template <class T>
T expect(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(result.error().text());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Appends [steps][batch][neurons] to a trace, which is borrowed.
class Keep : public Recorder {
 public:
  explicit Keep(std::vector<float>& trace) : trace_(trace) {}
  Result<void> record(const Block& block) override {
    for (std::uint32_t s = 0; s < block.steps; ++s)
      for (std::uint32_t b = 0; b < block.samples; ++b)
        for (std::uint32_t n = 0; n < block.neurons; ++n) trace_.push_back(block.at(s, b, n));
    return {};
  }

 private:
  std::vector<float>& trace_;
};

}  // namespace spikeloom::golden
