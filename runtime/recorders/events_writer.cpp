#include <algorithm>
#include <cstring>
#include <queue>

#include "recorders/npy_file.h"
#include "spikeloom/recorders.h"

namespace spikeloom {
namespace {

/// One event as it lies in the file: step, sample, neuron, and the value's bits if there are any.
struct FileEvent {
  std::uint32_t step, sample, neuron, value;
};
constexpr std::size_t kWithoutValue = 12, kWithValue = 16;

constexpr const char* kElement = "[('step', '<u4'), ('sample', '<u4'), ('neuron', '<u4')]";
constexpr const char* kElementWithValue =
    "[('step', '<u4'), ('sample', '<u4'), ('neuron', '<u4'), ('value', '<f4')]";

/// A sorted run of the file, read in pieces.
class Run {
 public:
  Run(const NpyFile& file, std::size_t event_bytes, std::uint64_t first, std::uint64_t end, std::size_t piece)
      : file_(&file), event_bytes_(event_bytes), next_(first), end_(end), piece_(piece) {}

  /// The next event, or nothing at the end.
  Result<bool> next(FileEvent& event) {
    if (at_ == buffer_.size()) {
      if (next_ == end_) return false;
      const std::uint64_t events = std::min<std::uint64_t>(piece_, end_ - next_);
      buffer_.resize(events * event_bytes_);
      if (Result<void> read = file_->read(next_ * event_bytes_, buffer_); !read) return read.error();
      next_ += events;
      at_ = 0;
    }
    std::memcpy(&event, buffer_.data() + at_, event_bytes_);
    at_ += event_bytes_;
    return true;
  }

 private:
  const NpyFile* file_;
  std::size_t event_bytes_;
  std::uint64_t next_, end_;
  std::size_t piece_;
  std::vector<unsigned char> buffer_;
  std::size_t at_ = 0;
};

}  // namespace

struct EventsWriter::Impl {
  NpyFile file;
  std::size_t event_bytes = kWithoutValue;
  std::uint32_t first_sample = 0;
  std::uint64_t events = 0;
  std::vector<std::uint64_t> run_starts = {0};  // event at which each session began
  std::vector<std::uint32_t> neurons;

  Result<void> merge_into(NpyFile& sorted) const;
};

Result<std::unique_ptr<EventsWriter>> EventsWriter::create(const std::filesystem::path& file) {
  Result<NpyFile> created = NpyFile::create(file);
  if (!created) return created.error();
  if (Result<void> described = created->describe(kElement, {}); !described) return described.error();
  return std::unique_ptr<EventsWriter>(
      new EventsWriter(std::make_unique<Impl>(Impl{.file = *std::move(created), .neurons = {}})));
}

EventsWriter::EventsWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventsWriter::~EventsWriter() = default;

Result<void> EventsWriter::begin(std::uint32_t first_sample) {
  impl_->first_sample = first_sample;
  if (impl_->run_starts.back() != impl_->events) impl_->run_starts.push_back(impl_->events);
  return {};
}

Result<void> EventsWriter::record(const Block& block) {
  Impl& w = *impl_;
  const bool has_value = block.element != SPIKELOOM_BITS;
  if (w.events == 0 && has_value && w.event_bytes == kWithoutValue) {
    w.event_bytes = kWithValue;
    if (Result<void> described = w.file.describe(kElementWithValue, {}); !described) return described;
  } else if (has_value != (w.event_bytes == kWithValue)) {
    return Error(ErrorKind::usage, "events of '" + std::string(block.signal) + "' do not fit those before",
                 "take one recorder for each signal");
  }
  if (block.first_step + block.steps > std::uint64_t{UINT32_MAX} + 1 ||
      std::uint64_t{w.first_sample} + block.samples > std::uint64_t{UINT32_MAX} + 1)
    return Error(ErrorKind::limit, "a file of events counts steps and samples up to 4294967295");
  for (std::uint32_t s = 0; s < block.steps; ++s)
    for (std::uint32_t b = 0; b < block.samples; ++b) {
      block.spikes(s, b, w.neurons);
      for (const std::uint32_t neuron : w.neurons) {
        FileEvent event{static_cast<std::uint32_t>(block.first_step + s), w.first_sample + b, neuron, 0};
        const float value = block.at(s, b, neuron);
        std::memcpy(&event.value, &value, sizeof value);
        unsigned char bytes[kWithValue];
        std::memcpy(bytes, &event, sizeof event);
        if (Result<void> written = w.file.write(w.events * w.event_bytes, {bytes, w.event_bytes}); !written)
          return written;
        ++w.events;
      }
    }
  return w.file.claim_now_and_then(w.events);
}

Result<void> EventsWriter::finish() {
  return impl_->file.claim(impl_->events);
}

Result<void> EventsWriter::Impl::merge_into(NpyFile& sorted) const {
  constexpr std::size_t kMemory = 16 << 20;  // for all runs together, as long as they are not too many
  const std::size_t piece = std::max<std::size_t>(256, kMemory / kWithValue / run_starts.size());
  std::vector<Run> runs;
  struct Head {
    FileEvent event;
    std::size_t run;
    bool operator>(const Head& o) const {
      return event.step != o.event.step ? event.step > o.event.step : event.sample > o.event.sample;
    }
  };
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  for (std::size_t i = 0; i < run_starts.size(); ++i)
    runs.emplace_back(file, event_bytes, run_starts[i],
                      i + 1 < run_starts.size() ? run_starts[i + 1] : events, piece);
  Head head{};
  const auto pull = [&](std::size_t run) -> Result<void> {
    Result<bool> more = runs[run].next(head.event);
    if (!more) return more.error();
    head.run = run;
    if (*more) heads.push(head);
    return {};
  };
  for (std::size_t run = 0; run < runs.size(); ++run)
    if (Result<void> pulled = pull(run); !pulled) return pulled;
  std::uint64_t written = 0;
  while (!heads.empty()) {
    const Head first = heads.top();
    heads.pop();
    unsigned char bytes[kWithValue];
    std::memcpy(bytes, &first.event, sizeof first.event);
    if (Result<void> result = sorted.write(written * event_bytes, {bytes, event_bytes}); !result)
      return result;
    ++written;
    if (Result<void> pulled = pull(first.run); !pulled) return pulled;
  }
  return sorted.claim(written);
}

// Written to a second file that then takes the place of the first, so that there is a whole one at any time.
Result<void> EventsWriter::close() {
  Impl& w = *impl_;
  if (Result<void> finished = finish(); !finished || w.run_starts.size() == 1) return finished;
  std::filesystem::path beside = w.file.path();
  beside += ".sorting";
  Result<NpyFile> sorted = NpyFile::create(beside);
  if (!sorted) return sorted.error();
  Result<void> merged = sorted->describe(w.event_bytes == kWithValue ? kElementWithValue : kElement, {});
  if (merged.ok()) merged = w.merge_into(*sorted);
  std::error_code failure;
  if (merged.ok()) std::filesystem::rename(beside, w.file.path(), failure);
  if (failure)
    merged = Error(ErrorKind::io, "'" + beside.string() + "' cannot be renamed: " + failure.message());
  if (!merged) {
    std::filesystem::remove(beside, failure);
    return merged;
  }
  w.run_starts = {0};
  return {};
}

}  // namespace spikeloom
