// The recorders that ship: in memory, and to files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "spikeloom/recorder.h"

namespace spikeloom {

/// Bytes a recorder may hold in memory; recording more is an error of kind limit, before it is taken.
inline constexpr std::uint64_t kRecorderMemory = 4ull << 30;

/// Keeps every value in memory. Spikes are 0 and 1.
class SPIKELOOM_API TraceRecorder final : public Recorder {
 public:
  explicit TraceRecorder(std::uint64_t memory_limit = kRecorderMemory) : memory_limit_(memory_limit) {}
  Result<void> record(const Block& block) override;

  std::uint64_t first_step() const { return first_step_; }  // number of the first step recorded
  std::uint64_t steps() const { return steps_; }
  std::uint32_t samples() const { return samples_; }
  std::uint32_t neurons() const { return neurons_; }
  /// [steps][samples][neurons]
  std::span<const float> values() const { return values_; }
  float at(std::uint64_t step, std::uint32_t sample, std::uint32_t neuron) const {
    return values_[(step * samples_ + sample) * neurons_ + neuron];
  }
  void clear();

 private:
  std::uint64_t memory_limit_, first_step_ = 0, steps_ = 0;
  std::uint32_t samples_ = 0, neurons_ = 0;
  std::vector<float> values_;
};

struct SpikeEvent {
  std::uint64_t step;  // of the session
  std::uint32_t sample, neuron;
  float value;  // 1, or the graded spike
  bool operator==(const SpikeEvent&) const = default;
};

/// Keeps spikes as events, in order of step, sample, neuron.
class SPIKELOOM_API SpikeRecorder final : public Recorder {
 public:
  explicit SpikeRecorder(std::uint64_t memory_limit = kRecorderMemory) : memory_limit_(memory_limit) {}
  Result<void> record(const Block& block) override;

  std::span<const SpikeEvent> events() const { return events_; }
  std::uint64_t steps() const { return steps_; }
  void clear();

 private:
  std::uint64_t memory_limit_, steps_ = 0;
  std::vector<SpikeEvent> events_;
};

/// Counts the spikes of each neuron (floats: steps at which the value is not 0).
class SPIKELOOM_API SpikeCounter final : public Recorder {
 public:
  Result<void> record(const Block& block) override;

  std::uint64_t steps() const { return steps_; }
  std::uint32_t samples() const { return samples_; }
  std::uint32_t neurons() const { return neurons_; }
  /// [samples][neurons]
  std::span<const std::uint64_t> counts() const { return counts_; }
  std::uint64_t total() const;
  /// Spikes per neuron and step, over all samples; 0 if nothing was recorded.
  double mean_per_step() const;
  /// The neuron with most spikes of a sample, the first of equals: the class of a rate-coded output layer.
  std::uint32_t most_active(std::uint32_t sample) const;
  void clear();

 private:
  std::uint64_t steps_ = 0;
  std::uint32_t samples_ = 0, neurons_ = 0;
  std::vector<std::uint64_t> counts_;
};

/// The population's firing rate over time, in windows of steps.
class SPIKELOOM_API RateRecorder final : public Recorder {
 public:
  /// dt in ms per step; `window` steps to a value, at least 1.
  explicit RateRecorder(double dt, std::uint32_t window = 1);
  Result<void> record(const Block& block) override;

  /// Hz, mean over neurons and samples; one value a window. The last may cover fewer steps.
  std::vector<double> rates() const;
  void clear();

 private:
  double dt_;
  std::uint32_t window_;
  std::uint64_t steps_ = 0, cells_ = 0;  // cells: neurons times samples
  std::vector<std::uint64_t> spikes_;    // of each window
};

struct RecordingFile {
  std::optional<std::vector<std::uint32_t>> shape;  // of one sample; nothing: [neurons]
  std::uint32_t samples = 0;                        // of the whole file; 0: those of the first block
};

/// Writes `.npy` in format 1.0: [steps, samples, ...shape], spikes as uint8, anything else as float32. Memory
/// is constant in the number of steps. The header never claims more than is on disk, so a killed run leaves a
/// readable file.
///
/// A file may be filled by several sessions, one range of samples after the other: call `begin` with the
/// first sample of each. The header then claims no step before the last range has written it.
class SPIKELOOM_API NpyWriter final : public Recorder {
 public:
  static Result<std::unique_ptr<NpyWriter>> create(const std::filesystem::path& file,
                                                   RecordingFile layout = {});
  ~NpyWriter() override;

  /// The blocks that follow are of samples [first_sample, ...) and start at the file's first step again.
  Result<void> begin(std::uint32_t first_sample);
  Result<void> record(const Block& block) override;
  /// Brings everything to disk. Recording may go on afterwards.
  Result<void> finish() override;
  /// Ends the file. If ranges of samples are missing, or the last is shorter than those before, it then holds
  /// the ranges that are whole, and claims no others. Of a single range it keeps every step.
  Result<void> close();

 private:
  struct Impl;
  explicit NpyWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Writes spikes as a structured `.npy`: (step u4, sample u4, neuron u4), and value f4 where the signal is
/// not of bits; sorted by step, sample, neuron. Memory is constant in the number of spikes.
///
/// Filled by several sessions (see NpyWriter), it is sorted once `close` was called.
class SPIKELOOM_API EventsWriter final : public Recorder {
 public:
  static Result<std::unique_ptr<EventsWriter>> create(const std::filesystem::path& file);
  ~EventsWriter() override;

  Result<void> begin(std::uint32_t first_sample);
  Result<void> record(const Block& block) override;
  Result<void> finish() override;
  /// Sorts what several sessions wrote, and closes the file.
  Result<void> close();

 private:
  struct Impl;
  explicit EventsWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spikeloom
