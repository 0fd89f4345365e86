// Options that several verbs share, declared and checked in one place.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache.h"
#include "compiled.h"
#include "input_data.h"
#include "network.h"
#include "nir_choice.h"
#include "terminal.h"

namespace spikeloom::tool {

class OptionSet;

/// The graph file and how it may be read.
struct NetworkChoice {
  std::string file;
  bool tensors_anywhere = false;
  NirChoice nir;
  void declare(OptionSet& set);
  NetworkOptions options() const { return {tensors_anywhere, nir.options(), {}}; }
  /// Warnings, and what was assumed, go to the terminal.
  Result<Network> load(const Terminal& terminal) const;
};

/// What a NIR file does not say, a line each.
void say_assumed(const Network& network, const Terminal& terminal);

/// The machine to compile for, and what is kept of it.
struct MachineChoice {
  unsigned lanes = 0;
  std::string cpu;
  CacheChoice cache;
  bool has_perf_map = false;
  void declare(OptionSet& set);
  /// For verbs that run long enough to be looked at.
  void declare_perf_map(OptionSet& set);
  /// With what is kept of this machine's speed.
  TargetChoice target() const;
  /// With all that is kept: also the cache, opened (that it cannot be trusted goes to the terminal), and a
  /// perf map.
  TargetChoice target(const Terminal& terminal) const;
};

/// What `doctor --calibrate` found out about this machine, or the defaults; warns where it cannot be taken.
MachineCosts kept_costs(const Terminal& terminal);

/// A check of an option: a number between 0 and 1; between() lets "nan" through.
std::string is_share(const std::string& text);

/// Threads of a run; results never depend on them.
struct ThreadChoice {
  std::uint32_t threads = 0;  // at most; 0: as many as pay
  bool is_pinned = false;
  void declare(OptionSet& set);
  void put_into(SessionOptions& options) const {
    options.threads = threads;
    options.pin = is_pinned;
  }
};

/// How the files of inputs are read, where they do not say it themselves.
struct FileChoice {
  std::string samples, layout = "tbn", sensor, polarity = "separate", edge = "floor", several = "count",
                       time_unit;
  std::optional<double> bin_ms;
  void declare(OptionSet& set);
  /// With the dt of the network, if it has one.
  Result<FileRules> rules(std::optional<double> dt_ms) const;
};

/// Data, steps and samples of a run.
struct DataChoice {
  std::vector<std::string> inputs, initial;
  std::optional<std::uint64_t> steps, seed;
  std::uint32_t batch = 0;  // 0: as many as fit
  std::string pad = "none";
  FileChoice files;
  void declare(OptionSet& set);
  Result<DataRequest> request(const Network& network) const;
};

/// How many samples run at once: what was asked for, or all of them as far as memory allows.
Result<std::uint32_t> batch_of(const DataChoice& choice, const Model& model, const EngineMaker& maker,
                               std::uint32_t samples);

}  // namespace spikeloom::tool
