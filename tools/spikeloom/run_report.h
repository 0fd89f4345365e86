// What a run says at its end: a summary for people, run.json for programs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "network.h"
#include "recordings.h"
#include "tally.h"
#include "terminal.h"

namespace spikeloom::tool {

struct RunReport {
  std::string engine, cpu;
  unsigned lanes = 1;
  std::uint64_t hash = 0, seed = 0;
  std::uint64_t first_step = 0, steps = 0;  // steps: those that were run
  std::uint32_t samples = 1, batch = 1;
  std::uint32_t threads = 1;  // that shared a block, at most
  double compile_seconds = 0, run_seconds = 0;
  bool is_interrupted = false;
  bool is_code_cached = false;      // taken from the cache, not generated
  std::vector<std::string> inputs;  // InputData::lines()
  std::vector<RecordedFile> files;
  std::vector<SpikeTotal> spikes;
  std::optional<Score> score;
};

void say_summary(const Terminal& terminal, const Network& network, const RunReport& report);
std::string run_json(const Network& network, const RunReport& report);
/// Written beside and renamed: a reader never meets half of it.
Result<void> write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace spikeloom::tool
