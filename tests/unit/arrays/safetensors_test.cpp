#include "arrays/safetensors.h"

#include <gtest/gtest.h>

#include "unit/arrays/build_files.h"

namespace spikeloom {
namespace {

Result<Tensor> load(const std::string& file, std::string_view member = "a", TensorLimits limits = {}) {
  const Bytes bytes =
      bytes_of({reinterpret_cast<const unsigned char*>(file.data()), file.size()}, "w.safetensors");
  return read_safetensors(bytes, member, limits);
}

std::string refusal(const std::string& file, std::string_view member = "a", TensorLimits limits = {}) {
  Result<Tensor> tensor = load(file, member, limits);
  return tensor.ok() ? "" : tensor.error().diagnostics[0].what;
}

std::string one(const std::string& dtype, const std::string& shape, const std::string& data) {
  return safetensors(R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[0,)" +
                         std::to_string(data.size()) + "]}}",
                     data);
}

TEST(Safetensors, ArraysAreFoundByName) {
  const std::string file =
      safetensors(R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F64","shape":[],"data_offsets":[8,16]},)"
                  R"("a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}  )",
                  raw<float>({1.5f, -2}) + raw<double>({0.1}));
  EXPECT_EQ(load(file)->values, (std::vector<float>{1.5f, -2}));
  EXPECT_EQ(load(file)->shape, (Shape{2, 1}));
  EXPECT_EQ(load(file, "b")->values, (std::vector<float>{0.1f}));
  EXPECT_EQ(refusal(file, "c"), "'w.safetensors': there is no array 'c'");
  EXPECT_EQ(refusal(file, ""), "'w.safetensors': which array of the file is meant?");
  EXPECT_EQ(refusal(file, "__metadata__"), "'w.safetensors': there is no array '__metadata__'");
}

TEST(Safetensors, EveryTypeIsRead) {
  EXPECT_EQ(load(one("BF16", "[2]", raw<std::uint16_t>({0x3f80, 0xc040})))->values,
            (std::vector<float>{1, -3}));
  EXPECT_EQ(load(one("F16", "[1]", raw<std::uint16_t>({0x3800})))->values, (std::vector<float>{0.5f}));
  EXPECT_EQ(load(one("BOOL", "[2]", std::string("\1\0", 2)))->values, (std::vector<float>{1, 0}));
  EXPECT_EQ(load(one("I8", "[1]", "\xff"))->values, (std::vector<float>{-1}));
  EXPECT_EQ(load(one("U8", "[1]", "\xff"))->values, (std::vector<float>{255}));
  EXPECT_EQ(load(one("I16", "[1]", "\xff\xff"))->values, (std::vector<float>{-1}));
  EXPECT_EQ(load(one("U16", "[1]", "\xff\xff"))->values, (std::vector<float>{65535}));
  EXPECT_EQ(load(one("I32", "[1]", "\xff\xff\xff\xff"))->values, (std::vector<float>{-1}));
  EXPECT_EQ(load(one("U32", "[1]", raw<std::uint32_t>({7})))->values, (std::vector<float>{7}));
  EXPECT_EQ(load(one("I64", "[1]", raw<std::int64_t>({-7})))->values, (std::vector<float>{-7}));
  EXPECT_EQ(load(one("U64", "[1]", raw<std::uint64_t>({UINT64_MAX})))->values, (std::vector<float>{0x1p64f}));
  EXPECT_EQ(refusal(one("F8_E5M2", "[1]", "x")), "'w.safetensors:a': elements of this type cannot be read");
}

TEST(Safetensors, OffsetsMustFitTheFileAndEachOther) {
  const auto two = [](const char* first, const char* second, std::size_t bytes) {
    return refusal(safetensors(std::string(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)") + first +
                                   R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + second + "}}",
                               std::string(bytes, 'x')));
  };
  EXPECT_EQ(two("[0,2]", "[2,4]", 4), "");
  EXPECT_EQ(two("[2,4]", "[0,2]", 4), "");
  EXPECT_EQ(two("[0,2]", "[1,3]", 4), "'w.safetensors': array 'b': the data overlap those of another array");
  EXPECT_EQ(two("[0,2]", "[0,2]", 2), "'w.safetensors': array 'b': the data overlap those of another array");
  EXPECT_EQ(two("[0,2]", "[3,5]", 5), "'w.safetensors': array 'b': there is a gap before the data");
  EXPECT_EQ(two("[0,2]", "[2,4]", 5), "'w.safetensors': there are bytes behind the last array");
  EXPECT_EQ(two("[0,2]", "[2,4]", 3), "'w.safetensors': array 'b': the data lie outside the file");
  EXPECT_EQ(two("[2,0]", "[0,2]", 4), "'w.safetensors': array 'a': the data lie outside the file");
  EXPECT_EQ(two("[0,1]", "[1,3]", 3), "'w.safetensors': array 'a': shape and data do not agree");
  EXPECT_EQ(two("[0,-1]", "[1,3]", 3), "'w.safetensors': array 'a': this is not a description of an array");
}

TEST(Safetensors, ShapesCannotOverflow) {
  EXPECT_EQ(refusal(one("F32", "[4294967296,4294967296,4294967296]", "xxxx")),
            "'w.safetensors': array 'a': shape and data do not agree");
  EXPECT_EQ(refusal(one("F32", "[4611686018427387905,4]", "xxxx")),
            "'w.safetensors': array 'a': shape and data do not agree");
  EXPECT_EQ(refusal(one("U8", "[4]", "xxxx"), "a", {.elements = 3}),
            "'w.safetensors:a': this array has too many elements");
}

TEST(Safetensors, HeadersMustBeStrictJson) {
  EXPECT_EQ(refusal(""), "'w.safetensors': this is not a safetensors file");
  EXPECT_EQ(refusal(std::string(8, '\xff')),
            "'w.safetensors': this is not a safetensors file: its header does not fit");
  EXPECT_EQ(refusal(safetensors("[1]", "")), "'w.safetensors': the header must be an object");
  EXPECT_EQ(refusal(safetensors("{\"a\":", "")),
            "'w.safetensors': the header: this is not JSON: the file ends too early");
  EXPECT_EQ(refusal(safetensors(R"({"a":1,"a":1})", "")), "'w.safetensors': the header: duplicate key 'a'");
  EXPECT_EQ(refusal(safetensors(R"({"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}})", "x")),
            "'w.safetensors': array 'a': this is not a shape");
}

}  // namespace
}  // namespace spikeloom
