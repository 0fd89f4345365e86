// A whole file, written at once.
#pragma once

#include <filesystem>
#include <string_view>

#include "spikeloom/result.h"

namespace spikeloom::tool {

/// In place of what was there; ErrorKind::io.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace spikeloom::tool
