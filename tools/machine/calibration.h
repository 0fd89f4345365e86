// The machine's measured limits, kept from one call of the command to the next.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "schedule/cost.h"
#include "spikeloom/result.h"

namespace spikeloom::machine {

/// Where the command keeps what it can make again: $XDG_CACHE_HOME/spikeloom, else ~/.cache/spikeloom; empty
/// if the environment names no such place.
std::filesystem::path cache_folder();

/// The name of this CPU, as the system tells it.
std::string cpu_name();

struct Calibration {
  MachineCosts costs;   // the defaults if nothing (right) is kept
  std::string file;     // that they are from, or would be
  std::string problem;  // why what is kept there was not taken; empty if it was, or if there is nothing
};

/// Reads what `doctor --calibrate` kept. Whatever lies there, this succeeds: what is not a measurement of
/// this CPU within plausible limits is not taken.
Calibration load(const std::filesystem::path& folder);
Result<std::filesystem::path> save(const MachineCosts& costs, const std::filesystem::path& folder);

/// The file's text, and back.
std::string to_json(const MachineCosts& costs, const std::string& cpu);
Result<MachineCosts> from_json(std::string_view text, const std::string& file, const std::string& cpu);

}  // namespace spikeloom::machine
