#include "cache.h"

#include "machine/calibration.h"
#include "options.h"

namespace spikeloom::tool {

void CacheChoice::declare(OptionSet& set) {
  const Option place =
      set.option("--cache", folder, "where compiled code is kept for the next start (~/.cache/spikeloom)")
          .value_name("FOLDER");
  set.flag("--no-cache", is_off, "neither take compiled code from the cache nor keep it").excludes(place);
}

OpenedCache CacheChoice::open() const {
  OpenedCache opened;
  opened.folder = folder.empty() ? machine::cache_folder() : std::filesystem::path(folder);
  if (is_off) {
    opened.why_off = "--no-cache";
  } else if (opened.folder.empty()) {
    opened.why_off = "neither XDG_CACHE_HOME nor HOME names a folder";
  } else if (auto cache = CodeCache::open(opened.folder)) {
    opened.cache = std::make_shared<const CodeCache>(*std::move(cache));
  } else {
    opened.why_off = cache.error().diagnostics.front().what;
    // A home that cannot be written to is no news to whoever has it; a folder that others could write to is.
    if (!folder.empty() || cache.error().kind() != ErrorKind::io)
      opened.warning = cache_is_off(cache.error());
  }
  return opened;
}

}  // namespace spikeloom::tool
