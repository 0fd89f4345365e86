// Time per synaptic operation against the size of a layer, as a picture.
#pragma once

#include <filesystem>
#include <span>

#include "benchmarks/report.h"
#include "spikeloom/result.h"

namespace spikeloom::benchmarks {

/// Rows of W8; others are left out. SVG or PNG, by the file's ending.
Result<void> draw_synaptic_operations(std::span<const Row> rows, const std::filesystem::path& file);

}  // namespace spikeloom::benchmarks
