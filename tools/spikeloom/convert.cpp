// spikeloom convert: data from one format to another.
#include <algorithm>
#include <filesystem>
#include <memory>

#include "array_file.h"
#include "choices.h"
#include "data/event_files.h"
#include "data/recording.h"
#include "describe/columns.h"
#include "input_reader.h"
#include "options.h"
#include "support/text.h"
#include "support/try.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

constexpr std::uint64_t kMostSpikes = 1u << 27;
constexpr std::uint64_t kMostElements = 1u << 28;  // of arrays
constexpr std::size_t kChunk = 1u << 20;           // elements read at a time

struct ConvertOptions {
  std::vector<std::string> inputs;
  std::string output, format, name;
  std::optional<std::uint64_t> steps, neurons;
  FileChoice files;
};

std::string stem_of(const std::string& path) {
  const auto [file, member] = data::file_and_member(path);
  if (!member.empty()) return member.substr(0, member.find('/'));
  const auto colon = path.rfind(':');
  if (colon != std::string::npos && path.find('/', colon) == std::string::npos && colon + 1 < path.size())
    return path.substr(colon + 1);
  std::filesystem::path plain = path;
  if (!plain.has_filename()) plain = plain.parent_path();
  std::string stem = plain.stem().string();
  for (const char* ending : {".events", ".spk"})
    if (stem.ends_with(ending)) stem.resize(stem.size() - std::string(ending).size());
  return stem;
}

Error too_large(const std::string& what) {
  return Error(ErrorKind::limit, what, "--samples and --steps take a part of it");
}

class Conversion {
 public:
  Conversion(const ConvertOptions& options, FileRules rules) : options_(options), rules_(std::move(rules)) {}

  Result<void> read(const Terminal& terminal) {
    recording_.info.network = options_.inputs.front();
    recording_.info.version = SPIKELOOM_VERSION;
    recording_.info.dt_ms = rules_.dt_ms;
    recording_.info.first_sample = static_cast<std::uint32_t>(rules_.samples.first);
    TRY(const bool are_events, holds_events(options_.inputs.front()));
    if (are_events) {
      TRY_VOID(read_events());
    } else {
      if (options_.inputs.size() > 1)
        return Error(ErrorKind::usage, "several files are samples only where they hold events",
                     "convert arrays one by one");
      TRY_VOID(read_array());
    }
    const data::Series& series = recording_.series.front();
    terminal.say(escaped(options_.inputs.front()) + ": " + counted(recording_.info.samples, "sample") + ", " +
                 counted(recording_.info.steps, "step") + ", " + to_string(series.shape) +
                 (series.is_spikes ? ", " + counted(series.spikes.size(), "event") : "") + ", " + type_);
    return {};
  }

  Result<void> write(data::Format format, const Terminal& terminal) {
    const auto left_out = data::left_out(format, recording_);
    if (!left_out.empty())
      return Error(ErrorKind::usage, left_out.front(), "a .npz or a .npy holds values, too");
    if (const std::string lost = data::lost_values(format, recording_); !lost.empty())
      terminal.say("warning: " + lost);
    return data::write(recording_, format, options_.output);
  }

  /// What is not 0 as spikes, for formats that hold nothing else.
  void make_spikes() {
    data::Series& series = recording_.series.front();
    if (series.is_spikes) return;
    const std::size_t n = series.neurons(), samples = recording_.info.samples;
    for (std::size_t sample = 0; sample < samples; ++sample) {
      for (std::uint64_t step = 0; step < recording_.info.steps; ++step)
        for (std::size_t i = 0; i < n; ++i)
          if (const float value = series.values[(step * samples + sample) * n + i]; value != 0)
            series.spikes.push_back({static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(i), value});
      series.starts.push_back(series.spikes.size());
    }
    series.values = {};
    series.is_spikes = true;
  }

 private:
  Result<void> read_events() {
    data::EventOptions options = rules_.events;
    options.samples = rules_.samples;
    const data::Grid grid{rules_.dt_ms, options_.steps, options_.neurons, rules_.edge, rules_.several};
    const std::vector<std::filesystem::path> paths(options_.inputs.begin(), options_.inputs.end());
    TRY(data::EventSet set, data::EventSet::open(paths, options, grid));
    if (set.events() > kMostSpikes)
      return too_large("'" + escaped(set.name()) + "' holds more than " + std::to_string(kMostSpikes) +
                       " events");
    if (options_.neurons && !set.shape().empty() && element_count(set.shape()) != *options_.neurons)
      return file_error(options_.inputs.front(), "the file says itself how many neurons it has",
                        to_string(set.shape()), "--neurons " + std::to_string(*options_.neurons),
                        "leave out --neurons");
    TRY_VOID(set.hold(0, set.samples()));
    data::Series series;
    series.name = options_.name.empty() ? stem_of(options_.inputs.front()) : options_.name;
    series.shape = !set.shape().empty() ? set.shape()
                   : options_.neurons   ? Shape{*options_.neurons}
                                        : Shape{set.highest() + std::size_t{1}};
    for (std::uint32_t i = 0; i < set.samples(); ++i) {
      const auto spikes = set.sample(i);
      series.spikes.insert(series.spikes.end(), spikes.begin(), spikes.end());
      series.starts.push_back(series.spikes.size());
    }
    recording_.series.push_back(std::move(series));
    recording_.info.samples = set.samples();
    recording_.info.steps = options_.steps.value_or(set.steps());
    if (!recording_.info.dt_ms) recording_.info.dt_ms = set.dt_ms();
    recording_.labels = set.labels();
    type_ = set.format();
    if (set.unit() != data::TimeUnit::step) type_ += " in steps of " + number_text(*rules_.dt_ms) + " ms";
    return {};
  }

  /// [steps], [steps, neurons] or [steps, samples, ...shape].
  Result<void> read_array() {
    TRY(const ArrayFile array, ArrayFile::open(options_.inputs.front()));
    const Shape& shape = array.shape();
    const bool are_samples_first = rules_.layout == Layout::samples_first;
    if (shape.empty() || (are_samples_first && shape.size() < 3))
      return file_error(options_.inputs.front(), "this array has no time axis, or no samples",
                        are_samples_first ? "[samples, steps, ...neurons]"
                                          : "[steps], [steps, neurons] or [steps, samples, ...neurons]",
                        to_string(shape));
    ModelInput like;  // what a network would be that takes this array
    like.name = options_.name.empty() ? stem_of(options_.inputs.front()) : options_.name;
    like.shape = {shape.begin() + (shape.size() > 2 ? 2 : 1), shape.end()};
    like.size = element_count(like.shape);
    like.constant = false;
    DataRequest request;
    request.rules = rules_;
    TRY(const auto reader, open_array_input(like, options_.inputs.front(), request));
    const std::uint64_t steps = std::min(reader->steps, options_.steps.value_or(reader->steps));
    if (!checked_count({steps, reader->samples, like.size}, kMostElements))
      return too_large("'" + escaped(options_.inputs.front()) + "' holds more than " +
                       std::to_string(kMostElements) + " values");
    data::Series series;
    series.name = like.name;
    series.shape = like.shape.empty() ? Shape{1} : like.shape;
    series.is_spikes = false;
    const std::size_t row = reader->samples * like.size;
    series.values.resize(steps * row);
    const std::uint64_t each = std::max<std::uint64_t>(1, kChunk / std::max<std::size_t>(row, 1));
    for (std::uint64_t step = 0; step < steps; step += each) {
      const auto count = static_cast<std::uint32_t>(std::min(each, steps - step));
      TRY_VOID(reader->read(step, count, 0, reader->samples,
                            std::span(series.values).subspan(step * row, count * row)));
    }
    recording_.info.samples = reader->samples;
    recording_.info.steps = steps;
    recording_.labels = reader->labels;
    type_ = array.type();
    const bool are_counts = array.is_integer();
    recording_.series.push_back(std::move(series));
    if (are_counts) make_spikes();
    return {};
  }

  const ConvertOptions& options_;
  FileRules rules_;
  data::Recording recording_;
  std::string type_;
};

Result<void> converted(const ConvertOptions& options, const Terminal& terminal) {
  TRY(const data::Format format, data::format_of(options.output, options.format));
  TRY(FileRules rules, options.files.rules({}));
  Conversion conversion(options, std::move(rules));
  TRY_VOID(conversion.read(terminal));
  if (format == data::Format::csv || format == data::Format::sonata || format == data::Format::nwb ||
      options.output.ends_with(".events.npy"))
    conversion.make_spikes();
  TRY_VOID(conversion.write(format, terminal));
  terminal.say("wrote " + escaped(options.output));
  return {};
}

}  // namespace

void declare_convert(OptionSet& set, Action& action) {
  auto options = std::make_shared<ConvertOptions>();
  set.option("input", options->inputs, "what is read: a file, several files of one sample each, or a folder")
      .required()
      .value_name("FILE");
  set.option("-o,--output", options->output,
             "what is written: .npy, .events.npy, .npz, .csv, .nwb, or .h5 with --format")
      .required()
      .value_name("FILE");
  set.option("--format", options->format, "of the output, where its ending does not say it")
      .value_name("npy|npz|csv|sonata|nwb|nirdata");
  set.option("--dt", options->files.bin_ms, "ms a step: --bin by another name").value_name("MS");
  set.option("--steps", options->steps, "steps to take (as many as there are)")
      .between(std::uint64_t{0}, std::uint64_t{UINT32_MAX})
      .value_name("N");
  set.option("--neurons", options->neurons, "of a list of spikes that does not say it (the highest, and 1)")
      .between(std::uint64_t{1}, std::uint64_t{1} << 31)
      .value_name("N");
  set.option("--name", options->name, "what the signal is called in the output (as the input file)")
      .value_name("NAME");
  options->files.declare(set);
  action = [options](const Terminal& terminal) {
    const auto done = converted(*options, terminal);
    return done ? 0 : fail(terminal, done.error());
  };
}

}  // namespace spikeloom::tool
