// Recorded networks, one test a case and engine: spikes exactly, states within each record's tolerance.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "golden/play.h"

namespace spikeloom::golden {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(SPIKELOOM_SOURCE_DIR) / "tests/golden/cases";

bool is_network(const fs::path& folder) {
  std::ifstream file(folder / "case.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.find("\"kind\": \"network\"") != std::string::npos;
}

std::vector<fs::path> networks_of(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent))
    if (is_network(entry.path())) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

enum class Standing { known, declined, unknown };

/// What the conversion makes of every case of a folder, and why not if it does not.
std::map<Standing, std::map<std::string, std::string>> take_stock(const std::vector<fs::path>& cases) {
  std::map<Standing, std::map<std::string, std::string>> stock;
  for (const fs::path& folder : cases) {
    const std::string name = folder.filename().string();
    try {
      convert_network(folder);
      stock[Standing::known][name] = "";
    } catch (const Declined& reason) {
      stock[Standing::declined][name] = reason.what();
    } catch (const Unknown& reason) {
      stock[Standing::unknown][name] = reason.what();
    }
  }
  return stock;
}

std::vector<std::string> known_cases() {
  std::vector<std::string> names;
  const auto stock = take_stock(networks_of(kCases));
  for (const auto& [name, reason] : stock.at(Standing::known)) names.push_back(name);
  return names;
}

class Recorded : public testing::TestWithParam<std::tuple<std::string, Engine>> {};

TEST_P(Recorded, NetworkIsReproduced) {
  const auto& [name, engine] = GetParam();
  const NetworkCase network = convert_network(kCases / name);
  std::vector<std::vector<float>> traces;
  ASSERT_NO_THROW(traces = play(network, engine)) << network.graph;
  EXPECT_EQ(difference(network, traces), "") << network.graph;
}

std::string test_name(const testing::TestParamInfo<std::tuple<std::string, Engine>>& test) {
  std::string name = std::get<0>(test.param) + "_" + name_of(std::get<1>(test.param));
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Case, Recorded,
                         testing::Combine(testing::ValuesIn(known_cases()), testing::ValuesIn(engines())),
                         test_name);

void print(const std::map<Standing, std::map<std::string, std::string>>& stock, const char* of) {
  auto count = [&](Standing s) { return stock.contains(s) ? stock.at(s).size() : 0; };
  std::cout << "golden: " << of << ": " << count(Standing::known) << " networks replayed by "
            << engines().size() << " engines, " << count(Standing::declined) << " accidents declined, "
            << count(Standing::unknown) << " beyond this program\n";
  for (Standing s : {Standing::declined, Standing::unknown})
    if (stock.contains(s))
      for (const auto& [name, reason] : stock.at(s))
        std::cout << "golden:   " << name << ": " << reason << "\n";
}

TEST(Stock, EveryCaseOfTheRepositoryIsReplayedOrDeclinedWithAReason) {
  const auto stock = take_stock(networks_of(kCases));
  print(stock, "tests/golden/cases");
  ASSERT_TRUE(stock.contains(Standing::known));
  EXPECT_GE(stock.at(Standing::known).size(), 171u);
  ASSERT_TRUE(stock.contains(Standing::declined));
  EXPECT_EQ(stock.at(Standing::declined).size(), 3u);
  EXPECT_FALSE(stock.contains(Standing::unknown));
}

// More cases may lie beside the checkout, or where SPIKELOOM_GOLDEN says: all whose node types are known here
// must agree as well.
TEST(Stock, FurtherCasesAgreeWhereTheyExist) {
  const char* given = std::getenv("SPIKELOOM_GOLDEN");
  const fs::path folder = given ? fs::path(given) : fs::path(SPIKELOOM_SOURCE_DIR) / "../shared/golden";
  std::vector<fs::path> further;
  for (const fs::path& path : networks_of(folder))
    if (!fs::exists(kCases / path.filename())) further.push_back(path);
  if (given) {
    ASSERT_FALSE(networks_of(folder).empty()) << folder << " holds no case";
  }
  const auto stock = take_stock(further);
  print(stock, "further cases");
  if (!stock.contains(Standing::known)) return;
  for (const auto& [name, reason] : stock.at(Standing::known)) {
    const NetworkCase network = convert_network(folder / name);
    for (Engine engine : engines()) {
      std::vector<std::vector<float>> traces;
      EXPECT_NO_THROW(traces = play(network, engine)) << name << "\n" << network.graph;
      if (traces.empty()) continue;
      EXPECT_EQ(difference(network, traces), "") << name << ", " << name_of(engine);
    }
  }
}

}  // namespace
}  // namespace spikeloom::golden
