// Sessions on several threads: the same bits, and everything else that a session does.
#include <gtest/gtest.h>

#include <algorithm>

#include "session/team.h"
#include "spikeloom/recorders.h"
#include "unit/session/hand_written.h"

namespace spikeloom {
namespace {

constexpr std::uint64_t kSteps = 60;
constexpr float kBias = 0.05f;

SessionOptions with(Sharing sharing, std::uint32_t threads, std::uint32_t batch) {
  SessionOptions options;
  options.batch = batch;
  options.threads = threads;
  options.sharing = sharing;
  return options;
}

std::vector<float> values_of(Session& session, const char* name) {
  std::vector<float> values(std::size_t{session.batch()} * 300);
  EXPECT_TRUE(session.read(name, values).ok());
  return values;
}

std::vector<float> last_row(const std::vector<float>& all, std::size_t row) {
  return {all.end() - static_cast<std::ptrdiff_t>(row), all.end()};
}

class Threads : public testing::TestWithParam<Sharing> {};

TEST_P(Threads, GiveTheBitsOfOne) {
  for (const bool stepwise : {true, false})
    for (const std::uint32_t batch : {1u, 2u, 5u})
      for (const std::uint32_t threads : {1u, 2u, 3u, 8u}) {
        const hand::Options o{.neurons = 300, .delay = 4, .history = true, .stepwise = stepwise};
        const hand::Trace want = hand::expected(o, batch, kSteps, kBias);
        auto session = Session::create(hand::program(o), with(GetParam(), threads, batch));
        ASSERT_TRUE(session.ok());
        ASSERT_TRUE(session->set_input("bias", std::vector<float>(o.neurons, kBias)).ok());
        TraceRecorder mem, spikes;
        ASSERT_TRUE(session->record("lif1.mem", mem).ok() && session->record("lif1", spikes).ok());
        ASSERT_TRUE(session->run(kSteps, hand::source(batch, o.neurons)).ok());
        EXPECT_TRUE(std::ranges::equal(mem.values(), want.mem)) << threads << " threads, batch " << batch;
        EXPECT_TRUE(std::ranges::equal(spikes.values(), want.spikes)) << threads << " threads";
      }
}

TEST_P(Threads, StepOneByOneAsWell) {
  const hand::Options o{.neurons = 300};
  auto session = Session::create(hand::program(o), with(GetParam(), 3, 2));
  ASSERT_TRUE(session.ok());
  ASSERT_TRUE(session->set_input("bias", std::vector<float>(o.neurons, kBias)).ok());
  const hand::Trace want = hand::expected(o, 2, kSteps, kBias);
  std::vector<float> row(2 * o.neurons);
  for (std::uint64_t t = 0; t < kSteps; ++t) {
    ASSERT_TRUE(hand::source(2, o.neurons)("drive", t, 1, row).ok());
    const std::span<const float> inputs[] = {row};
    ASSERT_TRUE(session->step(inputs).ok());
  }
  EXPECT_EQ(values_of(*session, "lif1.mem"), last_row(want.mem, row.size()));
}

TEST_P(Threads, SaveWhatOneThreadRestores) {
  const hand::Options o{.neurons = 300};
  const Program program = hand::program(o);
  auto many = Session::create(program, with(GetParam(), 2, 3));
  auto one = Session::create(program, with(Sharing::where_it_pays, 1, 3));
  ASSERT_TRUE(many.ok() && one.ok());
  ASSERT_TRUE(many->set_input("bias", std::vector<float>(o.neurons, kBias)).ok());
  ASSERT_TRUE(many->run(25, hand::source(3, o.neurons)).ok());
  ASSERT_TRUE(one->restore(many->save()).ok());
  ASSERT_TRUE(one->run(kSteps - 25, hand::source(3, o.neurons)).ok());
  const hand::Trace want = hand::expected(o, 3, kSteps, kBias);
  EXPECT_EQ(values_of(*one, "lif1.mem"), last_row(want.mem, std::size_t{3} * o.neurons));
  EXPECT_EQ(one->save(), [&] {
    EXPECT_TRUE(many->run(kSteps - 25, hand::source(3, o.neurons)).ok());
    return many->save();
  }());
}

TEST_P(Threads, StopBetweenBlocks) {
  const hand::Options o{.neurons = 300};
  auto session = Session::create(hand::program(o), with(GetParam(), 2, 2));
  ASSERT_TRUE(session.ok());
  ASSERT_TRUE(session->set_input("bias", std::vector<float>(o.neurons, kBias)).ok());
  std::stop_source stop;
  std::uint64_t stopped_at = 0;
  const RunOptions options{.stop = stop.get_token(), .progress = [&](std::uint64_t done, std::uint64_t) {
                             if (done < 12) return;
                             stopped_at = done;
                             stop.request_stop();
                           }};
  const auto done = session->run(kSteps, hand::source(2, o.neurons), options);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(*done, stopped_at);
  EXPECT_LT(*done, kSteps);
}

INSTANTIATE_TEST_SUITE_P(All, Threads, testing::Values(Sharing::samples, Sharing::neurons),
                         [](const auto& of) {
                           return of.param == Sharing::samples ? "BySamples" : "ByNeurons";
                         });

/// The program with so much work predicted for a step of one sample.
Program with_work(std::uint32_t picoseconds, std::uint64_t scratch = 0) {
  const std::shared_ptr<hand::Image> image = hand::image({.neurons = 300});
  image->stages[0].work = picoseconds;
  image->table.scratch_per_sample = scratch;
  image->segments[0].longest = 0;
  return *Program::load(&image->table, image->kernels, image->constant_bytes(), image);
}

TEST(ThreadsOfASession, AreOneWhereTheWorkIsSmall) {
  const auto session = Session::create(with_work(1000), {.batch = 64, .threads = 0});
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(session->threads_for(4), 1u);
}

TEST(ThreadsOfASession, AreAsManyAsCoresWhereTheWorkIsLarge) {
  if (usable_cores() < 2) GTEST_SKIP() << "this machine has one core";
  const auto all = Session::create(with_work(100000000), {.batch = 64, .threads = 0});
  const auto two = Session::create(with_work(100000000), {.batch = 64, .threads = 2, .pin = true});
  ASSERT_TRUE(all.ok() && two.ok());
  EXPECT_EQ(all->threads_for(4), std::min(usable_cores(), 64u));
  EXPECT_EQ(two->threads_for(4), 2u);
}

TEST(ThreadsOfASession, AreFewerWhereTheirScratchDoesNotFit) {
  const Program program = with_work(100000000, 1u << 20);
  const std::uint64_t one = spikeloom_arena_bytes(&program.table(), 2, 1);
  auto session = Session::create(
      program, {.batch = 2, .memory_limit = one + (1u << 19), .threads = 2, .sharing = Sharing::samples});
  ASSERT_TRUE(session.ok()) << session.error().text();
  EXPECT_EQ(session->threads_for(4), 1u);
}

}  // namespace
}  // namespace spikeloom
