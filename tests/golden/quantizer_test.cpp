// Quantiser levels and what they make of values, as snnTorch's state_quant has them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "equations/neuron.h"
#include "golden/npy.h"

namespace spikeloom::golden {
namespace {

namespace fs = std::filesystem;

constexpr double kRelative = 2e-5, kAbsolute = 2e-6;

TEST(Quantizer, LevelsAndNearestLevelsAreTheRecordedOnes) {
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(SPIKELOOM_SOURCE_DIR) / "tests/golden/cases")) {
    std::ifstream text(entry.path() / "case.json");
    if (!text) continue;
    const auto file = nlohmann::json::parse(text);
    if (file.at("kind") != "function" || file.at("function") != "state_quant") continue;
    ++cases;
    const auto& args = file.at("args");
    std::optional<double> multiplier;
    if (args.contains("multiplier")) multiplier = args["multiplier"].get<double>();
    const LevelTable table =
        quantizer_levels(args.at("num_bits"), args.value("uniform", true), args.value("thr_centered", true),
                         args.value("threshold", 1.0), args.value("lower_limit", 0.0),
                         args.value("upper_limit", 0.2), multiplier);
    const Array levels = read_npy(entry.path() / "out.levels.npy"), x = read_npy(entry.path() / "in.x.npy"),
                y = read_npy(entry.path() / "out.y.npy");
    auto near = [](double got, double want) {
      return std::abs(got - want) <= kRelative * std::abs(want) + kAbsolute;
    };
    ASSERT_EQ(table.levels.size(), levels.values.size()) << entry.path();
    ASSERT_EQ(table.midpoints.size() + 1, levels.values.size()) << entry.path();
    for (std::size_t i = 0; i < levels.values.size(); ++i)
      EXPECT_TRUE(near(table.levels[i], levels.values[i]))
          << entry.path() << " level " << i << ": " << table.levels[i];
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      const auto at = std::lower_bound(table.midpoints.begin(), table.midpoints.end(), x.values[i]);
      const float nearest = table.levels[static_cast<std::size_t>(at - table.midpoints.begin())];
      EXPECT_TRUE(near(nearest, y.values[i])) << entry.path() << " value " << x.values[i] << ": " << nearest;
    }
  }
  EXPECT_EQ(cases, 6);
}

}  // namespace
}  // namespace spikeloom::golden
