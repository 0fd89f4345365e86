// What a session holds; shared by the files of this room.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "session/pace.h"
#include "session/shares.h"
#include "session/team.h"
#include "spikeloom/driver.h"
#include "spikeloom/session.h"
#include "support/pages.h"

namespace spikeloom {

struct Session::Impl {
  struct VaryingInput {
    const spikeloom_signal* signal;
    std::uint32_t piece;  // steps that an InputSource is asked for at a time
    bool is_given;        // kernels read it wherever it lies
    std::uint64_t staged;
    std::vector<float> rows;  // `staged` floats that an InputSource has filled: [steps][batch][n]
  };
  struct ConstantInput {
    const spikeloom_signal* signal;
    bool is_set = false;
    std::vector<float> values;  // [batch][n]: survives a reset of the arena
  };
  /// A recorder and what it listens to.
  struct Tap {
    std::string name;
    Recorder* recorder;
    std::uint32_t buffer, first, count;
    std::vector<unsigned char> shifted;  // rows of bits, when `first` is not at the start of a byte
  };

  Program program;
  SessionOptions options;
  Pages arena;
  spikeloom_run run;
  std::vector<VaryingInput> varying;
  std::vector<ConstantInput> constants;
  std::vector<Tap> taps;
  std::vector<unsigned char*> observed;  // for each buffer: run.observed
  std::vector<Pages> observed_rows;
  std::vector<spikeloom_given> given;  // for each buffer: run.given
  Shares shares;
  std::unique_ptr<Team> team;  // null: one thread
  Shares::Choice chosen;       // the last one: blocks are mostly of one length
  std::uint32_t chosen_for = 0;
  Pace pace;  // whether it turns out as predicted

  const spikeloom_buffer& buffer(std::uint32_t index) const { return program.table().buffer[index]; }

  /// A buffer that keeps one step only, and changes: who wants every step must look after each.
  bool is_overwritten(std::uint32_t index) const;

  /// Steps a block may have that reads or writes this buffer from outside.
  std::uint32_t longest_block(std::uint32_t index) const;

  /// Takes memory for an observed buffer, unless it has some.
  Result<void> observe(std::uint32_t index);

  void reset();
  void write_constant(const ConstantInput& input);
  std::uint32_t block(std::uint64_t wanted) const;
  Result<void> fill_input(VaryingInput& input, const InputSource& source, std::uint64_t now,
                          std::uint32_t steps);
  /// Inputs of steps from `first` on that lie at `rows`: where kernels cannot read them there, they are
  /// copied.
  Result<void> take_rows(const VaryingInput& input, std::span<const float> rows, std::uint64_t first,
                         std::uint32_t steps);
  void give(const VaryingInput& input, const float* rows, std::uint64_t first);
  using FillInput = std::function<Result<void>(VaryingInput&, std::uint64_t now, std::uint32_t steps)>;
  Result<std::uint64_t> run_blocks(std::uint64_t steps, const FillInput& fill, const RunOptions& how);
  /// Runs the block's steps on as many threads as pay.
  void advance(std::uint32_t steps);
  /// Does all that a block of steps takes, and learns from its time whether sharing pays. That has a price
  /// outside of the kernels, too: rows of input are written here and read on another core.
  template <class Block>
  Result<void> watch(std::uint32_t steps, const Block& block) {
    if (!may_share(steps) || options.sharing != Sharing::where_it_pays) return block();
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    Result<void> done = block();
    pace.took(steps, std::chrono::duration<double, std::nano>(Clock::now() - start).count());
    return done;
  }
  bool may_share(std::uint32_t steps);
  const Shares::Choice& choice(std::uint32_t steps);
  void advance_shared(std::uint32_t steps);
  void share_samples(std::uint32_t steps);
  void share_neurons(const spikeloom_part& all);
  Result<void> ready_to_run() const;
  Result<void> feed_recorders(std::uint64_t first_step, std::uint32_t steps);
  Error not_finite(const spikeloom_signal& signal, std::span<const float> values, std::size_t at,
                   std::uint64_t step) const;
};

}  // namespace spikeloom
