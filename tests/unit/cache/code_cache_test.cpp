// What is stored comes back under its key, and nothing else ever does.
#include "cache/code_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "unit/cache/own_folder.h"

namespace spikeloom {
namespace {

namespace fs = std::filesystem;
using Code = std::vector<unsigned char>;

Code code_of(const std::string& text) {
  return {text.begin(), text.end()};
}

class Cache : public testing::WithOwnFolder {
 protected:
  CodeCache open(std::uint64_t most = CodeCache::kMostBytes) const {
    auto opened = CodeCache::open(own_.path(), most);
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    return *std::move(opened);
  }
  /// The only entry's file.
  fs::path entry() const {
    fs::path found;
    for (const auto& file : fs::directory_iterator(own_.path())) {
      EXPECT_TRUE(found.empty()) << "there is more than one file";
      found = file.path();
    }
    return found;
  }
  static std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void overwrite(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
  }
};

TEST_F(Cache, FindsCodeUnderExactlyItsKey) {
  const CodeCache cache = open();
  EXPECT_FALSE(cache.find("key"));
  cache.store("key", code_of("code"));
  cache.store("other key", code_of("other code"));
  cache.store("", code_of(""));
  EXPECT_EQ(open().find("key"), code_of("code"));
  EXPECT_EQ(open().find("other key"), code_of("other code"));
  EXPECT_EQ(open().find(""), code_of(""));
  for (const char* key : {"ke", "keyc", "key ", "other", "KEY"}) EXPECT_FALSE(cache.find(key)) << key;
  cache.store("key", code_of("new"));
  EXPECT_EQ(cache.find("key"), code_of("new"));
}

TEST_F(Cache, AnyChangedByteMakesAnEntryDisappear) {
  const CodeCache cache = open();
  const Code code = code_of("machine code");
  cache.store("the key", code);
  const std::string whole = read(entry());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x40);
    overwrite(entry(), changed);
    EXPECT_FALSE(cache.find("the key")) << "byte " << i;
  }
  cache.store("the key", code);
  EXPECT_EQ(cache.find("the key"), code) << "written again, it is found again";
}

TEST_F(Cache, AnyOtherLengthMakesAnEntryDisappear) {
  const CodeCache cache = open();
  cache.store("the key", code_of("machine code"));
  const std::string whole = read(entry());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    overwrite(entry(), whole.substr(0, length));
    EXPECT_FALSE(cache.find("the key")) << length << " bytes";
  }
  overwrite(entry(), whole + '\0');
  EXPECT_FALSE(cache.find("the key"));
  overwrite(entry(), whole);
  EXPECT_TRUE(cache.find("the key"));
}

TEST_F(Cache, AnEntryOfAnotherKeyIsNotFoundUnderThisName) {
  const CodeCache cache = open();
  cache.store("key 1", code_of("code 1"));
  const std::string name = entry().filename();
  cache.clear();
  cache.store("key 2", code_of("code 2"));
  fs::rename(entry(), own_.path() / name);
  EXPECT_FALSE(cache.find("key 1"));
  cache.store("key 1", code_of("code 1"));
  EXPECT_EQ(cache.find("key 1"), code_of("code 1"));
}

TEST_F(Cache, AnEntryThatIsNoFileIsNotFoundAndReplaced) {
  const CodeCache cache = open();
  cache.store("key", code_of("code"));
  const fs::path place = entry(), elsewhere = own_.path() / "elsewhere";
  fs::rename(place, elsewhere);
  fs::create_symlink(elsewhere, place);
  EXPECT_FALSE(cache.find("key")) << "a link, even to a sound entry";
  cache.store("key", code_of("code"));
  EXPECT_TRUE(cache.find("key"));
  fs::remove(place);
  ASSERT_EQ(::mkfifo(place.c_str(), 0600), 0);
  EXPECT_FALSE(cache.find("key")) << "a pipe, without waiting for it";
  cache.store("key", code_of("code"));
  EXPECT_TRUE(cache.find("key"));
  fs::remove(place);
  fs::create_directory(place);
  EXPECT_FALSE(cache.find("key")) << "a folder";
  cache.store("key", code_of("code"));
  EXPECT_FALSE(cache.find("key"));
}

TEST_F(Cache, WhatWasNotUsedForLongestMakesRoom) {
  const CodeCache cache = open(10000);
  const auto wait = [] { std::this_thread::sleep_for(std::chrono::milliseconds(15)); };
  for (int i = 0; i < 3; ++i, wait()) cache.store(std::to_string(i), Code(3000));
  EXPECT_TRUE(cache.find("0"));
  wait();
  cache.store("3", Code(3000));
  EXPECT_TRUE(cache.find("0")) << "it was used";
  EXPECT_FALSE(cache.find("1"));
  EXPECT_TRUE(cache.find("2"));
  EXPECT_TRUE(cache.find("3"));
  EXPECT_LE(cache.contents().bytes, 10000u);
  cache.store("large", Code(20000));
  EXPECT_LE(cache.contents().bytes, 10000u);
}

TEST_F(Cache, CountsAndClearsItsEntriesAlone) {
  const CodeCache cache = open();
  overwrite(own_.path() / "calibration.json", "{}");
  cache.store("a", Code(100));
  cache.store("b", Code(200));
  EXPECT_EQ(cache.contents().entries, 2u);
  EXPECT_GT(cache.contents().bytes, 300u);
  EXPECT_EQ(cache.clear().entries, 2u);
  EXPECT_EQ(cache.contents().entries, 0u);
  EXPECT_TRUE(fs::exists(own_.path() / "calibration.json"));
}

TEST_F(Cache, WhatAKilledWriterLeftIsRemovedLater) {
  const CodeCache cache = open();
  const fs::path old = own_.path() / "0123.code.part77-0", young = own_.path() / "0123.code.part78-0";
  overwrite(old, "half");
  overwrite(young, "half");
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(2));
  cache.store("a", Code(100));
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young)) << "somebody may be writing it";
}

TEST_F(Cache, AFolderThatIsGoneStoresAndFindsNothing) {
  const fs::path place = own_.path() / "gone";
  const auto cache = CodeCache::open(place);
  ASSERT_TRUE(cache.ok());
  fs::remove_all(place);
  cache->store("key", code_of("code"));
  EXPECT_FALSE(cache->find("key"));
  EXPECT_EQ(cache->clear().entries, 0u);
}

/// Stores and finds its own and others' entries; false if anything but what was stored was found.
bool is_right_under_load(const fs::path& folder, int who) {
  const auto cache = CodeCache::open(folder, 40000);  // so that entries also go
  if (!cache.ok()) return false;
  for (int round = 0; round < 200; ++round) {
    const int entry = (round * 7 + who) % 5;
    const Code code(static_cast<std::size_t>(1000 * (entry + 1) * (1 + round % 3)),
                    static_cast<unsigned char>(entry));
    cache->store(std::to_string(entry), code);
    for (int i = 0; i < 5; ++i)
      if (const auto found = cache->find(std::to_string(i)))
        if (found->empty() || *found != Code(found->size(), static_cast<unsigned char>(i))) return false;
  }
  return true;
}

TEST_F(Cache, ManyProcessesAndThreadsMayShareIt) {
  std::vector<pid_t> children;
  for (int who = 0; who < 3; ++who) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(is_right_under_load(own_.path(), who) ? 0 : 1);
    children.push_back(child);
  }
  bool right[2] = {};
  {
    std::jthread first([&] { right[0] = is_right_under_load(own_.path(), 3); });
    std::jthread second([&] { right[1] = is_right_under_load(own_.path(), 4); });
  }
  EXPECT_TRUE(right[0] && right[1]);
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  for (const auto& file : fs::directory_iterator(own_.path()))
    EXPECT_EQ(file.path().extension(), ".code") << file.path();
}

}  // namespace
}  // namespace spikeloom
