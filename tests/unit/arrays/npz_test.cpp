#include "arrays/npz.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <utility>

#include "unit/arrays/build_files.h"

namespace spikeloom {
namespace {

struct Part {
  std::string name, data;
  zip_int32_t method = ZIP_CM_STORE;
};

std::string archive(const std::vector<Part>& parts) {
  zip_error_t error;
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  for (const Part& part : parts) {
    zip_source_t* data = zip_source_buffer(zip, part.data.data(), part.data.size(), 0);
    const zip_int64_t index = zip_file_add(zip, part.name.c_str(), data, 0);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), part.method, 6);
  }
  EXPECT_EQ(zip_close(zip), 0);
  EXPECT_EQ(zip_source_open(target), 0);
  std::string out(1u << 20, '\0');
  out.resize(static_cast<std::size_t>(zip_source_read(target, out.data(), out.size())));
  zip_source_close(target);
  zip_source_free(target);
  return out;
}

Result<Tensor> read(const std::string& file, std::string_view member, TensorLimits limits = {}) {
  const Bytes bytes = bytes_of({reinterpret_cast<const unsigned char*>(file.data()), file.size()}, "w.npz");
  return read_npz(bytes, member, limits);
}

std::string problem(const std::string& file, std::string_view member, TensorLimits limits = {}) {
  Result<Tensor> tensor = read(file, member, limits);
  return tensor.ok() ? "" : tensor.error().diagnostics[0].what;
}

const std::string kArray = npy("<f4", "(3,)", raw<float>({1, 2, 3}));

TEST(Npz, StoredAndDeflatedArraysAreRead) {
  const std::string file = archive({{"1.weight.npy", kArray}, {"b.npy", kArray, ZIP_CM_DEFLATE}});
  EXPECT_EQ(read(file, "1.weight")->values, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(read(file, "b")->values, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(read(file, "b.npy")->shape, (Shape{3}));
}

TEST(Npz, UnknownNamesGetTheNearest) {
  const std::string file = archive({{"fc1.weight.npy", kArray}, {"readme.txt", "x"}});
  Result<Tensor> tensor = read(file, "fc1.weigth");
  ASSERT_FALSE(tensor.ok());
  EXPECT_EQ(tensor.error().text(),
            "error: 'w.npz': there is no array 'fc1.weigth'\n  hint      did you mean 'fc1.weight'?");
  EXPECT_EQ(read(file, "").error().text(),
            "error: 'w.npz': which array of the file is meant?\n  expected  \"file:name\"\n  hint      it "
            "has fc1.weight");
  EXPECT_EQ(problem(file, std::string_view("fc1.weight\0", 11)),
            "'w.npz': there is no array 'fc1.weight\\u0000'");
}

TEST(Npz, BombsAreRefusedBeforeTheyAreUnpacked) {
  std::string zeros(900000, '\0');
  const std::string file = archive({{"z.npy", npy("|u1", "(900000,)", zeros), ZIP_CM_DEFLATE}});
  ASSERT_LT(file.size(), 5000u);
  EXPECT_EQ(problem(file, "z"), "");
  EXPECT_EQ(problem(file, "z", {.file_bytes = 800000}), "'w.npz:z': the unpacked array is too large");
  EXPECT_EQ(problem(file, "z", {.elements = 800000}), "'w.npz:z': this array has too many elements");
}

/// Overwrites `count` bytes with a little-endian value at the `which`-th place of `signature`, plus offset.
std::string patched(std::string file, const char* signature, std::size_t offset, std::uint64_t value,
                    int count) {
  const std::size_t at = file.rfind(signature);
  EXPECT_NE(at, std::string::npos);
  for (int i = 0; i < count; ++i)
    file[at + offset + static_cast<std::size_t>(i)] = static_cast<char>(value >> 8 * i & 255);
  return file;
}

TEST(Npz, SizesThatLieAreErrors) {
  const std::string stored = archive({{"a.npy", kArray}});
  const std::string deflated = archive({{"a.npy", kArray, ZIP_CM_DEFLATE}});
  EXPECT_EQ(problem(patched(deflated, "PK\1\2", 24, 1u << 30, 4), "a"),
            "'w.npz:a': the archive lies about the size of this array");
  EXPECT_NE(problem(patched(stored, "PK\1\2", 24, 20, 4), "a"), "");
  EXPECT_NE(problem(patched(stored, "PK\1\2", 16, 0x12345678, 4), "a"), "") << "checksum";
  EXPECT_EQ(problem(patched(stored, "PK\1\2", 10, 12, 2), "a"),
            "'w.npz:a': the array is packed in a way that numpy does not use");
  EXPECT_NE(problem(patched(stored, "PK\5\6", 10, 60000, 2), "a"), "");
}

TEST(Npz, ClaimsOfMembersAreHeldAgainstTheFile) {
  std::string end64 = "PK\6\6" + std::string(52, '\0'), locator = "PK\6\7" + std::string(16, '\0');
  end64 = patched(end64, "PK\6\6", 4, 44, 8);
  end64 = patched(end64, "PK\6\6", 24, 1ull << 32, 8);
  end64 = patched(end64, "PK\6\6", 32, 1ull << 32, 8);
  end64 = patched(end64, "PK\6\6", 40, (1ull << 32) * 46, 8);
  const std::string end = "PK\5\6" + std::string(4, '\0') + std::string(12, '\xff') + std::string(2, '\0');
  EXPECT_EQ(problem(end64 + locator + end, "a"),
            "'w.npz': the archive claims more members than it has room for");
}

TEST(Npz, OtherFilesAreRefused) {
  EXPECT_NE(problem("", "a").find("this is not a .npz file"), std::string::npos);
  EXPECT_NE(problem(kArray, "a").find("this is not a .npz file"), std::string::npos);
  EXPECT_NE(problem(archive({{"a.npy", "no array"}}), "a").find("'w.npz:a': this is not a .npy file"),
            std::string::npos);
  EXPECT_NE(problem(archive({{"a.npy", kArray}}).substr(10), "a"), "");
}

}  // namespace
}  // namespace spikeloom
