// SONATA spikes, NWB units and NIRData: trees for hdf5_bytes().
#include <array>
#include <cstdio>

#include "data/hdf5_tree.h"
#include "data/write.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

constexpr std::size_t kMostGroups = 2000;       // samples of a SONATA file: each is a population
constexpr std::uint64_t kMostUnits = 1u << 22;  // rows of an NWB table
constexpr std::uint64_t kMostElements = 1u << 30;

Result<double> dt_of(const RunInfo& info) {
  if (info.dt_ms) return *info.dt_ms;
  return Error(ErrorKind::usage, "times need to know how long a step is",
               "give the graph its \"dt\" in ms (convert: --dt MS)");
}

Error too_large(const std::string& what, std::uint64_t most) {
  return Error(ErrorKind::limit, what + ": at most " + std::to_string(most),
               "--samples takes a part of a data set");
}

std::span<const Spike> sample_of(const Series& series, std::size_t sample) {
  if (sample + 1 >= series.starts.size()) return {};
  return std::span(series.spikes)
      .subspan(series.starts[sample], series.starts[sample + 1] - series.starts[sample]);
}

/// An identifier of the form that NWB asks for. It depends on what is written alone: the same run, the same
/// file.
std::string identifier(const std::string& of) {
  std::uint64_t a = 0xcbf29ce484222325u, b = 0x9e3779b97f4a7c15u;
  for (const char c : of) {
    a = (a ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    b = (b ^ a) * 0xff51afd7ed558ccdu;
  }
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-8%03x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(a & 0xfff),
                static_cast<unsigned>(b >> 48 & 0xfff),
                static_cast<unsigned long long>(b & 0xffffffffffffull));
  return text.data();
}

}  // namespace

/// "SONATA data format", spike trains: /spikes/<population>, timestamps in ms, node_ids.
Result<void> write_sonata(const Recording& recording, const std::filesystem::path& path) {
  const RunInfo& info = recording.info;
  TRY(const double dt, dt_of(info));
  if (std::uint64_t{info.samples} * recording.series.size() > kMostGroups)
    return too_large("a SONATA file has a population for each sample", kMostGroups);
  Hdf5Object root;
  root.attribute("magic", Hdf5Array::unsigned32({0x0A7A}, {}));
  root.attribute("version", Hdf5Array::unsigned32({0, 1}, {2}));
  root.attribute("run", Hdf5Array::text(info_json(info)));
  Hdf5Object& spikes = root.group("spikes");
  for (const Series& series : recording.series) {
    if (!series.is_spikes) continue;
    for (std::uint32_t sample = 0; sample < info.samples; ++sample) {
      const std::string name = series.name + (info.samples > 1 ? ".sample" + std::to_string(sample) : "");
      std::vector<double> times;
      std::vector<std::uint64_t> nodes;
      for (const Spike& spike : sample_of(series, sample)) {
        times.push_back(time_of(info.first_step + spike.step, dt));
        nodes.push_back(spike.neuron);
      }
      Hdf5Object& population = spikes.group(name);
      population.attribute(
          "sorting", {Hdf5Array::Type::choice, {}, std::string(1, '\2'), {}, {"none", "by_id", "by_time"}});
      population.attribute("nodes", Hdf5Array::whole(static_cast<std::int64_t>(series.neurons())));
      const Shape shape = {times.size()};
      population.dataset("timestamps", Hdf5Array::numbers(times, shape))
          .attribute("units", Hdf5Array::text("milliseconds"));
      population.dataset("node_ids", Hdf5Array::unsigned_wholes(nodes, shape));
    }
  }
  return write_whole(path, hdf5_bytes(root));
}

/// NWB 2.6, /units: a row a neuron (and sample, and signal), spike_times in s.
Result<void> write_nwb(const Recording& recording, const std::filesystem::path& path) {
  const RunInfo& info = recording.info;
  TRY(const double dt, dt_of(info));
  const std::string run = info_json(info);
  std::uint64_t rows = 0;
  for (const Series& series : recording.series)
    if (series.is_spikes) rows += std::uint64_t{info.samples} * series.neurons();
  if (rows > kMostUnits) return too_large("an NWB file has a unit for each neuron and sample", kMostUnits);
  std::vector<double> times;
  std::vector<std::uint64_t> ends;
  std::vector<std::int64_t> ids, neurons, samples;
  std::vector<std::string> signals;
  const double width = width_of(dt, TimeUnit::s);
  for (const Series& series : recording.series) {
    if (!series.is_spikes) continue;
    for (std::uint32_t sample = 0; sample < info.samples; ++sample) {
      std::vector<std::vector<std::uint32_t>> trains(series.neurons());
      for (const Spike& spike : sample_of(series, sample))
        if (spike.neuron < trains.size()) trains[spike.neuron].push_back(spike.step);
      for (std::size_t neuron = 0; neuron < trains.size(); ++neuron) {
        for (const std::uint32_t step : trains[neuron])
          times.push_back(time_of(info.first_step + step, width));
        ends.push_back(times.size());
        ids.push_back(static_cast<std::int64_t>(ids.size()));
        neurons.push_back(static_cast<std::int64_t>(neuron));
        samples.push_back(sample);
        signals.push_back(series.name);
      }
    }
  }
  int objects = 0;
  const auto typed = [&](Hdf5Object& object, const char* space, const char* type) -> Hdf5Object& {
    object.attribute("namespace", Hdf5Array::text(space));
    object.attribute("neurodata_type", Hdf5Array::text(type));
    object.attribute("object_id", Hdf5Array::text(identifier(run + std::to_string(++objects))));
    return object;
  };
  Hdf5Object root;
  root.attribute("nwb_version", Hdf5Array::text("2.6.0"));
  typed(root, "core", "NWBFile");
  // A simulation has no date: its time 0 stands where the clocks of computers begin.
  const char* const kStart = "1970-01-01T00:00:00+00:00";
  root.dataset("file_create_date", Hdf5Array::list({kStart}));
  root.dataset("identifier", Hdf5Array::text(identifier(run)));
  root.dataset("session_description", Hdf5Array::text(run));
  root.dataset("session_start_time", Hdf5Array::text(kStart));
  root.dataset("timestamps_reference_time", Hdf5Array::text(kStart));
  for (const char* name : {"acquisition", "analysis", "general", "processing"}) root.group(name);
  root.group("general").dataset("notes", Hdf5Array::text(run));
  root.group("stimulus").group("presentation");
  root.group("stimulus").group("templates");
  Hdf5Object& units = typed(root.group("units"), "core", "Units");
  units.attribute("colnames", Hdf5Array::list({"spike_times", "neuron", "sample", "signal"}));
  units.attribute("description",
                  Hdf5Array::text("spikes of a run of spikeloom; one row a neuron and sample"));
  const Shape table = {ids.size()};
  typed(units.dataset("id", Hdf5Array::wholes(ids, table)), "hdmf-common", "ElementIdentifiers");
  const auto column = [&](const char* name, Hdf5Array values, const char* description,
                          const char* type) -> Hdf5Object& {
    Hdf5Object& data = typed(units.dataset(name, std::move(values)), "hdmf-common", type);
    return data.attribute("description", Hdf5Array::text(description));
  };
  column("spike_times", Hdf5Array::numbers(times, {times.size()}), "in s", "VectorData")
      .attribute("resolution", Hdf5Array::number(width));
  column("spike_times_index", Hdf5Array::unsigned_wholes(ends, table), "where the spikes of a row end",
         "VectorIndex")
      .attribute("target", {Hdf5Array::Type::reference, {}, {}, {"spike_times"}, {}});
  column("neuron", Hdf5Array::wholes(neurons, table), "within the signal, row-major", "VectorData");
  column("sample", Hdf5Array::wholes(samples, table), "of the run", "VectorData");
  column("signal", Hdf5Array::list(signals), "of the network", "VectorData");
  return write_whole(path, hdf5_bytes(root));
}

/// NIR's NIRGraphData, as nir.write_data writes it: gridded data [samples, steps, neurons], dt in s.
Result<void> write_nirdata(const Recording& recording, const std::filesystem::path& path) {
  const RunInfo& info = recording.info;
  TRY(const double dt, dt_of(info));
  Hdf5Object root;
  root.attribute("__type__", Hdf5Array::text("NIRGraphData"));
  root.attribute("run", Hdf5Array::text(info_json(info)));
  Hdf5Object& nodes = root.group("nodes");
  for (const Series& series : recording.series) {
    const std::size_t n = series.neurons();
    const Shape shape = {info.samples, info.steps, n};
    const auto count = checked_count(shape, kMostElements);
    if (!count) return too_large("elements of '" + escaped(series.name) + "'", kMostElements);
    // "lif1.mem" is an observable of node lif1; an output stands for itself.
    const auto dot = series.name.rfind('.');
    const std::string node = series.name.substr(0, dot);
    const std::string key = dot == std::string::npos || series.name.substr(dot) == ".spk"
                                ? (series.is_spikes ? "spikes" : "values")
                                : series.name.substr(dot + 1);
    Hdf5Object& of_node = nodes.group(node);
    if (of_node.attributes.empty()) of_node.attribute("__type__", Hdf5Array::text("NIRNodeData"));
    Hdf5Object& observable = of_node.group("observables").group(key);
    if (!observable.children.empty())
      return Error(ErrorKind::usage,
                   "two signals would both be '" + escaped(node + "/" + key) + "' of the file",
                   "rename the output in the graph, or record less");
    observable.attribute("__type__", Hdf5Array::text("TimeGriddedData"));
    observable.attribute("dt", Hdf5Array::number(width_of(dt, TimeUnit::s)));
    if (series.is_spikes && !series.is_graded()) {
      std::string bits(*count, '\0');
      for (std::size_t sample = 0; sample < info.samples; ++sample)
        for (const Spike& spike : sample_of(series, sample))
          if (spike.step < info.steps && spike.neuron < n)
            bits[(sample * info.steps + spike.step) * n + spike.neuron] = 1;
      observable.dataset("data", Hdf5Array::booleans(std::move(bits), shape));
      continue;
    }
    std::vector<float> values(*count);
    for (std::size_t sample = 0; sample < info.samples; ++sample) {
      for (const Spike& spike : sample_of(series, sample))
        if (spike.step < info.steps && spike.neuron < n)
          values[(sample * info.steps + spike.step) * n + spike.neuron] = spike.value;
      if (series.values.empty()) continue;
      for (std::size_t step = 0; step < info.steps; ++step)
        for (std::size_t j = 0; j < n; ++j)
          values[(sample * info.steps + step) * n + j] =
              series.values[(step * info.samples + sample) * n + j];
    }
    observable.dataset("data", Hdf5Array::floats(values, shape));
  }
  return write_whole(path, hdf5_bytes(root));
}

}  // namespace spikeloom::data
