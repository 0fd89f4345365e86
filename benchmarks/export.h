// Workloads as files that other simulators and the command can read.
#pragma once

#include <filesystem>

#include "workloads/workload.h"

namespace spikeloom::benchmarks {

/// Writes workload.json, network.json, input.npy and <linear>.npy below `folder`/<the row's name>.
void export_workload(const Workload& workload, const std::filesystem::path& folder);

}  // namespace spikeloom::benchmarks
