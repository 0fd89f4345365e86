#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace spikeloom {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = SPIKELOOM_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string shown(const fs::path& path) {
  return path.lexically_relative(kSource).string();
}

/// Every file below a folder of the tree with one of these extensions, sorted.
std::vector<fs::path> files(const std::string& below, const std::set<std::string>& extensions) {
  std::vector<fs::path> found;
  std::error_code absent;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / below, absent))
    if (entry.is_regular_file() && extensions.contains(entry.path().extension().string()))
      found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

const std::set<std::string> kCode = {".cpp", ".h", ".c", ".def"};

std::vector<fs::path> all_code() {
  std::vector<fs::path> all;
  for (const char* folder : {"compiler", "runtime", "tools", "tests", "benchmarks"})
    for (fs::path& path : files(folder, kCode)) all.push_back(std::move(path));
  return all;
}

struct Include {
  std::string name;
  bool quoted;
  int line;
};

std::vector<Include> includes(const fs::path& path) {
  static const std::regex directive(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<Include> found;
  std::istringstream text(read(path));
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, directive)) found.push_back({match[2], match[1] == "\"", number});
  }
  return found;
}

struct Room {
  fs::path folder;
  std::set<std::string> uses;
};

/// Every folder that calls spikeloom_room(), by the name it gives itself; what it links later (under an
/// option) counts as well.
std::map<std::string, Room> rooms() {
  static const std::regex linked(R"(target_link_libraries\(\s*spikeloom_\w+\s+\w+\s+spikeloom_(\w+)\))");
  static const std::regex call(R"(spikeloom_room\(\s*(\w+)(?:\s+COLD)?(?:\s+USES\s+([^)]*))?\))");
  std::map<std::string, Room> found;
  for (const char* top : {"compiler", "runtime", "tools"})
    for (const auto& entry : fs::recursive_directory_iterator(kSource / top)) {
      if (entry.path().filename() != "CMakeLists.txt") continue;
      std::smatch match;
      const std::string text = read(entry.path());
      if (!std::regex_search(text, match, call)) continue;
      Room room{entry.path().parent_path(), {}};
      std::istringstream words(match[2]);
      for (std::string word; words >> word;) room.uses.insert(word);
      for (std::sregex_iterator link(text.begin(), text.end(), linked), end; link != end; ++link)
        room.uses.insert((*link)[1]);
      found[match[1]] = std::move(room);
    }
  return found;
}

/// Names of the rooms that `name` may include: itself and all that it uses, directly or through others.
std::set<std::string> reach(const std::map<std::string, Room>& all, const std::string& name) {
  std::set<std::string> reached = {name};
  std::vector<std::string> open = {name};
  while (!open.empty()) {
    const auto room = all.find(open.back());
    open.pop_back();
    if (room == all.end()) continue;
    for (const std::string& used : room->second.uses)
      if (reached.insert(used).second) open.push_back(used);
  }
  return reached;
}

TEST(Layering, ARoomIncludesOnlyWhatItsCMakeFileSaysItUses) {
  const auto all = rooms();
  ASSERT_GE(all.size(), 12u);
  const std::vector<fs::path> roots = {kSource / "compiler", kSource / "runtime", kSource / "tools"};
  for (const auto& [name, room] : all) {
    const std::set<std::string> allowed = reach(all, name);
    for (const fs::path& path : files(shown(room.folder), kCode))
      for (const Include& include : includes(path)) {
        if (!include.quoted) continue;
        std::vector<std::string> owners;  // two rooms may have folders of one name
        for (const fs::path& root : roots)
          for (const auto& [other, candidate] : all)
            if (fs::exists(root / include.name) && (root / include.name).parent_path() == candidate.folder)
              owners.push_back(other);
        const bool declared = std::any_of(owners.begin(), owners.end(),
                                          [&](const std::string& owner) { return allowed.contains(owner); });
        EXPECT_TRUE(owners.empty() || declared)
            << shown(path) << ":" << include.line << " includes " << include.name << ", and "
            << shown(room.folder) << "/CMakeLists.txt does not use " << owners.front();
      }
  }
}

TEST(Layering, RuntimeKnowsNothingOfTheCompiler) {
  for (const fs::path& path : files("runtime", kCode))
    for (const Include& include : includes(path)) {
      if (!include.quoted) continue;
      const bool own = fs::exists(kSource / "runtime" / include.name) ||
                       fs::exists(kSource / "runtime/include" / include.name) ||
                       fs::exists(path.parent_path() / include.name);
      EXPECT_TRUE(own) << shown(path) << ":" << include.line << " includes " << include.name;
    }
  for (const auto& [name, room] : rooms()) {
    if (!shown(room.folder).starts_with("runtime/")) continue;
    for (const std::string& used : room.uses)
      EXPECT_TRUE(shown(rooms().at(used).folder).starts_with("runtime/")) << name << " uses " << used;
  }
}

TEST(Layering, RuntimeNeedsNothingBeyondTheStandardLibrary) {
  // A header with a folder in its name is from elsewhere; so is anything that ends in .h and is not C's,
  // POSIX's or the compiler's own.
  const std::set<std::string> system = {
      "assert.h",    "errno.h",     "fcntl.h",     "fenv.h",      "float.h",   "limits.h",
      "math.h",      "stdarg.h",    "stdbool.h",   "stddef.h",    "stdint.h",  "stdio.h",
      "stdlib.h",    "string.h",    "unistd.h",    "pthread.h",   "sched.h",   "sys/stat.h",
      "sys/types.h", "immintrin.h", "xmmintrin.h", "pmmintrin.h", "sys/mman.h"};
  for (const fs::path& path : files("runtime", kCode))
    for (const Include& include : includes(path)) {
      if (include.quoted || system.contains(include.name)) continue;
      EXPECT_TRUE(include.name.find('/') == std::string::npos && !include.name.ends_with(".h"))
          << shown(path) << ":" << include.line << " includes <" << include.name << ">";
    }
  for (const fs::path& path : files("runtime/include", kCode))
    for (const Include& include : includes(path))
      EXPECT_TRUE(!include.quoted || include.name.starts_with("spikeloom/"))
          << shown(path) << ":" << include.line << " includes " << include.name << ", which is not installed";
}

TEST(Layering, OnlyTheCodeGeneratorSeesLlvm) {
  int seen = 0;
  for (const fs::path& path : all_code())
    for (const Include& include : includes(path)) {
      // Our room has the same name; LLVM's own folders are written with a capital, or are llvm-c.
      const bool theirs =
          include.name.starts_with("llvm-c/") ||
          (include.name.starts_with("llvm/") && std::isupper(static_cast<unsigned char>(include.name[5])));
      if (!theirs) continue;
      ++seen;
      EXPECT_TRUE(shown(path).starts_with("compiler/llvm/") || shown(path).starts_with("tests/unit/llvm/"))
          << shown(path) << ":" << include.line;
    }
  EXPECT_GT(seen, 0);
}

TEST(Layering, NoFlagChangesArithmetic) {
  const std::string commands = read(SPIKELOOM_COMPILE_COMMANDS);
  ASSERT_FALSE(commands.empty());
  std::istringstream lines(commands);
  int compiled = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"command\":") == std::string::npos) continue;
    ++compiled;
    EXPECT_NE(line.find("-ffp-contract=off"), std::string::npos) << line;
    for (const char* flag :
         {"-ffast-math", "-Ofast", "-funsafe-math", "-fassociative-math", "-freciprocal-math",
          "-ffinite-math-only", "-fno-signed-zeros", "-march=", "-mcpu=", "-mavx", "-mfma"})
      EXPECT_EQ(line.find(flag), std::string::npos) << flag << " in " << line;
  }
  EXPECT_GT(compiled, 0);
}

TEST(Layering, FilesAreOfReadableLength) {
  constexpr long kLong = 500, kTooLong = 600;
  for (const fs::path& path : all_code()) {
    const std::string text = read(path);
    const long lines = std::count(text.begin(), text.end(), '\n');
    EXPECT_LE(lines, kTooLong) << shown(path);
    if (lines > kLong) std::cout << "long: " << shown(path) << " has " << lines << " lines\n";
  }
}

TEST(Layering, EveryRoomSaysWhatItIs) {
  std::set<fs::path> folders;
  for (const auto& [name, room] : rooms()) folders.insert(room.folder);
  for (const char* top : {"compiler", "runtime", "graphs", "tests", "benchmarks", "tools"}) {
    folders.insert(kSource / top);
    if (std::string(top) == "tests")
      for (const auto& entry : fs::directory_iterator(kSource / top))
        if (entry.is_directory()) folders.insert(entry.path());
  }
  for (const fs::path& folder : folders) {
    const std::string text = read(folder / "README.md");
    EXPECT_GT(text.size(), 100u) << shown(folder) << "/README.md is missing or says nothing";
  }
}

TEST(Layering, NothingIsLeftForLater) {
  const std::regex confession(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b");
  for (const fs::path& path : all_code()) {
    std::istringstream text(read(path));
    std::string line;
    for (int number = 1; std::getline(text, line); ++number)
      EXPECT_FALSE(std::regex_search(line, confession)) << shown(path) << ":" << number << ": " << line;
  }
}

}  // namespace
}  // namespace spikeloom
