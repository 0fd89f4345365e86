// Quantiser levels and what they make of values, as snnTorch's state_quant has them.
#include <gtest/gtest.h>

#include <algorithm>

#include "equations/neuron.h"
#include "golden/functions.h"

namespace spikeloom::golden {
namespace {

TEST(Quantizer, LevelsAndNearestLevelsAreTheRecordedOnes) {
  const auto calls = calls_of("state_quant");
  EXPECT_GE(calls.size(), 6u);
  for (const FunctionCase& call : calls) {
    const auto& args = call.args;
    std::optional<double> multiplier;
    if (args.contains("multiplier")) multiplier = args["multiplier"].get<double>();
    const LevelTable table =
        quantizer_levels(args.at("num_bits"), args.value("uniform", true), args.value("thr_centered", true),
                         args.value("threshold", 1.0), args.value("lower_limit", 0.0),
                         args.value("upper_limit", 0.2), multiplier);
    const Array &levels = call.out("levels"), &x = call.in("x"), &y = call.out("y");
    ASSERT_EQ(table.levels.size(), levels.values.size()) << call.name;
    ASSERT_EQ(table.midpoints.size() + 1, levels.values.size()) << call.name;
    for (std::size_t i = 0; i < levels.values.size(); ++i)
      EXPECT_TRUE(near(table.levels[i], levels.values[i]))
          << call.name << " level " << i << ": " << table.levels[i];
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      const auto at = std::lower_bound(table.midpoints.begin(), table.midpoints.end(), x.values[i]);
      const float nearest = table.levels[static_cast<std::size_t>(at - table.midpoints.begin())];
      EXPECT_TRUE(near(nearest, y.values[i])) << call.name << " value " << x.values[i] << ": " << nearest;
    }
  }
}

}  // namespace
}  // namespace spikeloom::golden
