#include "choices.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "data/pixels.h"
#include "interval.h"
#include "machine/calibration.h"
#include "options.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

// Splitting costs little; swapping costs a lot.
constexpr std::uint64_t kComfortableBytes = 1ull << 30;

/// The parser lets "-1" through where an option is optional and unsigned.
std::string whole_number(const std::string& text) {
  const bool is_one = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return is_one ? "" : "'" + text + "' is not a whole number";
}

/// The number that is all of the text; NaN if it is none.
double number_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end != text.c_str() && *end == '\0' ? value : std::numeric_limits<double>::quiet_NaN();
}

/// A number above 0 that a step may last.
std::string is_width(const std::string& text) {
  const double value = number_of(text);
  return value > 0 && value < 1e9 ? "" : "'" + text + "' is not a time above 0, in ms";
}

}  // namespace

void NetworkChoice::declare(OptionSet& set) {
  set.option("network", file, "the graph file, or a NIR file").required().value_name("NETWORK.json");
  set.flag("--tensors-anywhere", tensors_anywhere, "let the graph read tensor files outside its own folder");
  nir.declare(set);
}

void say_assumed(const Network& network, const Terminal& terminal) {
  for (const std::string& line : network.assumed) terminal.say("assumed: " + escaped(line));
}

Result<Network> NetworkChoice::load(const Terminal& terminal) const {
  TRY(Network network, load_network(file, options()));
  terminal.diagnostics(network.problems);
  say_assumed(network, terminal);
  return network;
}

void MachineChoice::declare(OptionSet& set) {
  set.option("--lanes", lanes, "float32 lanes of a vector: 1, 4, 8 or 16; never changes a result")
      .one_number_of({0u, 1u, 4u, 8u, 16u})
      .value_name("N");
  set.option("--cpu", cpu, "CPU to compile for, such as x86-64-v2 (this machine)").value_name("NAME");
  cache.declare(set);
}

void MachineChoice::declare_perf_map(OptionSet& set) {
  set.flag("--perf-map", has_perf_map, "write /tmp/perf-<process>.map, from which perf takes kernel names");
}

TargetChoice MachineChoice::target(const Terminal& terminal) const {
  TargetChoice choice = target();
  OpenedCache opened = cache.open();
  if (opened.warning) terminal.diagnostics({&*opened.warning, 1});
  choice.cache = std::move(opened.cache);
  if (has_perf_map) choice.perf_map = "/tmp/perf-" + std::to_string(::getpid()) + ".map";
  return choice;
}

TargetChoice MachineChoice::target() const {
  return {.lanes = lanes, .cpu = cpu, .costs = machine::load(machine::cache_folder()).costs};
}

std::string is_share(const std::string& text) {
  const double value = number_of(text);
  return value >= 0 && value <= 1 ? "" : "'" + text + "' is not between 0 and 1";
}

MachineCosts kept_costs(const Terminal& terminal) {
  const machine::Calibration kept = machine::load(machine::cache_folder());
  if (!kept.problem.empty())
    terminal.say("warning: " + escaped(kept.file) + " is not taken: " + escaped(kept.problem) +
                 "; spikeloom doctor --calibrate measures again");
  return kept.costs;
}

void ThreadChoice::declare(OptionSet& set) {
  set.option("--threads", threads,
             "threads at most; fewer where more do not pay; never changes a result (0: the cores)")
      .between(0u, 1024u)
      .value_name("N");
  set.flag("--pin", is_pinned, "keep each thread on a core of its own");
}

void FileChoice::declare(OptionSet& set) {
  const char* const kGroup = "How data files are read";
  const auto choice = [&](const char* name, std::string& into, const char* help,
                          std::vector<std::string> words, const char* type) {
    set.option(name, into, help).one_of(std::move(words)).value_name(type).group(kGroup);
  };
  set.option("--samples", samples, "a part of the data set, counted from 0: 100:200, :50, 7")
      .value_name("FIRST:END")
      .group(kGroup);
  choice("--layout", layout, "axes of arrays with samples: steps first, or samples first (tbn)",
         {"tbn", "btn"}, "tbn|btn");
  set.option("--bin", bin_ms, "width of a step in ms, for times of events (the graph's dt)")
      .check(is_width)
      .value_name("MS")
      .group(kGroup);
  set.option("--sensor", sensor, "pixels of the camera, where the file does not say")
      .value_name("WIDTHxHEIGHT")
      .group(kGroup);
  choice("--polarity", polarity,
         "channels of a camera's events: OFF and ON, both in one, or one of them alone (separate)",
         {"separate", "merge", "on", "off"}, "WHICH");
  choice("--edge", edge,
         "step of a time: floor(t/bin), or nearest for times that are multiples of it (floor)",
         {"floor", "nearest"}, "HOW");
  choice("--several", several, "several events of a neuron in a step: their sum, or a single 1 (count)",
         {"count", "one"}, "HOW");
  choice("--time-unit", time_unit, "of times in a .csv that names none (step)", {"step", "us", "ms", "s"},
         "UNIT");
}

Result<FileRules> FileChoice::rules(std::optional<double> dt_ms) const {
  FileRules rules;
  rules.dt_ms = bin_ms ? bin_ms : dt_ms;
  rules.layout = layout == "btn" ? Layout::samples_first : Layout::steps_first;
  rules.edge = edge == "nearest" ? data::Edge::nearest : data::Edge::floor;
  rules.several = several == "one" ? data::Several::one : data::Several::count;
  rules.events.polarity = polarity == "merge" ? data::Polarity::merge
                          : polarity == "on"  ? data::Polarity::on
                          : polarity == "off" ? data::Polarity::off
                                              : data::Polarity::separate;
  if (time_unit == "step") rules.events.unit = data::TimeUnit::step;
  if (time_unit == "us") rules.events.unit = data::TimeUnit::us;
  if (time_unit == "ms") rules.events.unit = data::TimeUnit::ms;
  if (time_unit == "s") rules.events.unit = data::TimeUnit::s;
  if (!sensor.empty()) {
    rules.events.sensor = data::parse_sensor(sensor);
    if (!rules.events.sensor)
      return Error(ErrorKind::usage, "--sensor " + escaped(sensor) + " is no size",
                   "write WIDTHxHEIGHT, such as 128x128");
  }
  if (!samples.empty()) {
    TRY(const Interval range, interval_of(samples, "--samples"));
    rules.samples.first = range.first;
    if (range.end != UINT64_MAX) rules.samples.end = range.end;
  }
  return rules;
}

void DataChoice::declare(OptionSet& set) {
  set.option("--input", inputs,
             "data of an input: x.npy or x.npz:array, time first; events: a .bin, .dat, .aedat, .csv or "
             ".npy of records, or a folder of samples; name=FILE where there are several inputs")
      .one_value_each()
      .value_name("[NAME=]FILE");
  set.option("--steps", steps, "steps to run (as many as the data has)").check(whole_number).value_name("N");
  set.option("--batch", batch, "samples computed at once; only splits the work (all)")
      .between(1u, 1u << 24)
      .value_name("N");
  set.option("--seed", seed, "in place of the graph's own seed").check(whole_number).value_name("N");
  set.option("--initial", initial,
             "initial values of a state, or of spikes before the start: lif1.mem=m.npy, lif1.spk=s.npy")
      .one_value_each()
      .value_name("STATE=FILE");
  set.option("--pad", pad, "what follows where the data ends before --steps: zero, hold (none)")
      .one_of({"none", "zero", "hold"})
      .value_name("HOW");
  files.declare(set);
}

Result<DataRequest> DataChoice::request(const Network& network) const {
  DataRequest request;
  TRY(request.rules, files.rules(network.dt_ms()));
  request.arguments = inputs;
  request.steps = steps;
  request.pad = pad == "zero" ? Pad::zero : pad == "hold" ? Pad::hold : Pad::none;
  return request;
}

Result<std::uint32_t> batch_of(const DataChoice& choice, const Model& model, const EngineMaker& maker,
                               std::uint32_t samples) {
  if (model.fixed_batch > 0) {
    if (samples != model.fixed_batch)
      return Error(ErrorKind::invalid, "the graph has initial states for " +
                                           std::to_string(model.fixed_batch) + " samples, the data has " +
                                           std::to_string(samples));
    if (choice.batch != 0 && choice.batch != samples)
      return Error(ErrorKind::usage, "the graph's initial states are per sample, so all samples run at once",
                   "leave out --batch");
    return samples;
  }
  if (choice.batch != 0) return std::min(choice.batch, samples);
  const std::uint64_t fitting = kComfortableBytes / std::max<std::uint64_t>(1, maker.bytes_per_sample());
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(fitting, 1, samples));
}

}  // namespace spikeloom::tool
