#include "data/event_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <system_error>

#include "data/camera.h"
#include "data/csv.h"
#include "data/event_array.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

constexpr std::uint64_t kKeptSpikes = 1u << 24;  // of many files; 12 bytes each
constexpr std::size_t kMostFiles = 1u << 20;

std::string ending_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return ending;
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

std::optional<EventFormat> event_format_of(const std::filesystem::path& path) {
  const std::string ending = ending_of(path);
  if (ending == ".bin") return EventFormat::nmnist;
  if (ending == ".dat") return EventFormat::dat;
  if (ending == ".aedat" || ending == ".aedat2" || ending == ".aedat4") return EventFormat::aedat;
  if (ending == ".csv") return EventFormat::csv;
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
  return "arrays: .npy, .npz:NAME; events: .bin (N-MNIST), .dat (Prophesee), .aedat, .csv, .npy of records";
}

Result<Events> read_events(const std::filesystem::path& path, EventFormat format,
                           const EventOptions& options) {
  TRY(const InputFile file, InputFile::open(path));
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

void EventSet::take(const Binned& part) {
  if (samples_ == 0) {
    shape_ = part.shape;
    format_ = part.format;
    unit_ = part.unit;
    has_end_ = part.has_end;
  }
  has_end_ = has_end_ && part.has_end;
  steps_ = std::max(steps_, part.steps);
  highest_ = std::max(highest_, part.highest);
  events_ += part.spikes.size();
  samples_ += static_cast<std::uint32_t>(part.samples());
}

Result<void> EventSet::scan() {
  are_many_ = files_.size() > 1;
  if (are_many_) {
    // The range is one of files: each is a sample.
    const SampleRange& range = options_.samples;
    const std::uint64_t end = range.end.value_or(files_.size());
    if (range.first >= files_.size() || end > files_.size() || end <= range.first)
      return file_error(name_, "there are no such samples", "a part of 0:" + std::to_string(files_.size()),
                        std::to_string(range.first) + ":" + (range.end ? std::to_string(end) : ""));
    files_ = {files_.begin() + static_cast<std::ptrdiff_t>(range.first),
              files_.begin() + static_cast<std::ptrdiff_t>(end)};
  }
  bool are_kept = true;
  for (const File& file : files_) {
    TRY(Binned part, read(file));
    if (are_many_ && part.samples() != 1)
      return file_error(file.path.string(), "the file holds several samples",
                        "one, where several files are given", std::to_string(part.samples()));
    if (samples_ > 0 && part.shape != shape_)
      return file_error(file.path.string(), "the file is of another shape than those before it",
                        to_string(shape_), to_string(part.shape));
    if (file.label) labels_.push_back(*file.label);
    if (!are_many_) labels_ = part.labels;
    take(part);
    are_kept = are_kept && (!are_many_ || events_ <= kKeptSpikes);
    if (are_kept)
      held_.push_back(std::move(part));
    else
      held_ = {};
  }
  if (labels_.size() != samples_) labels_.clear();
  return {};
}

Result<EventSet> EventSet::open(const std::vector<std::filesystem::path>& paths, const EventOptions& options,
                                const Grid& grid) {
  EventSet set(options, grid);
  set.name_ = paths.front().string();
  for (const auto& path : paths) TRY_VOID(set.add(path));
  TRY_VOID(set.scan());
  return set;
}

Result<void> EventSet::hold(std::uint32_t first, std::uint32_t count) {
  if (!are_many_) return {};
  if (first >= held_from_ && first + count <= held_from_ + held_.size()) return {};
  held_.clear();
  held_from_ = first;
  for (std::uint32_t i = first; i < first + count; ++i) {
    TRY(Binned part, read(files_[i]));
    held_.push_back(std::move(part));
  }
  return {};
}

std::span<const Spike> EventSet::sample(std::uint32_t index) const {
  return !are_many_ ? held_.front().sample(index) : held_[index - held_from_].sample(0);
}

}  // namespace spikeloom::data
