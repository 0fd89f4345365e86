#include "data/event_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <system_error>
#include <tuple>

#include "data/by_sample.h"
#include "data/camera.h"
#include "data/csv.h"
#include "data/event_array.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

constexpr std::size_t kMostFiles = 1u << 20;

std::string ending_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return ending;
}

bool is_hdf5(const std::string& ending) {
  return ending == ".h5" || ending == ".hdf5" || ending == ".nwb";
}

std::optional<std::int64_t> number_of(const std::string& name) {
  std::uint32_t value = 0;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (problem != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return value;
}

/// jAER gave its recordings the ending .dat before it gave them .aedat.
bool is_aedat(const Bytes& bytes) {
  constexpr std::string_view kMark = "#!AER-DAT";
  std::array<unsigned char, kMark.size()> start{};
  return bytes.size >= start.size() && bytes.read(0, start).ok() &&
         std::memcmp(start.data(), kMark.data(), start.size()) == 0;
}

Error cannot_list(const std::filesystem::path& folder, const std::error_code& problem) {
  return Error(ErrorKind::io,
               "cannot read the folder '" + escaped(folder.string()) + "': " + problem.message());
}

}  // namespace

std::pair<std::filesystem::path, std::string> file_and_member(const std::filesystem::path& path) {
  const std::string text = path.string();
  std::error_code problem;
  for (auto colon = text.find(':'); colon != std::string::npos; colon = text.find(':', colon + 1))
    if (const std::string ending = ending_of(text.substr(0, colon));
        (is_hdf5(ending) || ending == ".csv" || ending == ".aedat4") &&
        !std::filesystem::exists(path, problem))
      return {text.substr(0, colon), text.substr(colon + 1)};
  return {path, ""};
}

std::optional<EventFormat> event_format_of(const std::filesystem::path& path) {
  const std::string ending = ending_of(file_and_member(path).first);
  if (ending == ".bin") return EventFormat::nmnist;
  if (ending == ".dat") return EventFormat::dat;
  if (ending == ".aedat" || ending == ".aedat2" || ending == ".aedat4") return EventFormat::aedat;
  if (ending == ".csv") return EventFormat::csv;
  if (is_hdf5(ending)) return EventFormat::hdf5;
  return std::nullopt;
}

std::string readable_words(const std::filesystem::path& path) {
  const std::string ending = ending_of(path);
  if (ending == ".raw") return "Prophesee's .raw is not read: metavision_file_to_dat makes a .dat of it";
  if (ending == ".mat") return "in Python: numpy.save(\"x.npy\", scipy.io.loadmat(\"x.mat\")[\"name\"])";
  if (ending == ".txt" || ending == ".tsv")
    return "lines of numbers between commas, such as t,neuron, are read from a file that ends in .csv";
  if (ending == ".pt" || ending == ".pth" || ending == ".pkl")
    return "a pickle is never read; in Python: numpy.save(\"x.npy\", tensor.numpy())";
  return "arrays: .npy, .npz:NAME; events: .bin (N-MNIST), .dat (Prophesee), .aedat, .csv, .h5, .npy of "
         "records";
}

Result<Events> read_events(const std::filesystem::path& path, EventFormat format, const EventOptions& given) {
  EventOptions options = given;
  std::filesystem::path name;
  std::tie(name, options.signal) = file_and_member(path);
  TRY(const InputFile file, InputFile::open(name));
  const Bytes bytes = bytes_of(file);
  switch (format) {
    case EventFormat::nmnist:
      return read_nmnist(bytes, options);
    case EventFormat::dat:
      return is_aedat(bytes) ? read_aedat(bytes, options) : read_dat(bytes, options);
    case EventFormat::aedat:
      return read_aedat(bytes, options);
    case EventFormat::csv:
      return read_csv(bytes, options);
    case EventFormat::records:
      return read_event_array(bytes, options);
    case EventFormat::hdf5:
      break;
  }
  return Error(ErrorKind::internal, "no reader of this format");
}

Result<void> EventSet::add(const std::filesystem::path& path) {
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem)) {
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(path, problem))
      if (entry.is_directory(problem) && !entry.path().filename().string().starts_with('.'))
        folders.push_back(entry.path());
    if (problem) return cannot_list(path, problem);
    if (folders.empty()) return add_folder(path, std::nullopt);
    std::ranges::sort(folders);
    const bool are_numbers = std::ranges::all_of(
        folders, [](const auto& folder) { return number_of(folder.filename().string()).has_value(); });
    for (std::size_t i = 0; i < folders.size(); ++i)
      TRY_VOID(add_folder(folders[i], are_numbers ? number_of(folders[i].filename().string())
                                                  : std::optional<std::int64_t>(i)));
    return {};
  }
  files_.push_back({path, event_format_of(path).value_or(EventFormat::records), std::nullopt});
  return {};
}

Result<void> EventSet::add_folder(const std::filesystem::path& folder, std::optional<std::int64_t> label) {
  std::error_code problem;
  std::vector<File> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    const auto format = event_format_of(entry.path());
    if (!format || entry.path().filename().string().starts_with('.')) continue;
    files.push_back({entry.path(), *format, label});
    if (files_.size() + files.size() > kMostFiles)
      return Error(ErrorKind::limit, "'" + escaped(folder.string()) + "' holds more than " +
                                         std::to_string(kMostFiles) + " files");
  }
  if (problem) return cannot_list(folder, problem);
  if (files.empty())
    return Error(ErrorKind::invalid, "the folder '" + escaped(folder.string()) + "' holds no events",
                 "files that end in .bin, .dat, .aedat or .csv are its samples");
  std::ranges::sort(files, {}, &File::path);
  for (const File& file : files)
    if (file.format != files.front().format)
      return Error(ErrorKind::invalid,
                   "the folder '" + escaped(folder.string()) + "' holds samples of two formats",
                   "'" + escaped(files.front().path.filename().string()) + "' and '" +
                       escaped(file.path.filename().string()) + "': name the files themselves");
  files_.insert(files_.end(), files.begin(), files.end());
  return {};
}

Result<Binned> EventSet::read(const File& file) const {
  EventOptions options = options_;
  if (are_many_) options.samples = {};
  TRY(Events events, read_events(file.path, file.format, options));
  return bin(std::move(events), grid_);
}

Result<Binned> EventSet::read_hdf5(std::uint64_t first, std::uint64_t count) const {
  const std::uint64_t in_file = hdf5_->samples() > 0 ? options_.samples.first + first : 0;
  TRY(const hdf5::Object values,
      hdf5::read(file_and_member(files_.front().path).first, hdf5_->parts(in_file, count)));
  TRY(Events events, hdf5_->events(values, in_file, count, options_));
  return bin(std::move(events), grid_);
}

/// Counts a part in, and keeps it while there is room.
Result<void> EventSet::take(Binned part, bool can_be_read_again) {
  if (samples_ == 0) {
    shape_ = part.shape;
    format_ = part.format;
    unit_ = part.unit;
    dt_ms_ = part.dt_ms;
    has_end_ = part.has_end;
  }
  if (part.shape != shape_)
    return file_error(part.name, "the file is of another shape than those before it", to_string(shape_),
                      to_string(part.shape));
  has_end_ = has_end_ && part.has_end;
  steps_ = std::max(steps_, part.steps);
  highest_ = std::max(highest_, part.highest);
  events_ += part.spikes.size();
  labels_.insert(labels_.end(), part.labels.begin(), part.labels.end());
  const std::uint32_t first = samples_;
  samples_ += static_cast<std::uint32_t>(part.samples());
  are_all_held_ = are_all_held_ && (!can_be_read_again || events_ <= most_held_);
  if (are_all_held_)
    held_.push_back({first, std::move(part)});
  else
    held_ = {};
  return {};
}

Result<void> EventSet::scan_hdf5() {
  const auto [path, member] = file_and_member(files_.front().path);
  TRY(const hdf5::Object structure, hdf5::read(path, {}));
  TRY(hdf5_, Hdf5Events::find(path.string(), structure, member));
  if (hdf5_->samples() == 0) {
    TRY(Binned all, read_hdf5(0, 0));
    return take(std::move(all), false);
  }
  TRY(const SampleRange range, resolved_range(path.string(), options_.samples, hdf5_->samples()));
  const std::uint64_t count = *range.end - range.first;
  for (std::uint64_t first = 0; first < count; first += hdf5_->samples_each()) {
    TRY(Binned part, read_hdf5(first, std::min(hdf5_->samples_each(), count - first)));
    TRY_VOID(take(std::move(part), true));
  }
  return {};
}

Result<void> EventSet::scan() {
  are_many_ = files_.size() > 1;
  if (are_many_) {
    // The range is one of files: each is a sample.
    TRY(const SampleRange range, resolved_range(name_, options_.samples, files_.size()));
    files_ = {files_.begin() + static_cast<std::ptrdiff_t>(range.first),
              files_.begin() + static_cast<std::ptrdiff_t>(*range.end)};
  } else if (files_.front().format == EventFormat::hdf5) {
    return scan_hdf5();
  }
  for (const File& file : files_) {
    if (file.format == EventFormat::hdf5)
      return file_error(file.path.string(), "an HDF5 file is a data set of its own", "a single one");
    TRY(Binned part, read(file));
    if (are_many_ && part.samples() != 1)
      return file_error(file.path.string(), "the file holds several samples",
                        "one, where several files are given", std::to_string(part.samples()));
    if (file.label) part.labels.assign(1, *file.label);
    TRY_VOID(take(std::move(part), are_many_));
  }
  return {};
}

Result<EventSet> EventSet::open(const std::vector<std::filesystem::path>& paths, const EventOptions& options,
                                const Grid& grid, std::uint64_t most_held) {
  EventSet set(options, grid);
  set.most_held_ = most_held;
  set.name_ = paths.front().string();
  for (const auto& path : paths) TRY_VOID(set.add(path));
  TRY_VOID(set.scan());
  if (set.labels_.size() != set.samples_) set.labels_.clear();
  return set;
}

Result<void> EventSet::hold(std::uint32_t first, std::uint32_t count) {
  if (are_all_held_) return {};
  const std::uint32_t end = first + count;
  if (!held_.empty() && first >= held_.front().first &&
      end <= held_.back().first + held_.back().part.samples())
    return {};
  held_.clear();
  for (std::uint32_t at = first; at < end;) {
    const auto each =
        are_many_ ? 1 : static_cast<std::uint32_t>(std::min<std::uint64_t>(hdf5_->samples_each(), end - at));
    TRY(Binned part, are_many_ ? read(files_[at]) : read_hdf5(at, each));
    held_.push_back({at, std::move(part)});
    at += each;
  }
  return {};
}

std::span<const Spike> EventSet::sample(std::uint32_t index) const {
  const auto behind = std::ranges::upper_bound(held_, index, {}, &Held::first);
  const Held& held = *std::prev(behind);
  return held.part.sample(index - held.first);
}

}  // namespace spikeloom::data
