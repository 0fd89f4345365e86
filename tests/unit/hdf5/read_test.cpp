#include <cstring>
#include <fstream>
#include <numeric>

#include "unit/hdf5/written.h"

namespace spikeloom::hdf5::test {
namespace {

using Read = Written;

std::vector<double> numbers(const Array& array) {
  std::vector<double> all;
  for (std::size_t i = 0; i < array.count(); ++i) all.push_back(array.number(i));
  return all;
}

TEST_F(Read, NumbersOfEveryTypeArriveAsTheyAre) {
  const double values[] = {-3, 0, 1.5, 100};
  write([&](hid_t file) {
    dataset(file, "f64", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {4}, values);
    dataset(file, "f32", H5T_IEEE_F32BE, H5T_NATIVE_DOUBLE, {2, 2}, values);
    dataset(file, "i64", H5T_STD_I64LE, H5T_NATIVE_DOUBLE, {4}, values);
    dataset(file, "i32", H5T_STD_I32BE, H5T_NATIVE_DOUBLE, {4}, values);
    dataset(file, "i16", H5T_STD_I16LE, H5T_NATIVE_DOUBLE, {4}, values);
    dataset(file, "i8", H5T_STD_I8LE, H5T_NATIVE_DOUBLE, {4}, values);
    dataset(file, "u8", H5T_STD_U8LE, H5T_NATIVE_DOUBLE, {1}, values + 3);
    dataset(file, "u16", H5T_STD_U16BE, H5T_NATIVE_DOUBLE, {1}, values + 3);
    dataset(file, "u32", H5T_STD_U32LE, H5T_NATIVE_DOUBLE, {1}, values + 3);
    dataset(file, "u64", H5T_STD_U64LE, H5T_NATIVE_DOUBLE, {}, values + 3);
    const hid_t half = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_size(half, 2);
    H5Tset_ebias(half, 15);
    dataset(file, "f16", half, H5T_NATIVE_DOUBLE, {4}, values);
    H5Tclose(half);
  });
  const auto root = read();
  ASSERT_TRUE(root.ok()) << root.error().text();
  const std::vector<double> all(values, values + 4), whole = {-3, 0, 1, 100}, last = {100};
  EXPECT_EQ(numbers(*root->dataset("f64")), all);
  EXPECT_EQ(numbers(*root->dataset("f32")), all);
  EXPECT_EQ(root->dataset("f32")->shape, (Shape{2, 2}));
  EXPECT_EQ(numbers(*root->dataset("f16")), all);
  EXPECT_EQ(root->dataset("f16")->type, Type::f32);
  for (const char* name : {"i64", "i32", "i16", "i8"})
    EXPECT_EQ(numbers(*root->dataset(name)), whole) << name;
  for (const char* name : {"u8", "u16", "u32", "u64"}) {
    EXPECT_EQ(numbers(*root->dataset(name)), last) << name;
    EXPECT_EQ(name_of(root->dataset(name)->type), std::string(name == std::string("u8") ? "uint8" : "uint") +
                                                      (name == std::string("u8") ? "" : name + 1));
  }
  EXPECT_TRUE(root->dataset("u64")->shape.empty());
}

TEST_F(Read, TextsAndBooleansAndAttributes) {
  write([&](hid_t file) {
    const hid_t any = H5Tcopy(H5T_C_S1);
    H5Tset_size(any, H5T_VARIABLE);
    H5Tset_cset(any, H5T_CSET_UTF8);
    const char* edges[] = {"in", "lif", "lif", "o\xc3\xbct"};
    dataset(file, "edges", any, any, {2, 2}, edges);
    const hid_t fixed = H5Tcopy(H5T_C_S1);
    H5Tset_size(fixed, 4);
    H5Tset_strpad(fixed, H5T_STR_NULLPAD);
    dataset(file, "keys", fixed, fixed, {2}, "zeroone\0");
    const hid_t truth = H5Tenum_create(H5T_STD_I8LE);
    const signed char no = 0, yes = 1;
    H5Tenum_insert(truth, "FALSE", &no);
    H5Tenum_insert(truth, "TRUE", &yes);
    const signed char spikes[] = {0, 1, 1};
    dataset(file, "spikes", truth, truth, {3}, spikes);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t dt = H5Acreate2(file, "dt", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    const double ms = 1e-3;
    H5Awrite(dt, H5T_NATIVE_DOUBLE, &ms);
    H5Aclose(dt);
    const hid_t kind = H5Acreate2(file, "__type__", any, space, H5P_DEFAULT, H5P_DEFAULT);
    const char* name = "NIRGraphData";
    H5Awrite(kind, any, &name);
    H5Aclose(kind);
    H5Sclose(space);
    for (const hid_t type : {any, fixed, truth}) H5Tclose(type);
  });
  const auto root = read();
  ASSERT_TRUE(root.ok()) << root.error().text();
  EXPECT_EQ(root->dataset("edges")->texts, (std::vector<std::string>{"in", "lif", "lif", "o\xc3\xbct"}));
  EXPECT_EQ(root->dataset("keys")->texts, (std::vector<std::string>{"zero", "one"}));
  EXPECT_EQ(root->dataset("spikes")->type, Type::boolean);
  EXPECT_EQ(numbers(*root->dataset("spikes")), (std::vector<double>{0, 1, 1}));
  EXPECT_EQ(root->attribute("dt")->number(0), 1e-3);
  EXPECT_EQ(root->attribute("__type__")->texts, std::vector<std::string>{"NIRGraphData"});
}

TEST_F(Read, SamplesOfRaggedEventsCanBeTakenAlone) {
  write([&](hid_t file) {
    const hid_t group = H5Gcreate2(file, "spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t floats = H5Tvlen_create(H5T_IEEE_F32LE), whole = H5Tvlen_create(H5T_STD_U16LE);
    float times[] = {0.5f, 1, 2, 3, 4, 5};
    unsigned short units[] = {9, 8, 7, 6, 5, 4};
    const hvl_t time_lists[] = {{1, times}, {0, nullptr}, {2, times + 1}, {3, times + 3}};
    const hvl_t unit_lists[] = {{1, units}, {0, nullptr}, {2, units + 1}, {3, units + 3}};
    dataset(group, "times", floats, floats, {4}, time_lists);
    dataset(group, "units", whole, whole, {4}, unit_lists);
    const unsigned char labels[] = {3, 1, 4, 1};
    dataset(file, "labels", H5T_STD_U8LE, H5T_NATIVE_UCHAR, {4}, labels);
    H5Tclose(floats);
    H5Tclose(whole);
    H5Gclose(group);
  });
  const auto structure = read({});
  ASSERT_TRUE(structure.ok());
  EXPECT_TRUE(structure->dataset("spikes/times")->is_ragged);
  EXPECT_FALSE(structure->dataset("spikes/times")->has_values);
  EXPECT_EQ(structure->dataset("spikes/times")->shape, Shape{4});

  const auto all = read({{"/spikes"}});
  ASSERT_TRUE(all.ok()) << all.error().text();
  EXPECT_EQ(all->dataset("spikes/times")->lengths, (std::vector<std::uint64_t>{1, 0, 2, 3}));
  EXPECT_FALSE(all->dataset("labels")->has_values);

  const auto some = read({{"/spikes/times", 1, 2}, {"/spikes/units", 1, 2}, {"/labels", 2, 2}});
  ASSERT_TRUE(some.ok()) << some.error().text();
  EXPECT_EQ(some->dataset("spikes/times")->lengths, (std::vector<std::uint64_t>{0, 2}));
  EXPECT_EQ(numbers(*some->dataset("spikes/times")), (std::vector<double>{1, 2}));
  EXPECT_EQ(numbers(*some->dataset("spikes/units")), (std::vector<double>{8, 7}));
  EXPECT_EQ(numbers(*some->dataset("labels")), (std::vector<double>{4, 1}));
  EXPECT_EQ(refusal(read({{"/spikes/times", 3, 2}})).first, 3);
}

TEST_F(Read, RowsOfCompressedMatricesCanBeTakenAlone) {
  std::vector<double> values(30 * 7);
  std::iota(values.begin(), values.end(), 0);
  write([&](hid_t file) {
    const hid_t packed = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {8, 4};
    H5Pset_chunk(packed, 2, chunk);
    H5Pset_shuffle(packed);
    H5Pset_deflate(packed, 9);
    H5Pset_fletcher32(packed);
    dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {30, 7}, values.data(), packed);
    H5Pclose(packed);
  });
  const auto all = read();
  ASSERT_TRUE(all.ok()) << all.error().text();
  EXPECT_EQ(numbers(*all->dataset("x")), values);
  const auto some = read({{"/x", 5, 10}});
  ASSERT_TRUE(some.ok()) << some.error().text();
  EXPECT_EQ(numbers(*some->dataset("x")), std::vector<double>(values.begin() + 35, values.begin() + 105));
}

TEST_F(Read, MoreRowsOfTextThanAreReadAtOnce) {
  write([&](hid_t file) {
    const hid_t any = H5Tcopy(H5T_C_S1);
    H5Tset_size(any, H5T_VARIABLE);
    std::vector<std::string> texts;
    for (int i = 0; i < 10000; ++i) texts.push_back("neuron " + std::to_string(i));
    std::vector<const char*> pointers;
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    dataset(file, "names", any, any, {5000, 2}, pointers.data());
    H5Tclose(any);
  });
  const auto root = read();
  ASSERT_TRUE(root.ok()) << root.error().text();
  ASSERT_EQ(root->dataset("names")->texts.size(), 10000u);
  for (int i = 0; i < 10000; ++i)
    ASSERT_EQ(root->dataset("names")->texts[static_cast<std::size_t>(i)], "neuron " + std::to_string(i));
}

TEST_F(Read, WhatIsNoHdf5FileIsSaidSo) {
  std::ofstream(path()) << "this is text";
  const auto text = refusal(read());
  EXPECT_EQ(text.first, 3);
  EXPECT_NE(text.second.find("this is not an HDF5 file"), std::string::npos) << text.second;
  EXPECT_EQ(refusal(read({{"/"}}, {}, "absent.h5")).first, 6);
  std::filesystem::create_directory(path("folder"));
  EXPECT_EQ(refusal(read({{"/"}}, {}, "folder")).first, 6);
}

TEST_F(Read, AFileThatIsCutShortIsRefused) {
  const std::vector<double> values(1000, 1.0);
  write([&](hid_t file) { dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {1000}, values.data()); });
  std::filesystem::resize_file(path(), 3000);
  const auto cut = refusal(read());
  EXPECT_EQ(cut.first, 3);
  EXPECT_NE(cut.second.find("cannot open this file"), std::string::npos) << cut.second;
}

TEST_F(Read, AMissingHelperIsNotTheFilesFault) {
  write([](hid_t) {});
  const auto missing = hdf5::read(path(), {}, {{}, "/nowhere/spikeloom-hdf5"});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), ErrorKind::io);
}

}  // namespace
}  // namespace spikeloom::hdf5::test
