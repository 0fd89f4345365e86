// What is written: signals of a run, or converted data, and what the header of every format says of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/bin.h"

namespace spikeloom::data {

struct RunInfo {
  std::string network;                // its name; of converted data, the file it came from
  std::string version;                // of spikeloom
  std::optional<double> dt_ms;        // ms per step
  std::optional<std::uint64_t> seed;  // absent: nothing was run
  std::uint64_t first_step = 0, steps = 0;
  std::uint32_t first_sample = 0, samples = 1;
};

/// One signal, as spikes or as values.
struct Series {
  std::string name;  // "spikes", "lif1.mem"
  Shape shape;       // of one sample
  bool is_spikes = true;
  std::vector<std::uint64_t> starts{0};  // spikes of sample i, as in Binned
  std::vector<Spike> spikes;             // steps counted from the first recorded one
  std::vector<float> values;             // [steps][samples][neurons]

  std::size_t neurons() const { return element_count(shape); }
  /// True if a spike carries another value than 1.
  bool is_graded() const;
};

struct Recording {
  RunInfo info;
  std::vector<Series> series;
  std::vector<std::int64_t> labels;  // of the samples, where the data has any
};

enum class Format { npy, npz, csv, sonata, nwb, nirdata };

/// By --format, or by the ending of the name; where the ending has several meanings, an error asks which is
/// meant.
Result<Format> format_of(const std::filesystem::path& path, const std::string& asked);

/// What a format has no place for, in words for the user: "lif1.mem holds values".
std::vector<std::string> left_out(Format format, const Recording& recording);

/// What a format that holds times alone does not keep of these spikes, in words for the user; "" if nothing.
std::string lost_values(Format format, const Recording& recording);

Result<void> write(const Recording& recording, Format format, const std::filesystem::path& path);

/// {"spikeloom": version, "network": ..., "dt": ..., "steps": ..., "seed": ...}
std::string info_json(const RunInfo& info);

}  // namespace spikeloom::data
