// Files of events, known by the endings of their names. A folder, or several files, are samples.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/bin.h"
#include "data/hdf5_events.h"

namespace spikeloom::data {

enum class EventFormat { nmnist, dat, aedat, csv, records, hdf5 };

/// By the ending: .bin, .dat, .aedat, .csv, .h5, .hdf5, .nwb (perhaps with ":name" behind it). A `.npy` may
/// hold records or a plain array: see is_event_array.
std::optional<EventFormat> event_format_of(const std::filesystem::path& path);

/// "x.h5:name", "x.csv:name" or "x.aedat4:0" in its two parts; a file of that whole name would be meant
/// first.
std::pair<std::filesystem::path, std::string> file_and_member(const std::filesystem::path& path);

/// What can be read, and for a known ending that cannot, why: for messages.
std::string readable_words(const std::filesystem::path& path);

/// All of a file, but for HDF5: see hdf5_events.h.
Result<Events> read_events(const std::filesystem::path& path, EventFormat format,
                           const EventOptions& options);

/// Samples of events, in steps. Of a data set of many files no more is held than a run asks for at a time.
class EventSet {
 public:
  /// A file; several files of one sample each; or folders of such files. Files of a folder come in the order
  /// of their names, and a folder of folders gives labels: the number that each is named, or, where not all
  /// are numbers, its place among them (as torchvision counts). All files are read once, so that a broken one
  /// is met before anything runs.
  /// Beyond `most_held` spikes they are then dropped, and read again by hold().
  static Result<EventSet> open(const std::vector<std::filesystem::path>& paths, const EventOptions& options,
                               const Grid& grid, std::uint64_t most_held = 1u << 24);

  const std::string& name() const { return name_; }      // of the first file or the folder
  const std::string& format() const { return format_; }  // "N-MNIST"
  TimeUnit unit() const { return unit_; }                // of the times in the files
  std::optional<double> dt_ms() const { return dt_ms_; }
  const Shape& shape() const { return shape_; }  // of one sample; empty: unknown
  std::uint64_t steps() const { return steps_; }
  bool has_end() const { return has_end_; }  // the files say when they end; else silence follows
  std::uint32_t highest() const { return highest_; }
  std::uint32_t samples() const { return samples_; }
  std::uint64_t events() const { return events_; }
  const std::vector<std::int64_t>& labels() const { return labels_; }  // empty, or one a sample

  /// Brings samples [first, first + count) to memory; those before may go.
  Result<void> hold(std::uint32_t first, std::uint32_t count);
  /// Of a sample that is held.
  std::span<const Spike> sample(std::uint32_t index) const;

 private:
  struct File {
    std::filesystem::path path;
    EventFormat format = EventFormat::csv;
    std::optional<std::int64_t> label;
  };
  EventSet(const EventOptions& options, const Grid& grid) : options_(options), grid_(grid) {}
  Result<void> add(const std::filesystem::path& path);
  Result<void> add_folder(const std::filesystem::path& folder, std::optional<std::int64_t> label);
  Result<Binned> read(const File& file) const;
  Result<void> scan();
  Result<void> scan_hdf5();
  Result<void> take(Binned part, bool can_be_read_again);
  Result<Binned> read_hdf5(std::uint64_t first, std::uint64_t count) const;

  EventOptions options_;
  Grid grid_;
  std::vector<File> files_;
  bool are_many_ = false;  // each is a sample; else a single file holds them
  std::string name_, format_;
  TimeUnit unit_ = TimeUnit::step;
  std::optional<double> dt_ms_;
  Shape shape_;
  std::uint64_t steps_ = 0, events_ = 0;
  bool has_end_ = false;
  std::uint32_t highest_ = 0, samples_ = 0;
  std::vector<std::int64_t> labels_;
  std::optional<Hdf5Events> hdf5_;  // of a single file
  struct Held {
    std::uint32_t first = 0;  // sample
    Binned part;
  };
  std::vector<Held> held_;  // one behind the other
  std::uint64_t most_held_ = 0;
  bool are_all_held_ = true;
};

}  // namespace spikeloom::data
