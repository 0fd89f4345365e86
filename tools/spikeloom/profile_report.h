// What `profile` found out about each stage, as a table, as JSON, and as one sentence on why it is slow.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schedule/stages.h"

namespace spikeloom::tool {

/// A stage as it ran.
struct ProfiledStage {
  const StageShape* shape = nullptr;
  std::vector<double> densities;  // active share of each drive's input
  double spikes = 0;              // of its own neurons, a neuron and step; 0 where it does not spike
  std::uint64_t calls = 0;        // in one run
  double ns = 0;                  // a step of the whole batch; of a stage that runs once: all of it
  StageWork work;                 // for one sample
};

struct Profile {
  PlanShape plan;
  MachineCosts costs;
  std::uint64_t steps = 0, runs = 0;
  std::uint32_t batch = 1, threads = 1;
  double clock_ns = 0;                // that looking at the clock takes, already left out
  double step_ns = 0;                 // of the whole batch, without the clock; summed over all threads
  std::vector<ProfiledStage> stages;  // in the order in which they run
};

/// The share of the time that the machine's limits explain: 1 is as fast as predicted.
double share_of_limit(const Profile& profile, const ProfiledStage& stage);

/// The table, and a sentence for each stage that takes a good part of the time.
std::vector<std::string> profile_lines(const Profile& profile);

/// Why this stage is not faster, and what would change that.
std::string why_slow(const Profile& profile, const ProfiledStage& stage);

std::string profile_json(const Profile& profile, const std::string& graph, const std::string& cpu);

}  // namespace spikeloom::tool
