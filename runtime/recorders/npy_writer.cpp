#include <algorithm>

#include "recorders/npy_file.h"
#include "recorders/same_layout.h"
#include "spikeloom/recorders.h"

namespace spikeloom {

struct NpyWriter::Impl {
  NpyFile file;
  RecordingFile layout;
  bool is_bits = false;
  std::uint32_t neurons = 0;
  std::uint64_t row_bytes = 0;  // of one sample in one step

  std::uint32_t first_sample = 0, samples = 0;  // of the current range; samples is 0 before its first block
  std::uint64_t first_step = 0, steps = 0;  // of the current range: number of its first, and how many came
  std::uint64_t least_steps = UINT64_MAX;   // of the ranges before
  std::vector<float> values;
  std::vector<unsigned char> bytes;

  bool is_last_range() const {
    return samples != 0 && std::uint64_t{first_sample} + samples == layout.samples;
  }
  std::uint64_t complete_steps() const { return is_last_range() ? std::min(steps, least_steps) : 0; }

  Result<void> start_file(const Block& block);
  Result<void> start_range(const Block& block);
  std::span<const unsigned char> row(const Block& block, std::uint32_t step, std::uint32_t sample);
};

Result<std::unique_ptr<NpyWriter>> NpyWriter::create(const std::filesystem::path& file,
                                                     RecordingFile layout) {
  Result<NpyFile> created = NpyFile::create(file);
  if (!created) return created.error();
  return std::unique_ptr<NpyWriter>(
      new NpyWriter(std::make_unique<Impl>(Impl{.file = *std::move(created), .layout = std::move(layout)})));
}

NpyWriter::NpyWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NpyWriter::~NpyWriter() = default;

Result<void> NpyWriter::begin(std::uint32_t first_sample) {
  Impl& w = *impl_;
  if (first_sample != std::uint64_t{w.first_sample} + w.samples)
    return Error(ErrorKind::usage, "ranges of samples must follow each other: expected one from sample " +
                                       std::to_string(std::uint64_t{w.first_sample} + w.samples) + ", got " +
                                       std::to_string(first_sample));
  if (w.samples != 0) w.least_steps = std::min(w.least_steps, w.steps);
  w.first_sample = first_sample;
  w.samples = 0;
  w.steps = 0;
  return {};
}

Result<void> NpyWriter::Impl::start_file(const Block& block) {
  is_bits = block.element == SPIKELOOM_BITS;
  neurons = block.neurons;
  row_bytes = std::uint64_t{neurons} * (is_bits ? 1 : sizeof(float));
  if (layout.samples == 0) layout.samples = block.samples;
  if (!layout.shape) layout.shape = {neurons};
  std::uint64_t elements = 1;
  std::vector<std::uint64_t> rest = {layout.samples};
  for (const std::uint32_t extent : *layout.shape) {
    rest.push_back(extent);
    elements = elements > UINT32_MAX ? elements : elements * extent;
  }
  if (elements != neurons) {
    Error error(ErrorKind::usage,
                "the shape of a recording and its signal '" + std::string(block.signal) + "' differ");
    error.diagnostics[0].expected = "a shape of " + std::to_string(neurons) + " elements";
    error.diagnostics[0].got = std::to_string(elements);
    return error;
  }
  return file.describe(is_bits ? "'|u1'" : "'<f4'", std::move(rest));
}

Result<void> NpyWriter::Impl::start_range(const Block& block) {
  if (std::uint64_t{first_sample} + block.samples > layout.samples)
    return Error(ErrorKind::usage, "a recording of " + std::to_string(layout.samples) +
                                       " samples was given sample " +
                                       std::to_string(std::uint64_t{first_sample} + block.samples - 1));
  samples = block.samples;
  first_step = block.first_step;
  return {};
}

std::span<const unsigned char> NpyWriter::Impl::row(const Block& block, std::uint32_t step,
                                                    std::uint32_t sample) {
  values.resize(neurons);
  block.copy_row(step, sample, values);
  if (!is_bits) return {reinterpret_cast<const unsigned char*>(values.data()), row_bytes};
  bytes.resize(neurons);
  for (std::uint32_t j = 0; j < neurons; ++j) bytes[j] = values[j] != 0 ? 1 : 0;
  return bytes;
}

Result<void> NpyWriter::record(const Block& block) {
  Impl& w = *impl_;
  if (!w.file.is_described())
    if (Result<void> started = w.start_file(block); !started) return started;
  if (w.samples == 0)
    if (Result<void> started = w.start_range(block); !started) return started;
  if (Result<void> same = same_layout(block, w.samples, w.neurons); !same) return same;
  for (std::uint32_t s = 0; s < block.steps; ++s) {
    std::uint64_t place = ((w.steps + s) * w.layout.samples + w.first_sample) * w.row_bytes;
    for (std::uint32_t b = 0; b < block.samples; ++b, place += w.row_bytes)
      if (Result<void> written = w.file.write(place, w.row(block, s, b)); !written) return written;
  }
  w.steps += block.steps;
  return w.file.claim_now_and_then(w.complete_steps());
}

Result<void> NpyWriter::finish() {
  if (!impl_->file.is_described()) return {};
  return impl_->file.claim(impl_->complete_steps());
}

// Rows move to the front, each to a place no later than where it was, so nothing is overwritten unread.
Result<void> NpyWriter::close() {
  Impl& w = *impl_;
  if (Result<void> finished = finish(); !finished || !w.file.is_described()) return finished;
  const bool keeps_current = w.samples != 0 && (w.first_sample == 0 || w.steps >= w.least_steps);
  const std::uint64_t covered = w.first_sample + (keeps_current ? w.samples : 0);
  const std::uint64_t steps = w.first_sample == 0 ? w.steps : w.least_steps, kept = covered * w.row_bytes;
  if (covered == w.layout.samples) return {};
  if (Result<void> claimed = w.file.claim(0); !claimed) return claimed;  // while rows are on their way
  std::vector<unsigned char> rows(kept);
  for (std::uint64_t s = 0; s < steps; ++s) {
    if (Result<void> read = w.file.read(s * w.layout.samples * w.row_bytes, rows); !read) return read;
    if (Result<void> written = w.file.write(s * kept, rows); !written) return written;
  }
  std::vector<std::uint64_t> rest = {covered};
  rest.insert(rest.end(), w.layout.shape->begin(), w.layout.shape->end());
  return w.file.reshape(std::move(rest), steps, steps * kept);
}

}  // namespace spikeloom
