// HDF5 files for one test, written by the library.
#pragma once

#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "hdf5/read.h"

namespace spikeloom::hdf5::test {

class Written : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string form = (std::filesystem::temp_directory_path() / "spikeloom-hdf5-XXXXXX").string();
    ASSERT_NE(::mkdtemp(form.data()), nullptr);
    folder_ = form;
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path path(const std::string& name = "file.h5") const { return folder_ / name; }

  void write(const std::function<void(hid_t file)>& fill, const std::string& name = "file.h5") const {
    const hid_t file = H5Fcreate(path(name).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ASSERT_GE(file, 0);
    fill(file);
    ASSERT_GE(H5Fclose(file), 0);
  }

  static void dataset(hid_t at, const char* name, hid_t type, hid_t in_memory, std::vector<hsize_t> shape,
                      const void* values, hid_t properties = H5P_DEFAULT) {
    const hid_t space = shape.empty()
                            ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set = H5Dcreate2(at, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    ASSERT_GE(set, 0) << name;
    if (values != nullptr) {
      ASSERT_GE(H5Dwrite(set, in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0) << name;
    }
    H5Dclose(set);
    H5Sclose(space);
  }

  Result<Object> read(const std::vector<Part>& parts = {{"/"}}, Limits limits = {},
                      const std::string& name = "file.h5") const {
    return hdf5::read(path(name), parts, {limits, SPIKELOOM_HDF5_HELPER});
  }
  /// The exit code, and the text, of what must not be read.
  std::pair<int, std::string> refusal(const Result<Object>& read) const {
    if (read) return {0, ""};
    return {static_cast<int>(read.error().kind()), read.error().text()};
  }

  std::filesystem::path folder_;
};

}  // namespace spikeloom::hdf5::test
