#include "progress.h"

#include <gtest/gtest.h>

#include "network.h"

namespace spikeloom::tool {
namespace {

TEST(Progress, SaysHowMuchIsDoneAndHowLongItTakes) {
  EXPECT_EQ(progress_line(50, 200, "steps", 1.0, 60),
            "[#####.................]   25 %  50 / 200 steps  3.0 s left");
  EXPECT_EQ(progress_line(200, 200, "steps", 1.0, 44), "[#################]  100 %  200 / 200 steps");
}

TEST(Progress, NeverBecomesWiderThanTheTerminal) {
  for (unsigned columns = 0; columns < 120; ++columns) {
    EXPECT_LE(progress_line(1, 3, "steps of all batches", 5000, columns).size(), columns);
    EXPECT_LE(progress_line(0, 0, "steps", 0, columns).size(), columns);
  }
}

TEST(Progress, WritesDurationsInTheirOwnUnit) {
  EXPECT_EQ(duration_text(0), "0 us");
  EXPECT_EQ(duration_text(0.00085), "850 us");
  EXPECT_EQ(duration_text(0.0123), "12.3 ms");
  EXPECT_EQ(duration_text(4.2), "4.2 s");
  EXPECT_EQ(duration_text(185), "3 min 05 s");
  EXPECT_EQ(duration_text(7800), "2 h 10 min");
}

TEST(Lists, AreSplitAtCommas) {
  EXPECT_EQ(comma_separated("lif1.mem, lif1[0:16],,lif2"),
            (std::vector<std::string>{"lif1.mem", "lif1[0:16]", "lif2"}));
  EXPECT_TRUE(comma_separated("").empty());
}

}  // namespace
}  // namespace spikeloom::tool
