// The mode of a step is the network's, the mode before and after is the caller's.
#include <gtest/gtest.h>

#include <bit>
#include <cfenv>

#include "unit/session/hand_written.h"

namespace spikeloom {
namespace {

struct Seen {
  std::uint32_t half_of_least_normal = 0, third = 0, minus_third = 0;
} seen;

void look(const spikeloom_call*) {
  volatile float least_normal = 0x1p-126f, one = 1.0f, three = 3.0f;
  seen.half_of_least_normal = std::bit_cast<std::uint32_t>(least_normal * 0.5f);
  seen.third = std::bit_cast<std::uint32_t>(one / three);
  seen.minus_third = std::bit_cast<std::uint32_t>(-one / three);
}

void step_once() {
  const std::shared_ptr<hand::Image> image = hand::image();
  std::vector<hand::Image::Line> memory(spikeloom_arena_bytes(&image->table, 1, 1) / 64);
  spikeloom_kernel kernels[1] = {look};
  spikeloom_run run{.table = &image->table,
                    .kernel = kernels,
                    .constants = image->constant_bytes(),
                    .arena = memory[0].bytes,
                    .batch = 1,
                    .sample_base = 0,
                    .seed = 0,
                    .step = 0,
                    .observed = nullptr,
                    .settled = 0};
  spikeloom_reset(&run);
  spikeloom_advance(&run, 1);
}

void expect_nearest_and_subnormals() {
  EXPECT_EQ(seen.half_of_least_normal, 0x00400000u);
  EXPECT_EQ(seen.third, 0x3eaaaaabu);  // away from zero: any other rounding changes one of the two
  EXPECT_EQ(seen.minus_third, 0xbeaaaaabu);
}

TEST(FloatMode, IsNearestInEveryRoundingOfTheCallerAndRestored) {
  for (const int mode : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    ASSERT_EQ(std::fesetround(mode), 0);
    step_once();
    const int after = std::fegetround();
    std::fesetround(FE_TONEAREST);
    EXPECT_EQ(after, mode);
    expect_nearest_and_subnormals();
  }
}

#if defined(__x86_64__)
TEST(FloatMode, KeepsSubnormalsWhereTheCallerFlushesThem) {
  const unsigned before = __builtin_ia32_stmxcsr();
  for (const unsigned flush : {0x8000u, 0x0040u, 0x8040u}) {  // FTZ, DAZ, both
    __builtin_ia32_ldmxcsr(before | flush);
    step_once();
    const unsigned after = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before);
    EXPECT_EQ(after, before | flush);
    expect_nearest_and_subnormals();
  }
}
#endif

}  // namespace
}  // namespace spikeloom
