// A folder for one test that a cache may trust, which those of a machine's temporary folder are not.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cache/private_folder.h"

namespace spikeloom::testing {

/// In the build's folder or, where that is open to others, in the home folder. Removed at the end.
class OwnFolder {
 public:
  OwnFolder() {
    std::vector<std::filesystem::path> places = {std::filesystem::current_path()};
    if (const char* home = ::getenv("HOME")) places.emplace_back(home);
    for (const auto& place : places) {
      std::string form = (place / "spikeloom-test-XXXXXX").string();
      if (::mkdtemp(form.data()) == nullptr) continue;
      path_ = form;
      if (PrivateFolder::open(path_).ok()) return;
      std::filesystem::remove_all(path_);
      path_.clear();
    }
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  ~OwnFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  bool exists() const { return !path_.empty(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Tests that need such a folder.
class WithOwnFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!own_.exists()) GTEST_SKIP() << "neither the build's folder nor the home folder is closed to others";
  }
  OwnFolder own_;
};

}  // namespace spikeloom::testing
