// One running network: its state, its time loop and what is recorded of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "spikeloom/driver.h"
#include "spikeloom/loaded_program.h"
#include "spikeloom/recorder.h"
#include "spikeloom/result.h"

namespace spikeloom {

/// What threads share in a block of steps. Results never depend on it.
enum class Sharing : std::uint8_t {
  where_it_pays,  // samples, or the neurons of a stage; decided from the work that the plan predicts
  samples,        // always, by as many threads as were asked for; what tests force, like the next one
  neurons
};

struct SessionOptions {
  std::uint32_t batch = 1;
  std::uint32_t first_sample = 0;            // global number of sample 0: random numbers depend on it
  std::optional<std::uint64_t> seed;         // in place of the program's own
  std::uint64_t memory_limit = 16ull << 30;  // bytes of arena; more is refused before it is taken
  std::uint32_t threads = 1;                 // at most, the caller's included; 0: as many as there are cores
  bool pin =
      false;  // the session's own threads, one to a core, from the second one on that the caller may use
  Sharing sharing = Sharing::where_it_pays;
  // Told before and after each call of a stage, on the thread that runs it: for profiles.
  spikeloom_stage_observer stage_observer = nullptr;
  void* observer_context = nullptr;
};

/// Gives a run its input. Called for each block, in order.
///   rows   [steps][batch][n] floats, to be filled for steps first_step ... first_step + steps - 1
using InputSource = std::function<Result<void>(std::string_view input, std::uint64_t first_step,
                                               std::uint32_t steps, std::span<float> rows)>;

/// Says where the rows of a varying input lie: [steps][batch][n] floats for steps first_step ... first_step +
/// steps -
/// 1. They stay there, unchanged, until the next call or the end of the run.
using InputView = std::function<Result<std::span<const float>>(
    std::string_view input, std::uint64_t first_step, std::uint32_t steps)>;

struct RunOptions {
  std::stop_token stop;                                                   // looked at between blocks
  std::function<void(std::uint64_t done, std::uint64_t steps)> progress;  // called between blocks
};

/// One caller thread at a time; no global state; sessions share nothing but the Program.
class SPIKELOOM_API Session {
 public:
  static Result<Session> create(Program program, SessionOptions options = {});
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const Program& program() const;
  std::uint32_t batch() const;
  std::uint64_t step_count() const;  // steps done since reset

  /// Back to step 0 and the initial states. Constant inputs keep their values.
  Result<void> reset();

  /// Sets a constant input: [batch][n], or [n] for all samples. Every value must be finite.
  Result<void> set_input(std::string_view input, std::span<const float> values);

  /// Sets a state ("lif1.mem") as it stands before the next step: [batch][n] or [n]. At step 0 it also fills
  /// what delayed readers of that state see. A counter that the program holds as bytes (a refractory period
  /// of at most 255 steps) takes whole numbers from 0 to 255.
  Result<void> set_state(std::string_view state, std::span<const float> values);

  /// Threads that a block of so many steps is shared by, the caller's included: 1 where more would not pay.
  std::uint32_t threads_for(std::uint32_t steps) const;

  /// One step. `inputs` holds each varying input in the order of the program's signals: [batch][n] each,
  /// finite. After reset() it takes no memory, and on one thread no lock and no system call.
  Result<void> step(std::span<const std::span<const float>> inputs);

  /// Many steps; the varying inputs come from `source`. Returns the number of steps done (fewer when
  /// stopped).
  Result<std::uint64_t> run(std::uint64_t steps, const InputSource& source, const RunOptions& options = {});

  /// The same for inputs that lie in memory: nothing is copied where the network can read them there.
  Result<std::uint64_t> run_in_place(std::uint64_t steps, const InputView& view,
                                     const RunOptions& options = {});

  /// The value of a signal after the last step: [batch][n]. A name is a node's before it is an output's; a
  /// signal of this session's program says which one is meant. Every NaN is 7fc00000.
  Result<void> read(std::string_view signal, std::span<float> values) const;
  Result<void> read(const spikeloom_signal& signal, std::span<float> values) const;

  /// Records a signal, or neurons [first, first + count) of it, from the next step on. The recorder is
  /// borrowed.
  Result<void> record(std::string_view signal, Recorder& recorder, std::uint32_t first = 0,
                      std::uint32_t count = SPIKELOOM_NONE);
  Result<void> record(const spikeloom_signal& signal, Recorder& recorder, std::uint32_t first = 0,
                      std::uint32_t count = SPIKELOOM_NONE);
  /// Ends all recording: calls finish() on every recorder.
  Result<void> finish_recording();

  /// The whole state: magic, version, program hash, batch, first sample, seed, step counter, constant inputs,
  /// states and delay lines. It fits sessions of the same program and batch; any other refuses it. The
  /// session takes over seed and first sample. Recorders stay.
  std::vector<unsigned char> save() const;
  Result<void> restore(std::span<const unsigned char> saved);

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spikeloom
