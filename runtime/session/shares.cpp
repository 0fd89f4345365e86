#include "session/shares.h"

#include <algorithm>
#include <utility>

namespace spikeloom {
namespace {

/// Neurons below which a call is not divided.
constexpr std::uint32_t kFewNeurons = 64;
/// Rows of input (samples x steps) that make up for bringing weights near, and as many as that takes the time
/// of: W1, W2 and W8 at a batch of 1, 2 and 32 took as long as 35 to 130 rows more.
constexpr std::uint32_t kRowsOfPart = 256, kRowsOfWeights = 50;
/// Each part of the neurons lists the events of its inputs for itself.
constexpr double kListsAgain = 1.05;
/// Each part brings all weights near for itself.
constexpr std::uint32_t kSamplesOfPart = 16;
/// They level out who is faster.
constexpr std::uint32_t kPartsOfThread = 4;
/// Less is not told from the noise of a prediction.
constexpr double kLeastGain = 1.1;

std::uint32_t ceiling(std::uint32_t a, std::uint32_t b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

/// How many shares there are in so much work, at most `most`.
unsigned shares_in(double ns, unsigned most) {
  return static_cast<unsigned>(std::clamp(ns / kLeastShareNs, 1.0, static_cast<double>(std::max(most, 1u))));
}

std::uint32_t steps_of_call(const StageLoad& stage, std::uint32_t steps) {
  return stage.longest == 0 ? steps : std::min(stage.longest, steps);
}

/// A block of so many samples. The prediction is of a full group, which shares the weights that it brings
/// near. A loop that goes step by step fetches few rows at a time, so that little is shared.
double block_ns(const StageLoad& stage, std::uint32_t samples, std::uint32_t steps) {
  const bool is_block = steps_of_call(stage, steps) >= steps;
  return stage.ns * (static_cast<double>(samples) * steps + (is_block ? kRowsOfWeights : 0));
}

}  // namespace

std::vector<StageLoad> loads_of(const spikeloom_table& table) {
  std::vector<StageLoad> loads(table.stages);
  for (std::uint32_t i = 0; i < table.segments; ++i) {
    const spikeloom_segment& segment = table.segment[i];
    for (std::uint32_t k = segment.first_stage; k < segment.first_stage + segment.stages; ++k) {
      const spikeloom_stage& stage = table.stage[k];
      loads[k] = {segment.once ? 0 : stage.work * 1e-3, stage.sizes[0], segment.longest, stage.whole != 0};
    }
  }
  return loads;
}

Shares::Shares(std::vector<StageLoad> stages, std::uint32_t batch, unsigned threads, Sharing sharing)
    : stages_(std::move(stages)), batch_(batch), threads_(std::max(threads, 1u)), sharing_(sharing) {}

unsigned Shares::threads_of_call(const StageLoad& stage, std::uint32_t steps) const {
  if (stage.is_whole) return 1;
  const unsigned most = std::min(threads_, std::max(ceiling(stage.neurons, kFewNeurons), 1u));
  if (sharing_ == Sharing::neurons) return most;
  return shares_in(stage.ns * batch_ * steps_of_call(stage, steps), most);
}

Shares::Choice Shares::choose(std::uint32_t steps) const {
  using Of = Choice::Of;
  if (threads_ == 1 || steps == 0) return {};
  const unsigned most_samples = std::min(threads_, batch_);
  if (sharing_ == Sharing::samples) return {most_samples > 1 ? Of::samples : Of::nothing, most_samples};
  if (sharing_ == Sharing::neurons) return {Of::neurons, threads_};

  double predicted = 0;
  for (const StageLoad& stage : stages_) predicted += stage.ns * batch_ * steps;
  const unsigned samples = shares_in(predicted, most_samples);
  double alone = 0, by_neurons = 0, by_samples = kHandOverNs;
  unsigned most_neurons = 1;
  for (const StageLoad& stage : stages_) {
    const double work = block_ns(stage, batch_, steps);
    const std::uint32_t together = std::max(steps_of_call(stage, steps), 1u);
    const unsigned threads = threads_of_call(stage, steps);
    alone += work;
    by_samples += block_ns(stage, ceiling(batch_, samples), steps);
    if (threads == 1) {
      by_neurons += work;
      continue;
    }
    most_neurons = std::max(most_neurons, threads);
    by_neurons += work * kListsAgain * neurons_of_part(stage.neurons, threads) / stage.neurons +
                  kHandOverNs * ceiling(steps, together);
  }
  if (std::min(by_samples, by_neurons) * kLeastGain > alone) return {};
  return by_samples <= by_neurons ? Choice{Of::samples, samples} : Choice{Of::neurons, most_neurons};
}

std::uint32_t Shares::neurons_of_part(std::uint32_t neurons, unsigned threads) {
  const std::uint32_t even = std::max(ceiling(neurons, threads), 1u), unit = even >= 128 ? 128 : 64;
  return ceiling(even, unit) * unit;
}

std::uint32_t Shares::samples_of_part(std::uint32_t batch, unsigned threads, std::uint32_t steps) {
  // As many parts for each thread: one over would be waited for by all others.
  const std::uint32_t even = ceiling(batch, threads);
  const std::uint32_t enough = std::max(kSamplesOfPart, kRowsOfPart / std::max(steps, 1u));
  return ceiling(even, std::clamp(even / enough, 1u, kPartsOfThread));
}

}  // namespace spikeloom
