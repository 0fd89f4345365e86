// Where compiled code is kept between two starts of the command, and whether it is.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cache/code_cache.h"

namespace spikeloom::tool {

class OptionSet;

class Terminal;

struct OpenedCache {
  std::filesystem::path folder;
  std::shared_ptr<const CodeCache> cache;  // null: nothing is kept
  std::string why_off;                     // a sentence; "" if it is on
  std::optional<Diagnostic> warning;       // what a user should hear
};

/// `--cache FOLDER` and `--no-cache`.
struct CacheChoice {
  std::string folder;  // "": machine::cache_folder()
  bool is_off = false;
  void declare(OptionSet& set);
  OpenedCache open() const;
};

}  // namespace spikeloom::tool
