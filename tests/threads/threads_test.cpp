#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <thread>

#include "spikeloom/compiler.h"
#include "unit/cache/own_folder.h"

namespace spikeloom {
namespace {

const std::filesystem::path kGraphs = std::filesystem::path(SPIKELOOM_SOURCE_DIR) / "graphs";
constexpr std::uint32_t kSteps = 300, kNeurons = 60;

/// One number for every spike of a run, in order.
class Digest : public Recorder {
 public:
  Result<void> record(const Block& block) override {
    for (std::uint32_t s = 0; s < block.steps; ++s)
      for (std::uint32_t n = 0; n < block.neurons; ++n)
        for (std::uint32_t b = 0; b < block.samples; ++b)
          hash_ = hash_ * 1099511628211u + static_cast<std::uint64_t>(block.at(s, b, n));
    return {};
  }
  std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037u;
};

/// Pushes neurons that depend on the step and on who asks.
InputSource pushes(std::uint32_t who) {
  return [who](std::string_view, std::uint64_t first, std::uint32_t steps,
               std::span<float> rows) -> Result<void> {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::uint64_t t = first + i / (rows.size() / steps);
      rows[i] = t % 50 < 4 && (i + who * 7) % kNeurons < 7 ? 1.0f : 0.0f;
    }
    return {};
  };
}

std::uint64_t run_alone(const Program& program, std::uint32_t who) {
  auto session = Session::create(program);
  if (!session.ok()) return 0;
  Digest digest;
  if (!session->record("ring", digest).ok() || !session->run(kSteps, pushes(who)).ok() ||
      !session->finish_recording().ok())
    return 0;
  return digest.hash();
}

TEST(Threads, SessionsOfOneProgramDoNotMeet) {
  const auto program = compile_file(kGraphs / "recurrent/network.json");
  ASSERT_TRUE(program.ok()) << program.error().text();
  std::array<std::uint64_t, 4> alone{}, together{};
  for (std::uint32_t who = 0; who < alone.size(); ++who) alone[who] = run_alone(*program, who);
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t who = 0; who < together.size(); ++who)
      threads.emplace_back([&, who] { together[who] = run_alone(*program, who); });
  }
  EXPECT_EQ(together, alone);
  EXPECT_NE(alone[0], 0u);
  EXPECT_NE(alone[0], alone[1]) << "the inputs differ, so must the spikes";
}

/// Wide layers whose input is at times silent and at times dense, and a loop.
constexpr char kSharedNetwork[] = R"({ "spikeloom": 1,
  "inputs": { "x": { "shape": [300] } },
  "nodes": {
    "fc1": { "type": "linear", "from": "x", "weight": { "random": "normal", "std": 0.1, "seed": 1, "shape": [520, 300] } },
    "ring": { "type": "lif", "from": ["fc1", "back"], "beta": 0.9 },
    "back": { "type": "linear", "from": { "node": "ring", "delay": 4 }, "weight": { "random": "normal", "std": 0.05, "seed": 2, "shape": [520, 520] } },
    "fc2": { "type": "linear", "from": "ring", "weight": { "random": "normal", "std": 0.1, "seed": 3, "shape": [70, 520] } },
    "out": { "type": "synaptic", "from": "fc2", "alpha": 0.8, "beta": 0.9 } },
  "outputs": { "y": "out" } })";

TEST(Threads, ASessionSharesItsWork) {
  const auto program = compile_text(kSharedNetwork, ".");
  ASSERT_TRUE(program.ok()) << program.error().text();
  const auto digest_of = [&](std::uint32_t threads, Sharing sharing, std::uint32_t batch) {
    Digest digest;
    auto session = Session::create(*program, {.batch = batch, .threads = threads, .sharing = sharing});
    const InputSource source = [](std::string_view, std::uint64_t first, std::uint32_t steps,
                                  std::span<float> rows) -> Result<void> {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::uint64_t t = first + i / (rows.size() / steps);
        rows[i] = (i * 7919 + t * 31) % 100 < (t / 40 % 3) * 40 + 2 ? 1.0f : 0.0f;
      }
      return {};
    };
    if (!session.ok() || !session->record("ring", digest).ok() || !session->record("out", digest).ok() ||
        !session->run(150, source).ok() || !session->finish_recording().ok())
      return std::uint64_t{0};
    return digest.hash();
  };
  for (const std::uint32_t batch : {1u, 6u}) {
    const std::uint64_t alone = digest_of(1, Sharing::where_it_pays, batch);
    EXPECT_NE(alone, 0u);
    for (const Sharing sharing : {Sharing::samples, Sharing::neurons})
      for (const std::uint32_t threads : {2u, 4u})
        EXPECT_EQ(digest_of(threads, sharing, batch), alone) << threads << " threads, batch " << batch;
  }
}

TEST(Threads, ACacheIsSharedByCompilationsSideBySide) {
  const testing::OwnFolder folder;
  if (!folder.exists()) GTEST_SKIP() << "neither the build's folder nor the home folder is closed to others";
  std::array<std::uint64_t, 4> hashes{};
  const auto compile = [&](std::uint64_t& hash) {
    const auto program =
        compile_file(kGraphs / "recurrent/network.json", {.cache_directory = folder.path() / "cache"});
    if (program.ok()) hash = run_alone(*program, 1);
  };
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t& hash : hashes) threads.emplace_back([&] { compile(hash); });
  }
  EXPECT_NE(hashes[0], 0u);
  for (const std::uint64_t hash : hashes) EXPECT_EQ(hash, hashes[0]);
  std::uint64_t warm = 0;
  compile(warm);
  EXPECT_EQ(warm, hashes[0]);
}

TEST(Threads, GraphsAreCompiledSideBySide) {
  std::array<std::uint64_t, 3> hashes{};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t& hash : hashes)
      threads.emplace_back([&hash] {
        const auto program = compile_file(kGraphs / "recurrent/network.json");
        if (program.ok()) hash = run_alone(*program, 1);
      });
  }
  EXPECT_NE(hashes[0], 0u);
  EXPECT_EQ(hashes[1], hashes[0]);
  EXPECT_EQ(hashes[2], hashes[0]);
}

TEST(Threads, ARunIsStoppedFromElsewhere) {
  const auto program = compile_file(kGraphs / "recurrent/network.json");
  ASSERT_TRUE(program.ok()) << program.error().text();
  auto session = Session::create(*program);
  ASSERT_TRUE(session.ok()) << session.error().text();
  std::stop_source stop;
  std::jthread other;
  RunOptions options;
  options.stop = stop.get_token();
  options.progress = [&](std::uint64_t done, std::uint64_t) {
    if (done > 0 && !other.joinable()) other = std::jthread([&] { stop.request_stop(); });
  };
  constexpr std::uint64_t kEndless = std::uint64_t{1} << 40;
  const auto done = session->run(kEndless, pushes(0), options);
  ASSERT_TRUE(done.ok()) << done.error().text();
  EXPECT_GT(*done, 0u);
  EXPECT_LT(*done, kEndless);
  EXPECT_EQ(session->step_count(), *done);
}

}  // namespace
}  // namespace spikeloom
