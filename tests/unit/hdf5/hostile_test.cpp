// Files that are made to do harm.
#include <sys/resource.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>

#include "unit/hdf5/written.h"

namespace spikeloom::hdf5::test {
namespace {

using Hostile = Written;
using Clock = std::chrono::steady_clock;

TEST_F(Hostile, ABombOfFourGigabytesIsRefusedAtOnce) {
  write([&](hid_t file) {
    const hid_t packed = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {1024};
    H5Pset_chunk(packed, 1, chunk);
    H5Pset_deflate(packed, 9);
    dataset(file, "weight", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {1ull << 30}, nullptr, packed);
    H5Pclose(packed);
  });
  ASSERT_LT(std::filesystem::file_size(path()), 10000u);
  const auto before = Clock::now();
  const auto [code, text] = refusal(read());
  EXPECT_LT(Clock::now() - before, std::chrono::seconds(2));
  EXPECT_EQ(code, 3) << text;
  EXPECT_NE(text.find("/weight: error: more values are declared than a file of"), std::string::npos) << text;
  // What is not asked for does no harm.
  EXPECT_TRUE(read({}).ok());
}

TEST_F(Hostile, ManyDatasetsThatShareOneBlockAreCountedTogether) {
  write([&](hid_t file) {
    const std::vector<float> zeros(1 << 18, 0.0f);
    const hid_t packed = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {1 << 18};
    H5Pset_chunk(packed, 1, chunk);
    H5Pset_deflate(packed, 9);
    dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {1 << 18}, zeros.data(), packed);
    H5Pclose(packed);
    for (int i = 0; i < 200; ++i)
      H5Lcreate_hard(file, "x", file, ("x" + std::to_string(i)).c_str(), H5P_DEFAULT, H5P_DEFAULT);
  });
  const auto [code, text] = refusal(read());
  EXPECT_EQ(code, 3) << text;
  EXPECT_NE(text.find("more values are declared"), std::string::npos) << text;
}

TEST_F(Hostile, LinksAreListedAndNeverFollowed) {
  std::ofstream(path("secret")) << "secret";
  write([&](hid_t file) {
    const double one = 1;
    dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {}, &one);
    H5Lcreate_soft("/x", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("other.h5", "/x", file, "external", H5P_DEFAULT, H5P_DEFAULT);
  });
  const auto listed = read({{"/x"}});
  ASSERT_TRUE(listed.ok()) << listed.error().text();
  EXPECT_EQ(listed->find("soft")->kind, Object::Kind::link);
  EXPECT_EQ(describe(*listed->find("external")), "a link to another file, which is not followed");
  for (const char* name : {"/soft", "/external", "/"}) {
    const auto [code, text] = refusal(read({{name}}));
    EXPECT_EQ(code, 3);
    EXPECT_NE(text.find("links are not followed"), std::string::npos) << text;
  }
}

TEST_F(Hostile, ValuesInOtherFilesAndViewsAreRefused) {
  std::ofstream(path("secret")) << "0123456789abcdef";
  write([&](hid_t file) {
    const hid_t outside = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(outside, path("secret").c_str(), 0, 16);
    dataset(file, "outside", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {2}, nullptr, outside);
    H5Pclose(outside);
    const hid_t view = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t extent[] = {2};
    const hid_t space = H5Screate_simple(1, extent, nullptr);
    H5Pset_virtual(view, space, "other.h5", "/x", space);
    dataset(file, "view", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {2}, nullptr, view);
    H5Sclose(space);
    H5Pclose(view);
  });
  const auto outside = refusal(read({{"/outside"}})), view = refusal(read({{"/view"}}));
  EXPECT_EQ(outside.first, 3);
  EXPECT_NE(outside.second.find("values that lie in other files"), std::string::npos) << outside.second;
  EXPECT_EQ(view.first, 3);
  EXPECT_NE(view.second.find("values that are views of other datasets"), std::string::npos) << view.second;
}

TEST_F(Hostile, GroupsThatContainThemselvesOrGoTooDeepAreRefused) {
  write([&](hid_t file) {
    const hid_t group = H5Gcreate2(file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file, "/", group, "b", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
  });
  const auto loop = refusal(read());
  EXPECT_EQ(loop.first, 3);
  EXPECT_NE(loop.second.find("/a/b: error: a group contains itself"), std::string::npos) << loop.second;
  write([&](hid_t file) {
    std::string place;
    for (int i = 0; i < 100; ++i)
      H5Gclose(H5Gcreate2(file, (place += "/g").c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  });
  const auto deep = refusal(read());
  EXPECT_EQ(deep.first, 5);
  EXPECT_NE(deep.second.find("nested more than 32 deep"), std::string::npos) << deep.second;
}

TEST_F(Hostile, ObjectsAndNamesAreCounted) {
  write([&](hid_t file) {
    for (int i = 0; i < 50; ++i)
      H5Gclose(H5Gcreate2(file, std::to_string(i).c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  });
  Limits few;
  few.objects = 40;
  const auto many = refusal(read({}, few));
  EXPECT_EQ(many.first, 5);
  EXPECT_NE(many.second.find("more than 40 objects"), std::string::npos) << many.second;
  write([&](hid_t file) {
    H5Gclose(H5Gcreate2(file, std::string(2000, 'n').c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  });
  const auto name = refusal(read({}));
  EXPECT_EQ(name.first, 5);
  EXPECT_NE(name.second.find("a name is longer than 1024 bytes"), std::string::npos) << name.second;
}

TEST_F(Hostile, TextsThatPointAtOneLongTextAreCounted) {
  write([&](hid_t file) {
    const hid_t any = H5Tcopy(H5T_C_S1);
    H5Tset_size(any, H5T_VARIABLE);
    const std::string text(1 << 20, 'a');
    const std::vector<const char*> same(64, text.c_str());
    dataset(file, "x", any, any, {64}, same.data());
    H5Tclose(any);
  });
  Limits small;
  small.bytes = 8 << 20;
  const auto [code, text] = refusal(read({{"/"}}, small));
  EXPECT_EQ(code, 3) << text;
  EXPECT_TRUE(read().ok());
}

TEST_F(Hostile, ALimitOnValuesIsALimit) {
  const std::vector<double> values(1 << 20, 1.0);
  write([&](hid_t file) { dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {1 << 20}, values.data()); });
  Limits small;
  small.bytes = 1 << 20;
  const auto [code, text] = refusal(read({{"/"}}, small));
  EXPECT_EQ(code, 5);
  EXPECT_NE(text.find("/x: error: the values are larger than the limit of 1 MiB"), std::string::npos) << text;
}

TEST_F(Hostile, FiltersOfPluginsAreNamed) {
  // 307 is bzip2's number; the file says it was used, which nothing here can check.
  static const H5Z_class2_t filter = {
      H5Z_CLASS_T_VERS,
      307,
      1,
      1,
      "bzip2",
      nullptr,
      nullptr,
      [](unsigned, std::size_t, const unsigned[], std::size_t bytes, std::size_t*, void**) { return bytes; }};
  ASSERT_GE(H5Zregister(&filter), 0);
  const std::vector<double> values(100, 1.0);
  write([&](hid_t file) {
    const hid_t packed = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {100};
    H5Pset_chunk(packed, 1, chunk);
    H5Pset_filter(packed, 307, 0, 0, nullptr);
    dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {100}, values.data(), packed);
    H5Pclose(packed);
  });
  const auto [code, text] = refusal(read());
  EXPECT_EQ(code, 3);
  EXPECT_NE(text.find("values behind filter 307, which cannot be read"), std::string::npos) << text;
}

/// CPU time of processes that have ended, in s.
double seconds_of_children() {
  rusage usage = {};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

TEST_F(Hostile, AFileInWhichTheLibraryTurnsForEverIsSoonStopped) {
  write([&](hid_t file) {
    const hid_t any = H5Tcopy(H5T_C_S1);
    H5Tset_size(any, H5T_VARIABLE);
    const char* const texts[] = {"one", "two"};
    dataset(file, "x", any, any, {2}, texts);
    H5Tclose(any);
  });
  // An object of the heap of texts that is free and 0 bytes long: the next one is itself.
  std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  const std::size_t heap = bytes.find("GCOL");
  ASSERT_NE(heap, std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(heap + 16));
  file.write("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  file.close();
  const double before = seconds_of_children();
  const auto [code, text] = refusal(read());
  EXPECT_EQ(code, 3);
  EXPECT_NE(text.find("the HDF5 library lost its way in this file"), std::string::npos) << text;
  EXPECT_LT(seconds_of_children() - before, 2.5);
}

TEST_F(Hostile, AHelperThatNeverAnswersIsStopped) {
  write([](hid_t) {});
  std::ofstream(path("sleeper")) << "#!/bin/sh\nsleep 100\n";
  std::filesystem::permissions(path("sleeper"), std::filesystem::perms::owner_all);
  Limits short_time;
  short_time.seconds = 1;
  const auto before = Clock::now();
  const auto late = refusal(hdf5::read(path(), {}, {short_time, path("sleeper")}));
  EXPECT_LT(Clock::now() - before, std::chrono::seconds(5));
  EXPECT_EQ(late.first, 3);
  EXPECT_NE(late.second.find("takes longer than 1 s"), std::string::npos) << late.second;
}

TEST_F(Hostile, AHelperThatDiesOrLiesIsADiagnostic) {
  write([](hid_t) {});
  for (const char* script :
       {"kill -SEGV $$", "exit 0", "printf 'SLH5\\001Z more' >&3", "printf 'SLH5\\001GGGGGGGG' >&3"}) {
    std::ofstream(path("liar")) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(path("liar"), std::filesystem::perms::owner_all);
    const auto [code, text] = refusal(hdf5::read(path(), {}, {{}, path("liar")}));
    EXPECT_EQ(code, 3) << script;
    EXPECT_NE(text.find("the HDF5 library lost its way in this file"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace spikeloom::hdf5::test
