#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "unit/session/hand_written.h"

namespace spikeloom {
namespace {

constexpr std::uint32_t kBatch = 2;
constexpr float kBias = 0.05f;

Session session_of(const hand::Options& o, SessionOptions options = {.batch = kBatch}) {
  Session session = *Session::create(hand::program(o), options);
  EXPECT_TRUE(session.set_input("bias", std::vector<float>(o.neurons, kBias)).ok());
  return session;
}

TEST(SessionSave, ARestoredSessionGoesOnWithTheSameBitsFromAnyStep) {
  for (const bool history : {false, true}) {
    const hand::Options o{.delay = 5, .slots = 9, .history = history};
    constexpr std::uint64_t kSteps = 40;
    const hand::Trace want = hand::expected(o, kBatch, kSteps, kBias);
    const std::size_t row = std::size_t{kBatch} * o.neurons;
    Session straight = session_of(o);
    for (std::uint64_t t = 0; t <= kSteps; ++t) {
      const std::vector<unsigned char> saved = straight.save();
      Session later = *Session::create(hand::program(o), {.batch = kBatch});  // not even its bias is set
      TraceRecorder mem, spikes;
      ASSERT_TRUE(later.record("lif1.mem", mem).ok());
      ASSERT_TRUE(later.record("lif1", spikes).ok());
      ASSERT_TRUE(later.restore(saved).ok());
      EXPECT_EQ(later.step_count(), t);
      EXPECT_EQ(later.save(), saved) << "equal states are equal bytes";
      ASSERT_TRUE(later.run(kSteps - t, hand::source(kBatch, o.neurons)).ok());
      ASSERT_EQ(mem.values().size(), (kSteps - t) * row);
      EXPECT_TRUE(std::equal(mem.values().begin(), mem.values().end(),
                             want.mem.begin() + static_cast<std::ptrdiff_t>(t * row)));
      EXPECT_TRUE(std::equal(spikes.values().begin(), spikes.values().end(),
                             want.spikes.begin() + static_cast<std::ptrdiff_t>(t * row)));
      ASSERT_TRUE(straight.run(1, hand::source(kBatch, o.neurons)).ok());
    }
  }
}

TEST(SessionSave, BringsSeedFirstSampleAndConstantInputs) {
  const hand::Options o;
  Session saved = session_of(o, {.batch = kBatch, .first_sample = 10, .seed = 99});
  ASSERT_TRUE(saved.run(3, hand::source(kBatch, o.neurons)).ok());
  Session other = session_of(o);
  ASSERT_TRUE(other.restore(saved.save()).ok());
  EXPECT_EQ(other.save(), saved.save());
  ASSERT_TRUE(other.reset().ok());
  ASSERT_TRUE(saved.reset().ok());
  EXPECT_EQ(other.save(), saved.save()) << "after a reset, too";
}

TEST(SessionSave, EveryNanIsSavedAsTheSame) {
  const hand::Options o;
  Session a = session_of(o), b = session_of(o);
  // The drive may not be a NaN, but it may overflow, and infinity - infinity is one.
  const auto overflow = [&](Session& s, float sign) {
    const std::vector<float> huge(std::size_t{kBatch} * o.neurons, sign * std::numeric_limits<float>::max());
    const std::span<const float> inputs[] = {huge};
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(s.step(inputs).ok());
  };
  overflow(a, 1), overflow(b, 1);
  overflow(a, -1), overflow(b, -1);
  EXPECT_EQ(a.save(), b.save());
  std::vector<float> mem(std::size_t{kBatch} * o.neurons);
  ASSERT_TRUE(a.read("lif1.mem", mem).ok());
  for (const float value : mem) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    EXPECT_TRUE(value == value || bits == 0x7fc00000u) << std::hex << bits;
  }
}

TEST(SessionSave, AnotherProgramBatchOrVersionIsRefusedByName) {
  const hand::Options o;
  const std::vector<unsigned char> saved = session_of(o).save();
  hand::Options changed;
  changed.hash = 0x5678;
  const auto text = [](Result<void> result) { return result.ok() ? "it was taken" : result.error().text(); };
  EXPECT_NE(text(session_of(changed).restore(saved)).find("another program"), std::string::npos);
  EXPECT_NE(text(session_of(o, {.batch = 3}).restore(saved)).find("another batch"), std::string::npos);
  EXPECT_NE(text(session_of(o).restore({})).find("not a saved state"), std::string::npos);
}

TEST(SessionSave, DamagedBytesAreRefusedAndLeaveTheSessionAsItWas) {
  const hand::Options o;
  Session session = session_of(o);
  ASSERT_TRUE(session.run(7, hand::source(kBatch, o.neurons)).ok());
  const std::vector<unsigned char> saved = session.save();
  Session other = session_of(o);
  const std::vector<unsigned char> before = other.save();
  for (std::size_t at = 0; at < saved.size(); ++at) {
    std::vector<unsigned char> damaged = saved;
    damaged[at] ^= static_cast<unsigned char>(1u << at % 8);
    ASSERT_FALSE(other.restore(damaged).ok()) << "byte " << at;
  }
  for (std::size_t size = 0; size < saved.size(); ++size)
    ASSERT_FALSE(other.restore(std::span(saved).first(size)).ok()) << size << " bytes";
  std::vector<unsigned char> longer = saved;
  longer.push_back(0);
  EXPECT_FALSE(other.restore(longer).ok());
  EXPECT_EQ(other.save(), before);
}

TEST(SessionState, AStateSetBeforeTheStartIsWhatDelayedReadersSee) {
  const hand::Options o{.delay = 3, .slots = 8, .history = true};
  const std::shared_ptr<hand::Image> image = hand::image(o);
  Session session = *Session::create(
      *Program::load(&image->table, image->kernels, image->constant_bytes(), image), {.batch = kBatch});
  std::vector<float> mem(std::size_t{kBatch} * o.neurons);
  for (std::size_t i = 0; i < mem.size(); ++i) mem[i] = static_cast<float>(i) * 0.01f;
  ASSERT_TRUE(session.set_state("lif1.mem", mem).ok());
  std::vector<float> got(mem.size());
  ASSERT_TRUE(session.read("lif1.mem", got).ok());
  EXPECT_EQ(got, mem);
  // The history is the last buffer; a saved state shows its last step.
  const std::vector<unsigned char> saved = session.save();
  const std::size_t row = mem.size() * sizeof(float), end = saved.size() - sizeof(std::uint64_t);
  EXPECT_EQ(std::memcmp(saved.data() + end - row, mem.data(), row), 0);
}

TEST(SessionState, AStateMaySetForAllSamplesAtOnceAndWhileRunning) {
  const hand::Options o;
  Session session = session_of(o);
  ASSERT_TRUE(session.run(10, hand::source(kBatch, o.neurons)).ok());
  ASSERT_TRUE(session.set_state("lif1.mem", std::vector<float>(o.neurons, 0.25f)).ok());
  std::vector<float> mem(std::size_t{kBatch} * o.neurons);
  ASSERT_TRUE(session.read("lif1.mem", mem).ok());
  EXPECT_EQ(mem, std::vector<float>(mem.size(), 0.25f));
  ASSERT_TRUE(session
                  .run(1,
                       [&](auto, auto, auto, std::span<float> rows) -> Result<void> {
                         std::fill(rows.begin(), rows.end(), 0.0f);
                         return {};
                       })
                  .ok());
  ASSERT_TRUE(session.read("lif1.mem", mem).ok());
  const float want = hand::kBeta * 0.25f + kBias;
  for (const float value : mem) EXPECT_TRUE(value == want || value == want + hand::kFeedback);
}

// ---- what callers do wrong ----

std::string text_of(const Result<void>& result) {
  return result.ok() ? "no error" : result.error().text();
}

TEST(SessionErrors, SayWhatWasExpectedAndWhatCame) {
  const hand::Options o;
  Session fresh = *Session::create(hand::program(o), {.batch = kBatch});
  Session session = session_of(o);
  const std::vector<float> row(std::size_t{kBatch} * o.neurons), one(o.neurons), wrong(5);
  const std::span<const float> whole[] = {row}, shared[] = {one};

  EXPECT_EQ(text_of(fresh.step(whole)),
            "error: input 'bias' has no values yet\n  hint      it is constant: give it once with set_input");
  EXPECT_EQ(text_of(session.step(shared)),
            "error: wrong number of values for input 'drive'\n  expected  42 (batch 2 x 21)\n  got       21");
  EXPECT_EQ(text_of(session.step({})),
            "error: wrong number of varying inputs for a step\n  expected  1\n  got       0");
  EXPECT_EQ(
      text_of(session.set_input("bias", wrong)),
      "error: wrong number of values for input 'bias'\n  expected  42 (batch 2 x 21), or 21 for all samples\n"
      "  got       5");
  EXPECT_EQ(text_of(session.set_input("drive", row)),
            "error: input 'drive' varies: it is given every step\n"
            "  hint      pass it to step, or through the source of run");
  EXPECT_EQ(text_of(session.set_input("bis", row)),
            "error: there is no input 'bis'\n  hint      did you mean 'bias'?");
  EXPECT_EQ(text_of(session.set_input("lif1", row)),
            "error: there is no input 'lif1'\n  hint      there are: drive, bias");
  EXPECT_EQ(text_of(session.set_state("lif1", one)),
            "error: there is no state 'lif1'\n  hint      there are: lif1.mem");
  std::vector<float> values(3);
  EXPECT_EQ(
      text_of(session.read("lif1.mem", values)),
      "error: wrong number of values for signal 'lif1.mem'\n  expected  42 (batch 2 x 21)\n  got       3");
  TraceRecorder trace;
  EXPECT_EQ(text_of(session.record("lif1", trace, 20, 2)),
            "error: the neurons to record lie outside 'lif1'\n  expected  a range within 0 ... 21\n"
            "  got       20 ... 22");
  EXPECT_EQ(session.record("lif1", trace, 22).error().kind(), ErrorKind::usage);
  EXPECT_EQ(session.run(1, nullptr).error().diagnostics[0].what,
            "input 'drive' varies, and run has no source");
}

TEST(SessionErrors, AValueThatIsNotFiniteIsNamedAndNothingMoves) {
  const hand::Options o;
  Session session = session_of(o, {.batch = kBatch, .first_sample = 100});
  ASSERT_TRUE(session.run(5, hand::source(kBatch, o.neurons)).ok());
  const std::vector<unsigned char> before = session.save();
  std::vector<float> row(std::size_t{kBatch} * o.neurons);
  row[o.neurons + 4] = std::numeric_limits<float>::infinity();
  const std::span<const float> inputs[] = {row};
  EXPECT_EQ(text_of(session.step(inputs)),
            "error: input 'drive' is not finite at step 5, sample 101, neuron 4\n"
            "  expected  a finite number\n  got       inf");
  EXPECT_EQ(session.set_input("bias", row).error().diagnostics[0].what,
            "input 'bias' is not finite at sample 101, neuron 4");
  EXPECT_EQ(session.set_state("lif1.mem", row).error().diagnostics[0].what,
            "state 'lif1.mem' is not finite at sample 101, neuron 4");
  EXPECT_EQ(session.save(), before);
  const Result<std::uint64_t> run = session.run(
      8,
      [&](std::string_view, std::uint64_t first, std::uint32_t steps, std::span<float> rows) -> Result<void> {
        std::fill(rows.begin(), rows.end(), 0.0f);
        if (first <= 9 && 9 < first + steps)
          rows[(9 - first) * row.size() + 3] = std::numeric_limits<float>::quiet_NaN();
        return {};
      });
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().diagnostics[0].what, "input 'drive' is not finite at step 9, sample 100, neuron 3");
  EXPECT_LE(session.step_count(), 9u);
}

TEST(SessionErrors, MemoryIsRefusedBeforeItIsTaken) {
  const hand::Options o{.neurons = 1000};
  const Result<Session> small = Session::create(hand::program(o), {.batch = 4, .memory_limit = 100000});
  ASSERT_FALSE(small.ok());
  EXPECT_EQ(small.error().kind(), ErrorKind::limit);
  EXPECT_NE(small.error().text().find("the limit is 97.7 KiB"), std::string::npos) << small.error().text();
  const Result<Session> huge = Session::create(hand::program(o), {.batch = UINT32_MAX});
  ASSERT_FALSE(huge.ok());
  EXPECT_EQ(huge.error().kind(), ErrorKind::limit);
  EXPECT_NE(huge.error().text().find("TiB of memory, the limit is 16 GiB"), std::string::npos)
      << huge.error().text();
  EXPECT_EQ(Session::create(hand::program(o), {.batch = 0}).error().kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace spikeloom
