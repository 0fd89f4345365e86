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
