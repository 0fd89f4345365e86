#include "recorded.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "arrays/files.h"
#include "arrays/npz.h"
#include "json/json.h"
#include "support/file.h"
#include "support/report.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

constexpr std::uint64_t kRead = 1u << 18;          // elements read at a time
constexpr std::uint64_t kMostRunJson = 64u << 20;  // bytes

/// [steps], [steps, neurons] or [steps, samples, ...shape]; with a known shape of one sample, just that.
Result<Recorded> recorded_of(const std::string& path, const std::optional<Shape>& sample_shape) {
  TRY(ArrayFile file, ArrayFile::open(path));
  const auto colon = path.rfind(".npz:");
  std::string stem =
      colon != std::string::npos ? path.substr(colon + 5) : std::filesystem::path(path).stem().string();
  bool is_named_spikes = false;
  for (const char* ending : {".spk", ".events"})
    if (stem.ends_with(ending)) {
      stem.resize(stem.size() - std::string(ending).size());
      is_named_spikes = true;
    }
  Recorded recorded{stem, Recorded::Kind::values, std::move(file), 0, 1, 1, {}, {}, 0};
  if (is_named_spikes || recorded.file.is_integer() || recorded.file.is_events())
    recorded.kind = Recorded::Kind::spikes;
  const Shape& shape = recorded.file.shape();
  if (recorded.file.is_events()) {
    // The extents lie in the events themselves.
    std::vector<ArrayFile::Event> events;
    for (std::uint64_t first = 0; first < recorded.file.size(); first += events.size()) {
      events.resize(std::min<std::uint64_t>(kRead, recorded.file.size() - first));
      TRY_VOID(recorded.file.read_events(first, events));
      for (const auto& event : events) {
        recorded.steps = std::max<std::uint64_t>(recorded.steps, std::uint64_t{event.step} + 1);
        recorded.samples =
            std::max(recorded.samples, event.sample == UINT32_MAX ? UINT32_MAX : event.sample + 1);
        recorded.neurons = std::max<std::uint64_t>(recorded.neurons, std::uint64_t{event.neuron} + 1);
      }
    }
    if (sample_shape) recorded.neurons = element_count(*sample_shape);
    return recorded;
  }
  const auto refused = [&](std::string what) {
    Diagnostic d;
    d.file = path;
    d.what = std::move(what);
    d.expected = "[steps], [steps, neurons] or [steps, samples, ...]";
    d.got = to_string(shape);
    return Error(std::vector<Diagnostic>{std::move(d)});
  };
  if (shape.empty()) return refused("this array has no time axis");
  const bool has_samples = sample_shape ? shape.size() == sample_shape->size() + 2 : shape.size() > 2;
  recorded.steps = shape[0];
  std::size_t axis = 1;
  if (has_samples) {
    if (shape[1] > UINT32_MAX) return refused("this array has too many samples");
    recorded.samples = static_cast<std::uint32_t>(shape[1]);
    axis = 2;
  }
  for (; axis < shape.size(); ++axis) recorded.neurons *= shape[axis];
  if (recorded.neurons == 0 || recorded.samples == 0) return refused("this array is empty");
  return recorded;
}

Result<void> add_run(const std::filesystem::path& folder, RecordedRun& run) {
  const std::string file = (folder / "run.json").string();
  TRY(const std::string text, read_text_file(file, kMostRunJson));
  TRY(const auto document, json::Document::parse(text, file));
  const json::Value root = document->root();
  const json::Value recordings = root.find("recordings");
  if (!root.is(json::Kind::object) || !recordings.is(json::Kind::array))
    return Error(std::vector<Diagnostic>{
        root.at("this is not the run.json of a run", "an object with \"recordings\"")});
  if (const auto name = root.find("name"); name.is(json::Kind::string)) run.title = name.string();
  if (const auto dt = root.find("dt"); dt.is(json::Kind::number) && dt.number() > 0) run.dt_ms = dt.number();
  std::uint64_t first_step = 0, steps = 0;
  if (const auto first = root.find("first_step"); first && first.is_integer() && first.integer() >= 0)
    first_step = static_cast<std::uint64_t>(first.integer());
  if (const auto count = root.find("steps"); count && count.is_integer() && count.integer() >= 0)
    steps = static_cast<std::uint64_t>(count.integer());
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    const json::Value entry = recordings[i];
    const auto word = [&](const char* key) {
      const json::Value value = entry.is(json::Kind::object) ? entry.find(key) : json::Value();
      return value.is(json::Kind::string) ? value.string() : std::string();
    };
    const std::string name = word("file"), signal = word("signal");
    // Only plain names of this folder: run.json may come from anyone.
    if (name.empty() || signal.empty() || std::filesystem::path(name).filename() != name || name == "..")
      return Error(std::vector<Diagnostic>{entry.at("this recording has no file and signal of its own")});
    std::optional<Shape> shape;
    if (const auto extents = entry.find("shape"); extents.is(json::Kind::array)) {
      shape.emplace();
      for (std::size_t axis = 0; axis < extents.size(); ++axis)
        if (extents[axis].is(json::Kind::number) && extents[axis].is_integer() &&
            extents[axis].integer() > 0 && extents[axis].integer() <= INT32_MAX)
          shape->push_back(static_cast<std::size_t>(extents[axis].integer()));
      if (shape->size() != extents.size()) shape.reset();
    }
    TRY(Recorded recorded, recorded_of((folder / name).string(), shape));
    recorded.name = signal;
    recorded.kind = word("kind") == "values" ? Recorded::Kind::values : Recorded::Kind::spikes;
    recorded.quantity = word("quantity");
    recorded.first_step = recorded.file.is_events() ? 0 : first_step;
    if (recorded.file.is_events()) recorded.steps = std::max(recorded.steps, first_step + steps);
    if (const auto threshold = entry.find("threshold"); threshold.is(json::Kind::number))
      recorded.threshold = static_cast<float>(threshold.number());
    const bool is_known =
        std::ranges::any_of(run.recordings, [&](const Recorded& r) { return r.name == recorded.name; });
    if (!is_known) run.recordings.push_back(std::move(recorded));
  }
  return {};
}

/// Every array of an .npz, the classes of its samples aside.
Result<void> add_members(const std::string& path, RecordedRun& run) {
  TRY(const InputFile file, InputFile::open(path));
  TRY(const std::vector<std::string> members, npz_members(bytes_of(file)));
  for (const std::string& member : members) {
    if (member == "labels" && members.size() > 1) continue;
    TRY(Recorded recorded, recorded_of(path + ":" + member, {}));
    run.recordings.push_back(std::move(recorded));
  }
  if (!run.recordings.empty()) return {};
  return Error(ErrorKind::invalid, "'" + escaped(path) + "' holds no arrays");
}

}  // namespace

Result<void> Recorded::visit(std::uint32_t sample, std::uint64_t begin, std::uint64_t end, bool all,
                             const Visit& take) const {
  if (file.is_events()) {
    std::vector<ArrayFile::Event> events;
    for (std::uint64_t first = 0; first < file.size(); first += events.size()) {
      events.resize(std::min<std::uint64_t>(kRead, file.size() - first));
      TRY_VOID(file.read_events(first, events));
      for (const auto& event : events)
        if (event.sample == sample && event.step >= begin && event.step < end && event.neuron < neurons)
          take(event.step, event.neuron, 1.0f);
    }
    return {};
  }
  begin = std::max(begin, first_step);
  end = std::min(end, first_step + steps);
  // With one sample, steps follow each other in the file and are read many at a time.
  const std::uint64_t steps_each = samples == 1 ? std::max<std::uint64_t>(1, kRead / neurons) : 1;
  std::vector<float> rows;
  for (std::uint64_t step = begin; step < end; step += steps_each) {
    const std::uint64_t count = std::min(steps_each, end - step);
    for (std::uint64_t part = 0; part < neurons * count; part += kRead) {
      rows.resize(std::min(kRead, neurons * count - part));
      TRY_VOID(file.read(((step - first_step) * samples + sample) * neurons + part, rows));
      for (std::size_t i = 0; i < rows.size(); ++i)
        if (all || rows[i] != 0) take(step + (part + i) / neurons, (part + i) % neurons, rows[i]);
    }
  }
  return {};
}

Result<void> add_recorded(const std::string& path, RecordedRun& run) {
  std::error_code problem;
  if (!std::filesystem::is_directory(path, problem)) {
    if (array_file_kind(path) == ArrayFileKind::npz) return add_members(path, run);
    TRY(Recorded recorded, recorded_of(path, {}));
    run.recordings.push_back(std::move(recorded));
    return {};
  }
  const std::filesystem::path folder = path;
  if (std::filesystem::exists(folder / "run.json", problem)) return add_run(folder, run);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem))
    if (entry.path().extension() == ".npy") files.push_back(entry.path().string());
  if (problem)
    return Error(ErrorKind::io, "cannot read the folder '" + escaped(path) + "': " + problem.message());
  if (files.empty())
    return Error(ErrorKind::invalid,
                 "the folder '" + escaped(path) + "' holds neither run.json nor .npy files");
  std::ranges::sort(files);
  for (const std::string& file : files) {
    TRY(Recorded recorded, recorded_of(file, {}));
    run.recordings.push_back(std::move(recorded));
  }
  return {};
}

}  // namespace spikeloom::tool
