// Broken files through the whole of it: every one ends in a network or in a diagnostic that says the file is
// wrong.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>

#include "conformance/cases.h"
#include "conformance/play.h"
#include "imported.h"
#include "support/report.h"

namespace spikeloom::conformance {
namespace {

using Clock = std::chrono::steady_clock;

std::string bytes_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// One to eight changes: bits, bytes, numbers that matter to HDF5, blocks moved, the end cut off.
void mutate(std::string& bytes, std::mt19937_64& random) {
  const auto at = [&] { return random() % bytes.size(); };
  for (std::uint64_t changes = 1 + random() % 8; changes > 0 && bytes.size() > 64; --changes) {
    switch (random() % 6) {
      case 0:
        bytes[at()] ^= static_cast<char>(1 << (random() % 8));
        break;
      case 1:
        bytes[at()] = static_cast<char>(random());
        break;
      case 2: {
        constexpr std::uint64_t numbers[] = {0,          1,          0x7f,       0xff, 0xffff,
                                             0x7fffffff, 0xffffffff, 1ull << 40, ~0ull};
        const std::uint64_t number = numbers[random() % std::size(numbers)];
        const std::size_t width = std::size_t{1} << (random() % 4), first = random() % (bytes.size() - 8);
        for (std::size_t i = 0; i < width; ++i) bytes[first + i] = static_cast<char>(number >> (8 * i));
        break;
      }
      case 3: {
        const std::size_t size = 1 + random() % 64, from = random() % (bytes.size() - 64),
                          to = random() % (bytes.size() - 64);
        bytes.replace(to, size, bytes.substr(from, size));
        break;
      }
      case 4: {  // an address of the file, in place of another
        const std::size_t first = random() % (bytes.size() - 8) / 8 * 8;
        const std::uint64_t place = random() % bytes.size();
        for (std::size_t i = 0; i < 8; ++i) bytes[first + i] = static_cast<char>(place >> (8 * i));
        break;
      }
      default:
        if (random() % 8 == 0) bytes.resize(64 + random() % (bytes.size() - 64));
        break;
    }
  }
}

TEST(NirMutated, EveryBrokenFileIsANetworkOrADiagnostic) {
  // SPIKELOOM_MUTATIONS asks for more: 10000 take some minutes.
  const char* const asked = ::getenv("SPIKELOOM_MUTATIONS");
  const std::uint64_t count = asked != nullptr ? std::strtoull(asked, nullptr, 10) : 100;
  const char* const given_seed = ::getenv("SPIKELOOM_SEED");
  const std::uint64_t seed =
      given_seed != nullptr ? std::strtoull(given_seed, nullptr, 10) : std::random_device{}();
  std::cout << "mutated: seed " << seed << "\n";
  std::vector<std::string> originals;
  for (const std::filesystem::path& folder : case_folders())
    originals.push_back(bytes_of_file(folder / "model.nir"));
  ASSERT_FALSE(originals.empty());

  std::string form = (std::filesystem::temp_directory_path() / "spikeloom-mutated-XXXXXX").string();
  ASSERT_NE(::mkdtemp(form.data()), nullptr);
  const std::filesystem::path file = std::filesystem::path(form) / "model.nir";
  tool::NetworkOptions options;
  options.hdf5 = SPIKELOOM_HDF5_HELPER;
  std::uint64_t networks = 0, refused = 0;
  double slowest = 0;
  std::map<int, std::uint64_t> by_kind;
  for (std::uint64_t run = 0; run < count; ++run) {
    std::mt19937_64 random(seed + run);
    std::string bytes = originals[random() % originals.size()];
    mutate(bytes, random);
    std::ofstream(file, std::ios::binary) << bytes;
    const auto before = Clock::now();
    Report report;
    const auto imported = tool::import_file(file, "w.safetensors", options, report);
    const double seconds = std::chrono::duration<double>(Clock::now() - before).count();
    slowest = std::max(slowest, seconds);
    if (imported) {
      ++networks;
      EXPECT_FALSE(imported->graph.empty());
    } else {
      ++refused;
      const Error error = report.error();
      ++by_kind[static_cast<int>(error.kind())];
      EXPECT_EQ(error.kind(), ErrorKind::invalid) << "seed " << seed + run << "\n" << error.text();
      EXPECT_FALSE(error.text().empty());
    }
    EXPECT_LT(seconds, 90) << "seed " << seed + run;
  }
  std::filesystem::remove_all(form);
  std::cout << "mutated: " << count << " files, " << networks << " networks, " << refused
            << " diagnostics, slowest " << slowest << " s\n";
}

}  // namespace
}  // namespace spikeloom::conformance
