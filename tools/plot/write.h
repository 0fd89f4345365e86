// Figure -> SVG or PNG, both drawn by cairo from the same description.
#pragma once

#include <filesystem>
#include <string>

#include "plot/figure.h"
#include "spikeloom/result.h"

namespace spikeloom::plot {

enum class Format { svg, png };

/// By the file's ending; anything but .svg and .png is a usage error.
Result<Format> format_of(const std::filesystem::path& path);

/// The bytes of the picture. PNG has two pixels for each pixel of the description.
Result<std::string> render(const Figure& figure, Format format);

/// Writes beside the target and renames, so that a reader never meets half a picture.
Result<void> write(const Figure& figure, const std::filesystem::path& path);

}  // namespace spikeloom::plot
