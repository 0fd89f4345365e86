#include "write_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace spikeloom::tool {

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return {};
  return Error(ErrorKind::io,
               "cannot write '" + path.string() + "': " + std::strerror(errno != 0 ? errno : EIO));
}

}  // namespace spikeloom::tool
