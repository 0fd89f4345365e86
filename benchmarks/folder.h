// A folder for the files of one benchmark.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace spikeloom::benchmarks {

/// Where the benchmark was started, because a cache trusts nothing below /tmp. Removed at the end.
class Folder {
 public:
  Folder() {
    std::string form = (std::filesystem::current_path() / "spikeloom-benchmark-XXXXXX").string();
    if (::mkdtemp(form.data())) path_ = form;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace spikeloom::benchmarks
