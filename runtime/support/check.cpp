#include "support/check.h"

#include <cstring>

namespace spikeloom {

void internal_error(const char* stage, const std::string& what, const char* file, int line) {
  // The path of the machine that built this means nothing to the reader.
  const char* slash = std::strrchr(file, '/');
  throw InternalError("internal error in " + std::string(stage) + ": " + what + " (" +
                      (slash ? slash + 1 : file) + ":" + std::to_string(line) +
                      "); please report it with the graph");
}

}  // namespace spikeloom
