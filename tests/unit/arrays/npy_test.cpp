#include "arrays/npy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include "arrays/files.h"
#include "unit/arrays/build_files.h"

namespace spikeloom {
namespace {

Result<Tensor> read(const std::string& file, TensorLimits limits = {}) {
  const Bytes bytes = bytes_of({reinterpret_cast<const unsigned char*>(file.data()), file.size()}, "x.npy");
  return read_array(bytes, ArrayFileKind::npy, "", limits);
}

std::vector<float> values(const std::string& file) {
  Result<Tensor> tensor = read(file);
  EXPECT_TRUE(tensor.ok()) << tensor.error().text();
  return tensor.ok() ? tensor->values : std::vector<float>{};
}

std::string problem(const std::string& file, TensorLimits limits = {}) {
  Result<Tensor> tensor = read(file, limits);
  return tensor.ok() ? "" : tensor.error().text();
}

TEST(Npy, EveryTypeIsRead) {
  const std::vector<float> want{1, 0, 3};
  EXPECT_EQ(values(npy("|b1", "(3,)", raw<char>({1, 0, 7}))), (std::vector<float>{1, 0, 1}));
  EXPECT_EQ(values(npy("|i1", "(3,)", raw<std::int8_t>({1, 0, -3}))), (std::vector<float>{1, 0, -3}));
  EXPECT_EQ(values(npy("|u1", "(3,)", raw<std::uint8_t>({1, 0, 255}))), (std::vector<float>{1, 0, 255}));
  EXPECT_EQ(values(npy("<i2", "(3,)", raw<std::int16_t>({1, 0, 3}))), want);
  EXPECT_EQ(values(npy("<u2", "(3,)", raw<std::uint16_t>({1, 0, 3}))), want);
  EXPECT_EQ(values(npy("<i4", "(3,)", raw<std::int32_t>({1, 0, 3}))), want);
  EXPECT_EQ(values(npy("<u4", "(3,)", raw<std::uint32_t>({1, 0, 3}))), want);
  EXPECT_EQ(values(npy("<i8", "(3,)", raw<std::int64_t>({1, 0, 3}))), want);
  EXPECT_EQ(values(npy("<u8", "(3,)", raw<std::uint64_t>({1, 0, 3}))), want);
  EXPECT_EQ(values(npy("<f2", "(4,)", raw<std::uint16_t>({0x3c00, 0x8001, 0x7bff, 0xc000}))),
            (std::vector<float>{1, -0x1p-24f, 65504, -2}));
  EXPECT_EQ(values(npy("<f4", "(3,)", raw<float>(want))), want);
  EXPECT_EQ(values(npy("<f8", "(3,)", raw<double>({1, 0, 3}))), want);
}

TEST(Npy, NumbersAreRoundedOnce) {
  // Through float64 this would round up twice.
  EXPECT_EQ(values(npy("<i8", "(1,)", raw<std::int64_t>({(1LL << 60) + (1LL << 36) + 1}))),
            (std::vector<float>{0x1.000002p60f}));
  EXPECT_EQ(values(npy("<f8", "(1,)", raw<double>({0.1}))), (std::vector<float>{0.1f}));
  EXPECT_TRUE(std::signbit(values(npy("<f8", "(1,)", raw<double>({-0.0})))[0]));
}

TEST(Npy, BigEndianAndLaterVersionsAreRead) {
  EXPECT_EQ(values(npy(">f4", "(1,)", std::string("\x3f\x80\0\0", 4))), (std::vector<float>{1}));
  EXPECT_EQ(values(npy(">i2", "(1,)", std::string("\x01\x02", 2))), (std::vector<float>{258}));
  for (const char version : {'\2', '\3'})
    EXPECT_EQ(values(npy("<f4", "(1,)", raw<float>({5}), false, version)), (std::vector<float>{5}));
}

TEST(Npy, ShapesMayBeEmptyOrHaveNoAxes) {
  EXPECT_EQ(values(npy("<f4", "()", raw<float>({5}))), (std::vector<float>{5}));
  EXPECT_EQ(read(npy("<f4", "(0, 3)", ""))->shape, (Shape{0, 3}));
  EXPECT_EQ(read(npy("<f4", "(2L,)", raw<float>({5, 6})))->shape, (Shape{2}));
}

TEST(Npy, FortranOrderBecomesRowMajor) {
  // a[i, j, k] = 100 i + 10 j + k
  std::vector<float> file, want;
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) file.push_back(static_cast<float>(100 * i + 10 * j + k));
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k) want.push_back(static_cast<float>(100 * i + 10 * j + k));
  EXPECT_EQ(values(npy("<f4", "(2, 3, 4)", raw(file), true)), want);
}

TEST(Npy, ValuesThatAreNotFiniteAreNamed) {
  EXPECT_EQ(problem(npy("<f4", "(2, 2)", raw<float>({1, 2, 3, NAN}))),
            "error: 'x.npy': a value is not finite\n  expected  finite numbers\n  got       nan at [1, 1]");
  EXPECT_EQ(problem(npy("<f2", "()", raw<std::uint16_t>({0xfc00}))),
            "error: 'x.npy': a value is not finite\n  expected  finite numbers\n  got       -inf");
  EXPECT_EQ(problem(npy("<f8", "(1,)", raw<double>({1e39}))),
            "error: 'x.npy': a value is outside the range of float32\n  expected  at most 3.4028235e38 in "
            "magnitude\n"
            "  got       1e+39 at [0]");
  EXPECT_EQ(problem(npy("<f4", "(2, 2)", raw<float>({1, NAN, 3, 4}), true)),
            "error: 'x.npy': a value is not finite\n  expected  finite numbers\n  got       nan at [1, 0]");
}

TEST(Npy, HeadersThatLieAreRefused) {
  const std::string data = raw<float>({1, 2, 3, 4});
  EXPECT_EQ(problem(npy("<f4", "(5,)", data)),
            "error: 'x.npy': the file ends before its data\n  expected  data of shape [5], 4 bytes each\n  "
            "got       16 bytes");
  EXPECT_NE(problem(npy("<f4", "(4294967296, 4294967296, 4294967296)", data)), "");
  EXPECT_NE(problem(npy("<f4", "(0, 4294967296, 4294967296, 4294967296)", data)), "");
  EXPECT_EQ(problem(npy("<f4", "(4,)", data), {.elements = 3}),
            "error: 'x.npy': this array has too many elements\n  expected  at most 3\n  got       [4]");
  EXPECT_EQ(problem(npy("<f4", "(4,)", data), {.file_bytes = 30}).substr(0, 39),
            "error: 'x.npy': the file is too large\n ");
}

TEST(Npy, OtherFilesAndTypesAreRefused) {
  for (const char* text : {"", "\x93NUMPY", "PK\3\4aaaaaaaaaa", "\x93NUMPY\x04\0\x01\0{}"})
    EXPECT_NE(problem(text).find("this is not a .npy file"), std::string::npos) << text;
  EXPECT_NE(problem(npy("|O", "(1,)", "x")).find("Python objects, which are never read"), std::string::npos);
  for (const char* type : {"<c8", "<U4", "|S3", "<M8[s]", "<f16", "<i3", "f", ""})
    EXPECT_NE(problem(npy(type, "(1,)", "xxxxxxxxxxxxxxxxxxxx")).find("cannot be read"), std::string::npos)
        << type;
  for (const char* header :
       {"", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': Falsey, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1"})
    EXPECT_NE(problem(npy_of_header(header, "xxxx")).find("the header is not that"), std::string::npos)
        << header;
  EXPECT_NE(problem(npy_of_header("{'descr': [('a', '<u4')], 'fortran_order': False, 'shape': (1,)}", "xxxx"))
                .find("a structured array"),
            std::string::npos);
}

class NpyRows : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "spikeloom-npy-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  NpyReader open(const std::string& file) {
    std::ofstream(folder / "x.npy", std::ios::binary) << file;
    return NpyReader::open(folder / "x.npy").value();
  }
  std::filesystem::path folder;
};

TEST_F(NpyRows, AreReadWhenAsked) {
  const NpyReader reader =
      open(npy("<i2", "(4, 3)", raw<std::int16_t>({0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32})));
  EXPECT_EQ(reader.rows(), 4u);
  EXPECT_EQ(reader.row_size(), 3u);
  EXPECT_EQ(reader.type(), "int16");
  std::vector<float> rows(6);
  ASSERT_TRUE(reader.read_rows(1, 2, rows).ok());
  EXPECT_EQ(rows, (std::vector<float>{10, 11, 12, 20, 21, 22}));
  EXPECT_TRUE(reader.read_rows(4, 0, {}).ok());
}

TEST_F(NpyRows, OfFortranArraysAreGathered) {
  const NpyReader reader =
      open(npy("<f4", "(3, 2, 2)", raw<float>({0, 100, 200, 10, 110, 210, 1, 101, 201, 11, 111, 211}), true));
  std::vector<float> rows(8);
  ASSERT_TRUE(reader.read_rows(1, 2, rows).ok());
  EXPECT_EQ(rows, (std::vector<float>{100, 101, 110, 111, 200, 201, 210, 211}));
}

TEST_F(NpyRows, NameThePlaceOfAValueThatIsNotFinite) {
  std::vector<float> rows(4);
  NpyReader reader = open(npy("<f4", "(3, 2)", raw<float>({0, 1, 2, 3, 4, INFINITY})));
  const Result<void> result = reader.read_rows(1, 2, rows);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().diagnostics[0].got, "inf at [2, 1]");
}

TEST_F(NpyRows, OfAnArrayLargerThanAChunkKeepTheirPlaces) {
  std::vector<std::int32_t> numbers(300000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int32_t>(i);
  const NpyReader reader = open(npy("<i4", "(3, 100000)", raw(numbers)));
  std::vector<float> rows(200000);
  ASSERT_TRUE(reader.read_rows(1, 2, rows).ok());
  EXPECT_EQ(rows[0], 100000.0f);
  EXPECT_EQ(rows[199999], 299999.0f);
}

TEST_F(NpyRows, RecordsAreReadFieldByField) {
  const NpyReader reader = open(
      npy_of_header("{'descr': [('step', '<u4'), ('neuron', '>u2')], 'fortran_order': False, 'shape': (2,)}",
                    std::string("\x01\0\0\0\0\x05\x02\0\0\0\x01\0", 12)));
  EXPECT_TRUE(reader.structured());
  EXPECT_EQ(reader.type(), "(step uint32, neuron uint16)");
  std::vector<double> step(2), neuron(2);
  ASSERT_TRUE(reader.read_field(0, 0, step).ok());
  ASSERT_TRUE(reader.read_field(1, 0, neuron).ok());
  EXPECT_EQ(step, (std::vector<double>{1, 2}));
  EXPECT_EQ(neuron, (std::vector<double>{5, 256}));
}

}  // namespace
}  // namespace spikeloom
