// Workloads as files that other simulators can read.
#pragma once

#include <filesystem>

#include "workloads/workload.h"

namespace spikeloom::benchmarks {

/// Writes workload.json, input.npy and <linear>.npy below `folder`/<the row's name>.
void export_workload(const Workload& workload, const std::filesystem::path& folder);

}  // namespace spikeloom::benchmarks
