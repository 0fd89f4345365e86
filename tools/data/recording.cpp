#include "data/recording.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "data/write.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

struct FormatName {
  const char* name;
  Format format;
};
constexpr std::array<FormatName, 6> kFormats = {{{"npy", Format::npy},
                                                 {"npz", Format::npz},
                                                 {"csv", Format::csv},
                                                 {"sonata", Format::sonata},
                                                 {"nwb", Format::nwb},
                                                 {"nirdata", Format::nirdata}}};

}  // namespace

bool Series::is_graded() const {
  return std::ranges::any_of(spikes, [](const Spike& s) { return s.value != 1; });
}

Result<Format> format_of(const std::filesystem::path& path, const std::string& asked) {
  if (!asked.empty()) {
    std::vector<std::string> names;
    for (const FormatName& f : kFormats) {
      if (asked == f.name) return f.format;
      names.emplace_back(f.name);
    }
    const std::string near = nearest_name(asked, names);
    return Error(ErrorKind::usage, "there is no format '" + escaped(asked, Quotes::keep, 40) + "'",
                 near.empty() ? "known: " + listed(names, "and") : "did you mean '" + near + "'?");
  }
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (ending == ".npy") return Format::npy;
  if (ending == ".npz") return Format::npz;
  if (ending == ".csv") return Format::csv;
  if (ending == ".nwb") return Format::nwb;
  if (ending == ".h5" || ending == ".hdf5")
    return Error(ErrorKind::usage, "'" + escaped(path.string()) + "' could be written in two formats",
                 "--format sonata or --format nirdata says which");
  return Error(ErrorKind::usage, "'" + escaped(path.string()) + "' does not say which format is meant",
               "end it in .npy, .npz, .csv or .nwb, or give --format: sonata and nirdata are others");
}

std::vector<std::string> left_out(Format format, const Recording& recording) {
  std::vector<std::string> words;
  if (format == Format::csv || format == Format::sonata || format == Format::nwb)
    for (const Series& series : recording.series)
      if (!series.is_spikes)
        words.push_back("'" + escaped(series.name) + "' holds values, and the file only spikes");
  return words;
}

std::string lost_values(Format format, const Recording& recording) {
  if (format != Format::sonata && format != Format::nwb) return {};
  std::size_t graded = 0, all = 0;
  for (const Series& series : recording.series) {
    graded += static_cast<std::size_t>(
        std::ranges::count_if(series.spikes, [](const Spike& s) { return s.value != 1; }));
    all += series.spikes.size();
  }
  if (graded == 0) return {};
  return std::to_string(graded) + " of " + std::to_string(all) +
         " spikes have another value than 1, which the file does not keep: a .csv, .npz or NIRData does";
}

std::string info_json(const RunInfo& info) {
  const auto number = [](double value) {
    std::array<char, 40> text{};
    return std::string(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
  };
  std::string network;
  for (const char c : escaped(info.network, Quotes::keep, 400)) {
    if (c == '"' || c == '\\') network += '\\';
    network += c;
  }
  return "{\"spikeloom\": \"" + info.version + "\", \"network\": \"" + network +
         "\", \"dt\": " + (info.dt_ms ? number(*info.dt_ms) : "null") +
         ", \"first_step\": " + std::to_string(info.first_step) +
         ", \"steps\": " + std::to_string(info.steps) +
         ", \"first_sample\": " + std::to_string(info.first_sample) +
         ", \"samples\": " + std::to_string(info.samples) +
         ", \"seed\": " + (info.seed ? std::to_string(*info.seed) : "null") + "}";
}

Result<void> write(const Recording& recording, Format format, const std::filesystem::path& path) {
  switch (format) {
    case Format::npy:
      return write_npy(recording, path);
    case Format::npz:
      return write_npz(recording, path);
    case Format::csv:
      return write_csv(recording, path);
    case Format::sonata:
      return write_sonata(recording, path);
    case Format::nwb:
      return write_nwb(recording, path);
    case Format::nirdata:
      return write_nirdata(recording, path);
  }
  return {};
}

}  // namespace spikeloom::data
