// One interface over what can run a network, so that `run` and `verify` have one time loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "spikeloom/recorder.h"
#include "spikeloom/session.h"

namespace spikeloom::tool {

/// Some samples of a network, running. The calls mean what they mean at Session.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual Result<void> set_input(std::string_view input, std::span<const float> values) = 0;
  virtual Result<void> set_state(std::string_view state, std::span<const float> values) = 0;
  virtual Result<std::uint64_t> run(std::uint64_t steps, const InputSource& source,
                                    const RunOptions& options) = 0;
  virtual Result<void> record(std::string_view signal, Recorder& recorder, std::uint32_t first,
                              std::uint32_t count) = 0;
  virtual Result<void> finish_recording() = 0;
  virtual Result<void> read(std::string_view signal, std::span<float> values) const = 0;
  virtual std::uint64_t step_count() const = 0;
  virtual std::uint32_t threads() const = 0;  // that a whole block of steps is shared by
  virtual Result<std::vector<unsigned char>> save() const = 0;
  virtual Result<void> restore(std::span<const unsigned char> saved) = 0;
};

/// Starts engines for parts of the samples.
class EngineMaker {
 public:
  virtual ~EngineMaker() = default;
  virtual Result<std::unique_ptr<Engine>> make(const SessionOptions& options) const = 0;
  virtual std::string name() const = 0;  // "jit", "reference"
  virtual std::string cpu() const = 0;
  virtual bool is_code_cached() const = 0;  // taken from the cache, not generated
  virtual unsigned lanes() const = 0;
  virtual std::uint64_t hash() const = 0;              // of the program; 0 if there is none
  virtual std::uint64_t bytes_per_sample() const = 0;  // of running memory
};

/// The plain interpreter. The model is borrowed.
std::unique_ptr<EngineMaker> reference_maker(const Model& model);

}  // namespace spikeloom::tool
