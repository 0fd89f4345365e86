// From a session to its recorders.
#include <algorithm>
#include <cstring>

#include "session/impl.h"
#include "session/lookup.h"
#include "session/rows.h"

namespace spikeloom {

Result<void> Session::record(std::string_view signal, Recorder& recorder, std::uint32_t first,
                             std::uint32_t count) {
  const Result<const spikeloom_signal*> found = find_signal(program(), signal);
  if (!found) return found.error();
  return record(**found, recorder, first, count);
}

Result<void> Session::record(const spikeloom_signal& signal, Recorder& recorder, std::uint32_t first,
                             std::uint32_t count) {
  const std::uint32_t n = program().size(signal);
  if (count == SPIKELOOM_NONE && first <= n) count = n - first;
  if (first > n || count > n - first) {
    Error error(ErrorKind::usage,
                "the neurons to record lie outside '" + std::string(program().name(signal)) + "'");
    error.diagnostics[0].expected = "a range within 0 ... " + std::to_string(n);
    error.diagnostics[0].got = std::to_string(first) + " ... " + std::to_string(std::uint64_t{first} + count);
    return error;
  }
  const std::uint32_t buffer = signal.history == SPIKELOOM_NONE ? signal.buffer : signal.history;
  std::vector<unsigned char> shifted;
  const spikeloom_buffer& b = impl_->buffer(buffer);
  if (Result<void> kept = impl_->observe(buffer); !kept) return kept;
  if (b.element == SPIKELOOM_BITS && first % 8 != 0)
    shifted.resize(std::size_t{impl_->longest_block(buffer)} * batch() * ((std::size_t{count} + 7) / 8));
  impl_->taps.push_back(
      {std::string(program().name(signal)), &recorder, buffer, first, count, std::move(shifted)});
  return {};
}

Result<void> Session::Impl::observe(std::uint32_t index) {
  const spikeloom_buffer& b = buffer(index);
  if (b.memory != SPIKELOOM_OBSERVED || observed[index]) return {};
  const std::uint64_t step_bytes = b.row_bytes * b.slots;
  if (step_bytes > options.memory_limit / options.batch)
    return Error(ErrorKind::limit, "there is too little memory to record a block of steps",
                 "take a smaller batch or raise the limit");
  const auto bytes = static_cast<std::size_t>(step_bytes * options.batch);
  try {
    // Zeros are what a reader finds who asks before the first step.
    Pages rows = take_pages(bytes);
    std::memset(rows.get(), 0, bytes);
    observed[index] = rows.get();
    observed_rows.push_back(std::move(rows));
    return {};
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::limit, "the system has no memory left to record a block of steps",
                 "take a smaller batch");
  }
}

std::uint32_t Session::Impl::longest_block(std::uint32_t index) const {
  if (is_overwritten(index)) return 1;
  const std::uint32_t slots = buffer(index).slots, block_steps = program.table().block_steps;
  return slots == 1 ? block_steps : std::min(slots, block_steps);
}

Result<void> Session::Impl::feed_recorders(std::uint64_t first_step, std::uint32_t steps) {
  for (Tap& tap : taps) {
    const spikeloom_buffer& b = buffer(tap.buffer);
    const bool is_constant = b.memory == SPIKELOOM_CONSTANT;
    const bool is_given = b.memory == SPIKELOOM_GIVEN;
    Block block{.signal = tap.name,
                .first_step = first_step,
                .steps = steps,
                .samples = options.batch,
                .first_neuron = tap.first,
                .neurons = tap.count,
                .element = static_cast<spikeloom_element>(b.element),
                .data = spikeloom_row(&run, tap.buffer, first_step, 0),
                .step_stride = is_given       ? given[tap.buffer].step_stride
                               : b.slots == 1 ? 0
                                              : static_cast<std::size_t>(b.row_bytes),
                .sample_stride = is_given      ? given[tap.buffer].sample_stride
                                 : is_constant ? 0
                                               : static_cast<std::size_t>(b.slots * b.row_bytes)};
    if (b.element == SPIKELOOM_FLOAT) {
      block.data += std::size_t{tap.first} * sizeof(float);
    } else if (tap.first % 8 == 0) {
      block.data += tap.first / 8;
    } else {
      const std::size_t bytes = (std::size_t{tap.count} + 7) / 8;
      for (std::uint32_t s = 0; s < steps; ++s)
        for (std::uint32_t sample = 0; sample < options.batch; ++sample)
          copy_bits(block.row(s, sample), tap.first, tap.count,
                    tap.shifted.data() + (std::size_t{s} * options.batch + sample) * bytes);
      block.data = tap.shifted.data();
      block.step_stride = bytes * options.batch;
      block.sample_stride = bytes;
    }
    try {
      if (Result<void> recorded = tap.recorder->record(block); !recorded) return recorded;
    } catch (const std::bad_alloc&) {
      return Error(ErrorKind::limit, "the system has no memory left for the recording of '" + tap.name + "'",
                   "record to a file, or fewer neurons");
    }
  }
  return {};
}

Result<void> Session::finish_recording() {
  // Every recorder is finished, once, also when one of them fails: the first failure is told.
  std::vector<Recorder*> finished;
  Result<void> first;
  for (const Impl::Tap& tap : impl_->taps) {
    if (std::find(finished.begin(), finished.end(), tap.recorder) != finished.end()) continue;
    finished.push_back(tap.recorder);
    if (Result<void> result = tap.recorder->finish(); !result && first.ok()) first = std::move(result);
  }
  impl_->taps.clear();
  std::ranges::fill(impl_->observed, nullptr);
  impl_->observed_rows.clear();
  return first;
}

}  // namespace spikeloom
