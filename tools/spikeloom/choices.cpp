#include "choices.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "machine/calibration.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

// Splitting costs little; swapping costs a lot.
constexpr std::uint64_t kComfortableBytes = 1ull << 30;

/// CLI11 lets "-1" through where an option is optional and unsigned.
std::string whole_number(const std::string& text) {
  const bool is_one = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return is_one ? "" : "'" + text + "' is not a whole number";
}

}  // namespace

void NetworkChoice::declare(CLI::App& app) {
  app.add_option("network", file, "the graph file")->required()->type_name("NETWORK.json");
  app.add_flag("--tensors-anywhere", tensors_anywhere,
               "let the graph read tensor files outside its own folder");
}

Result<Network> NetworkChoice::load(const Terminal& terminal) const {
  TRY(Network network, load_network(file, {tensors_anywhere}));
  terminal.diagnostics(network.problems);
  return network;
}

void MachineChoice::declare(CLI::App& app) {
  app.add_option("--lanes", lanes, "float32 lanes of a vector: 1, 4, 8 or 16; never changes a result")
      ->check(CLI::IsMember({0u, 1u, 4u, 8u, 16u}))
      ->type_name("N");
  app.add_option("--cpu", cpu, "CPU to compile for, such as x86-64-v2 (this machine)")->type_name("NAME");
  cache.declare(app);
}

void MachineChoice::declare_perf_map(CLI::App& app) {
  app.add_flag("--perf-map", has_perf_map,
               "write /tmp/perf-<process>.map, from which perf takes kernel names");
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
  double value = -1;
  const bool is_number = CLI::detail::lexical_cast(text, value);
  return is_number && value >= 0 && value <= 1 ? "" : "'" + text + "' is not between 0 and 1";
}

MachineCosts kept_costs(const Terminal& terminal) {
  const machine::Calibration kept = machine::load(machine::cache_folder());
  if (!kept.problem.empty())
    terminal.say("warning: " + escaped(kept.file) + " is not taken: " + escaped(kept.problem) +
                 "; spikeloom doctor --calibrate measures again");
  return kept.costs;
}

void ThreadChoice::declare(CLI::App& app) {
  app.add_option("--threads", threads,
                 "threads at most; fewer where more do not pay; never changes a result (0: the cores)")
      ->check(CLI::Range(0u, 1024u))
      ->type_name("N");
  app.add_flag("--pin", is_pinned, "keep each thread on a core of its own");
}

void DataChoice::declare(CLI::App& app) {
  app.add_option("--input", inputs,
                 "data of an input, time first: x.npy, or name=x.npy; repeat it for several")
      ->allow_extra_args(false)
      ->type_name("[NAME=]FILE");
  app.add_option("--steps", steps, "steps to run (as many as the data has)")
      ->check(whole_number)
      ->type_name("N");
  app.add_option("--batch", batch, "samples computed at once; only splits the work (all)")
      ->check(CLI::Range(1u, 1u << 24))
      ->type_name("N");
  app.add_option("--seed", seed, "in place of the graph's own seed")->check(whole_number)->type_name("N");
  app.add_option("--initial", initial, "initial values of a state: lif1.mem=m.npy")
      ->allow_extra_args(false)
      ->type_name("STATE=FILE");
  app.add_option("--pad", pad, "what follows where the data ends before --steps: zero, hold (none)")
      ->check(CLI::IsMember({"none", "zero", "hold"}))
      ->type_name("HOW");
}

DataRequest DataChoice::request() const {
  DataRequest request;
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
