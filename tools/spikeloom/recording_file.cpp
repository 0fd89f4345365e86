#include "recording_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "data/write.h"
#include "spikeloom/recorders.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

constexpr std::size_t kMostElements = std::size_t{1} << 30;  // of a dense array

/// Bytes that all signals of a file hold together.
struct Budget {
  std::uint64_t left = kRecorderMemory;
  Result<void> take(std::uint64_t bytes) {
    if (bytes <= left) {
      left -= bytes;
      return {};
    }
    return Error(ErrorKind::limit,
                 "what is recorded for a single file would take more than " + bytes_text(kRecorderMemory),
                 "--out FOLDER writes arrays as they come, in constant memory");
  }
};

/// What one part of the samples gave of a signal.
struct Part {
  std::uint32_t first = 0, count = 0;
  std::uint64_t steps = 0;
  std::vector<std::pair<std::uint32_t, data::Spike>> spikes;  // sample of the part, spike; in order of steps
  std::vector<float> values;                                  // [steps][count][n]
};

class SignalRecorder final : public Recorder {
 public:
  SignalRecorder(std::string name, Shape shape, bool is_spikes, Budget& budget)
      : name_(std::move(name)), shape_(std::move(shape)), is_spikes_(is_spikes), budget_(budget) {}

  void begin(std::uint32_t first_sample) { parts_.push_back({first_sample, 0, 0, {}, {}}); }

  Result<void> record(const Block& block) override {
    Part& part = parts_.back();
    part.count = block.samples;
    row_.resize(block.neurons);
    if (!is_spikes_)
      TRY_VOID(budget_.take(std::uint64_t{block.steps} * block.samples * block.neurons * sizeof(float)));
    for (std::uint32_t step = 0; step < block.steps; ++step, ++part.steps)
      for (std::uint32_t sample = 0; sample < block.samples; ++sample) {
        block.copy_row(step, sample, row_);
        if (!is_spikes_) {
          part.values.insert(part.values.end(), row_.begin(), row_.end());
          continue;
        }
        const std::size_t before = part.spikes.size();
        for (std::uint32_t i = 0; i < block.neurons; ++i)
          if (row_[i] != 0)
            part.spikes.push_back({sample, {static_cast<std::uint32_t>(part.steps), i, row_[i]}});
        TRY_VOID(budget_.take((part.spikes.size() - before) * sizeof part.spikes[0]));
      }
    return {};
  }

  const std::vector<Part>& parts() const { return parts_; }

  /// `steps` of the first `samples` samples.
  data::Series series(std::uint64_t steps, std::uint32_t samples) const {
    data::Series series;
    series.name = name_;
    series.shape = shape_;
    series.is_spikes = is_spikes_;
    if (is_spikes_)
      add_spikes(series, steps, samples);
    else
      add_values(series, steps, samples);
    return series;
  }

 private:
  void add_spikes(data::Series& series, std::uint64_t steps, std::uint32_t samples) const {
    series.starts.assign(samples + std::size_t{1}, 0);
    const auto visit = [&](auto&& take) {
      for (const Part& part : parts_)
        for (const auto& [sample, spike] : part.spikes)
          if (spike.step < steps && part.first + sample < samples) take(part.first + sample, spike);
    };
    visit([&](std::uint32_t sample, const data::Spike&) { ++series.starts[sample + 1]; });
    for (std::size_t i = 1; i < series.starts.size(); ++i) series.starts[i] += series.starts[i - 1];
    std::vector<std::uint64_t> next(series.starts.begin(), series.starts.end() - 1);
    series.spikes.resize(series.starts.back());
    visit([&](std::uint32_t sample, const data::Spike& spike) { series.spikes[next[sample]++] = spike; });
  }
  void add_values(data::Series& series, std::uint64_t steps, std::uint32_t samples) const {
    const std::size_t n = series.neurons();
    series.values.resize(steps * samples * n);
    for (const Part& part : parts_)
      for (std::uint64_t step = 0; step < std::min(steps, part.steps); ++step)
        if (part.first + part.count <= samples)
          std::copy_n(part.values.data() + step * part.count * n, part.count * n,
                      series.values.data() + (step * samples + part.first) * n);
  }

  std::string name_;
  Shape shape_;
  bool is_spikes_;
  Budget& budget_;
  std::vector<Part> parts_;
  std::vector<float> row_;
};

}  // namespace

struct SingleFile::Impl {
  std::string path;
  data::Format format = data::Format::npz;
  Budget budget;
  struct Signal {
    Selection selection;
    std::unique_ptr<SignalRecorder> recorder;
  };
  std::vector<Signal> signals;
};

SingleFile::SingleFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SingleFile::SingleFile(SingleFile&&) noexcept = default;
SingleFile& SingleFile::operator=(SingleFile&&) noexcept = default;
SingleFile::~SingleFile() = default;

Result<std::optional<data::Format>> single_file_format(const std::string& out, const std::string& format) {
  const std::filesystem::path path = out;
  std::error_code problem;
  const bool is_folder = std::filesystem::is_directory(path, problem) || out.ends_with('/');
  constexpr std::array<std::string_view, 6> kEndings = {".npy", ".npz", ".csv", ".nwb", ".h5", ".hdf5"};
  const bool is_named = std::ranges::find(kEndings, path.extension().string()) != kEndings.end();
  if (is_folder || (format.empty() && !is_named)) {
    if (format.empty() || format == "npy") return std::optional<data::Format>();
    TRY([[maybe_unused]] const data::Format known, data::format_of(path, format));
    return Error(ErrorKind::usage, "'" + escaped(out) + "' is a folder, and --format " + format + " a file",
                 "--out " + escaped((path / "run.").string()) +
                     (format == "npz"   ? "npz"
                      : format == "csv" ? "csv"
                      : format == "nwb" ? "nwb"
                                        : "h5"));
  }
  if (format == "npy" && !is_named) return std::optional<data::Format>();
  TRY(const data::Format chosen, data::format_of(path, format));
  return std::optional(chosen);
}

Result<SingleFile> SingleFile::create(const std::string& path, data::Format format,
                                      const std::vector<RecordedFile>& signals, const Model& model,
                                      const data::RunInfo& info, std::vector<std::string>& left_out) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->format = format;
  data::Recording empty;
  empty.info = info;
  empty.info.steps = 0;
  for (const RecordedFile& file : signals) {
    const std::string name = file.file.substr(0, file.file.size() - 4);  // without ".npy"
    const bool is_spiking = is_neuron_output(model, file.selection.of);
    auto recorder = std::make_unique<SignalRecorder>(name, file.shape, is_spiking, impl->budget);
    empty.series.push_back(recorder->series(0, info.samples));
    impl->signals.push_back({file.selection, std::move(recorder)});
  }
  left_out = data::left_out(format, empty);
  if (!left_out.empty()) {
    // What has no place is not kept in memory either.
    std::erase_if(impl->signals,
                  [&](const Impl::Signal& s) { return !is_neuron_output(model, s.selection.of); });
  }
  const bool is_dense = format == data::Format::npz || format == data::Format::nirdata ||
                        (format == data::Format::npy && !path.ends_with(".events.npy"));
  for (const data::Series& series : empty.series)
    if (is_dense && !checked_count({info.steps, info.samples, series.neurons()}, kMostElements))
      return Error(ErrorKind::limit,
                   "'" + escaped(series.name) + "' would be an array of more than 2^30 elements",
                   "--out FOLDER writes arrays as they come; a .csv holds spikes alone");
  TRY_VOID(data::write(empty, format, path));
  return SingleFile(std::move(impl));
}

Result<void> SingleFile::attach(Engine& engine, std::uint32_t first_sample) {
  for (const Impl::Signal& signal : impl_->signals) {
    signal.recorder->begin(first_sample);
    TRY_VOID(engine.record(signal.selection.signal, *signal.recorder, signal.selection.first,
                           signal.selection.count));
  }
  return {};
}

Result<std::string> SingleFile::write(const data::RunInfo& info, const std::vector<std::int64_t>& labels) {
  data::Recording recording;
  recording.info = info;
  if (!impl_->signals.empty()) {
    const std::vector<Part>& parts = impl_->signals.front().recorder->parts();
    recording.info.steps = parts.empty() ? 0 : parts.front().steps;
    recording.info.samples = 0;
    for (const Part& part : parts)
      if (part.steps == recording.info.steps) recording.info.samples += part.count;
    if (recording.info.samples == 0) recording.info.samples = info.samples;
  }
  for (const Impl::Signal& signal : impl_->signals)
    recording.series.push_back(signal.recorder->series(recording.info.steps, recording.info.samples));
  if (labels.size() >= recording.info.samples)
    recording.labels.assign(labels.begin(), labels.begin() + recording.info.samples);
  TRY_VOID(data::write(recording, impl_->format, impl_->path));
  return data::lost_values(impl_->format, recording);
}

}  // namespace spikeloom::tool
