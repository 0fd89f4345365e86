#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bit>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "unit/recorders/blocks.h"

namespace spikeloom {
namespace {

using testing::make_block;
using testing::spike_pattern;

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("spikeloom_files_" + std::to_string(::getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path path(const char* name) const { return folder_ / name; }
  std::filesystem::path folder_;
};

/// Reads a .npy file by the letter of format 1.0, and refuses one that claims more than it holds.
struct Npy {
  std::string header;
  std::vector<unsigned char> data;

  explicit Npy(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(all.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
    const std::size_t length =
        static_cast<unsigned char>(all.at(8)) + 256u * static_cast<unsigned char>(all.at(9));
    EXPECT_EQ((10 + length) % 64, 0u);
    header = all.substr(10, length);
    EXPECT_EQ(header.back(), '\n');
    data.assign(all.begin() + static_cast<std::ptrdiff_t>(10 + length), all.end());
  }
  std::string shape() const {
    const std::size_t open = header.find('(', header.find("'shape'"));
    return header.substr(open, header.find(')', open) - open + 1);
  }
  std::string element() const {
    const std::size_t from = header.find("'descr': ") + 9;
    return header.substr(from, header.find(", 'fortran_order': False") - from);
  }
  float value(std::size_t i) const {
    float v;
    std::memcpy(&v, data.data() + i * 4, 4);
    return v;
  }
};

TEST_F(Files, AnUntouchedRecordingIsAnEmptyArray) {
  {
    auto writer = NpyWriter::create(path("x.npy"));
    ASSERT_TRUE(writer.ok());
  }
  {
    auto writer = EventsWriter::create(path("e.npy"));
    ASSERT_TRUE(writer.ok());
  }
  EXPECT_EQ(Npy(path("x.npy")).shape(), "(0,)");
  EXPECT_EQ(Npy(path("e.npy")).shape(), "(0,)");
}

TEST_F(Files, SpikesAreBytesAndTracesFloats) {
  const auto value = [](std::uint64_t t, std::uint32_t b, std::uint32_t j) {
    return j == 5 ? std::bit_cast<float>(0xffc00001u)
                  : static_cast<float>(t) + 0.5f * static_cast<float>(b * 6 + j);
  };
  auto spikes = *NpyWriter::create(path("s.npy"), {.shape = {{2, 3}}});
  auto trace = *NpyWriter::create(path("t.npy"));
  for (std::uint32_t t = 0; t < 9; t += 3) {
    ASSERT_TRUE(spikes->record(make_block(SPIKELOOM_BITS, 4 + t, 3, 2, 6, spike_pattern).block).ok());
    ASSERT_TRUE(trace->record(make_block(SPIKELOOM_FLOAT, 4 + t, 3, 2, 6, value).block).ok());
  }
  ASSERT_TRUE(spikes->finish().ok());
  ASSERT_TRUE(trace->finish().ok());
  const Npy s(path("s.npy")), t(path("t.npy"));
  EXPECT_EQ(s.shape(), "(9, 2, 2, 3)");
  EXPECT_EQ(s.element(), "'|u1'");
  EXPECT_EQ(t.shape(), "(9, 2, 6)");
  EXPECT_EQ(t.element(), "'<f4'");
  ASSERT_EQ(s.data.size(), 9u * 12);
  ASSERT_EQ(t.data.size(), 9u * 12 * 4);
  for (std::uint32_t step = 0; step < 9; ++step)
    for (std::uint32_t b = 0; b < 2; ++b)
      for (std::uint32_t j = 0; j < 6; ++j) {
        const std::size_t at = step * 12 + b * 6 + j;
        EXPECT_EQ(s.data[at], spike_pattern(4 + step, b, j));
        if (j == 5)
          EXPECT_EQ(std::bit_cast<std::uint32_t>(t.value(at)), 0x7fc00000u);
        else
          EXPECT_EQ(t.value(at), value(4 + step, b, j));
      }
}

// At any moment of a long recording the file is whole: the header claims at most what is there.
TEST_F(Files, TheHeaderNeverClaimsMoreThanIsOnDisk) {
  constexpr std::uint32_t kNeurons = 2000, kBlock = 25;
  auto writer = *NpyWriter::create(path("x.npy"));
  std::uint64_t last = 0;
  for (std::uint32_t t = 0; t < 400; t += kBlock) {
    ASSERT_TRUE(writer
                    ->record(make_block(SPIKELOOM_FLOAT, t, kBlock, 1, kNeurons,
                                        [](auto step, auto, auto) { return static_cast<float>(step); })
                                 .block)
                    .ok());
    const Npy now(path("x.npy"));
    const std::uint64_t claimed = std::stoull(now.shape().substr(1));
    EXPECT_GE(claimed, last);
    EXPECT_LE(claimed, t + kBlock);
    ASSERT_GE(now.data.size(), claimed * kNeurons * 4);
    if (claimed != 0) {
      EXPECT_EQ(now.value((claimed - 1) * kNeurons), static_cast<float>(claimed - 1));
    }
    last = claimed;
  }
  EXPECT_GT(last, 200u) << "a killed run keeps most of what it recorded";
}

TEST_F(Files, SeveralSessionsFillOneFile) {
  auto writer = *NpyWriter::create(path("x.npy"), {.samples = 5});
  auto events = *EventsWriter::create(path("e.npy"));
  for (const auto& [first, count] : {std::pair{0u, 2u}, {2u, 2u}, {4u, 1u}}) {
    ASSERT_TRUE(writer->begin(first).ok());
    ASSERT_TRUE(events->begin(first).ok());
    for (std::uint32_t t = 0; t < 6; t += 2) {
      const auto shifted = [begin = first](std::uint64_t step, std::uint32_t b, std::uint32_t j) {
        return spike_pattern(step, begin + b, j);
      };
      const auto block = make_block(SPIKELOOM_BITS, t, 2, count, 7, shifted);
      ASSERT_TRUE(writer->record(block.block).ok());
      ASSERT_TRUE(events->record(block.block).ok());
    }
    ASSERT_TRUE(writer->finish().ok());
    ASSERT_TRUE(events->finish().ok());
    EXPECT_EQ(Npy(path("x.npy")).shape(), first == 4 ? "(6, 5, 7)" : "(0, 5, 7)");
  }
  ASSERT_TRUE(writer->close().ok());
  ASSERT_TRUE(events->close().ok());
  const Npy x(path("x.npy")), e(path("e.npy"));
  std::vector<std::uint32_t> want;
  for (std::uint32_t t = 0; t < 6; ++t)
    for (std::uint32_t b = 0; b < 5; ++b)
      for (std::uint32_t j = 0; j < 7; ++j) {
        ASSERT_EQ(x.data[(t * 5 + b) * 7 + j], spike_pattern(t, b, j));
        if (spike_pattern(t, b, j) != 0) want.insert(want.end(), {t, b, j});
      }
  EXPECT_EQ(e.element(), "[('step', '<u4'), ('sample', '<u4'), ('neuron', '<u4')]");
  EXPECT_EQ(e.shape(), "(" + std::to_string(want.size() / 3) + ",)");
  ASSERT_EQ(e.data.size(), want.size() * 4);
  EXPECT_EQ(std::memcmp(e.data.data(), want.data(), e.data.size()), 0) << "sorted by step, sample, neuron";
  EXPECT_FALSE(std::filesystem::exists(path("e.npy.sorting")));
}

TEST_F(Files, AFileThatEndsEarlyKeepsTheSamplesThatCame) {
  for (const std::uint32_t of_last : {1u, 2u}) {  // samples of the last range: some missing, or none
    auto writer = *NpyWriter::create(path("x.npy"), {.samples = 6});
    for (const std::uint32_t first : {0u, 2u, 4u}) {
      ASSERT_TRUE(writer->begin(first).ok());
      const auto shifted = [first](std::uint64_t step, std::uint32_t b, std::uint32_t j) {
        return static_cast<float>(step * 100 + (first + b) * 10 + j);
      };
      const std::uint32_t samples = first == 4 ? of_last : 2, steps = first == 4 ? 1 : 3;
      const auto block = make_block(SPIKELOOM_FLOAT, 0, steps, samples, 3, shifted);
      ASSERT_TRUE(writer->record(block.block).ok());
    }
    ASSERT_TRUE(writer->close().ok());
    const Npy x(path("x.npy"));
    EXPECT_EQ(x.shape(), "(3, 4, 3)");
    ASSERT_EQ(x.data.size(), 3u * 4 * 3 * 4);
    for (std::uint32_t t = 0; t < 3; ++t)
      for (std::uint32_t b = 0; b < 4; ++b)
        EXPECT_EQ(x.value((t * 4 + b) * 3 + 2), static_cast<float>(t * 100 + b * 10 + 2));
  }
}

TEST_F(Files, ASingleRangeKeepsEveryStepThatCame) {
  auto writer = *NpyWriter::create(path("x.npy"), {.samples = 6});
  ASSERT_TRUE(writer->begin(0).ok());
  ASSERT_TRUE(writer->record(make_block(SPIKELOOM_BITS, 0, 3, 2, 5, spike_pattern).block).ok());
  ASSERT_TRUE(writer->close().ok());
  const Npy x(path("x.npy"));
  EXPECT_EQ(x.shape(), "(3, 2, 5)");
  ASSERT_EQ(x.data.size(), 30u);
  for (std::uint32_t i = 0; i < 30; ++i) EXPECT_EQ(x.data[i], spike_pattern(i / 10, i / 5 % 2, i % 5));
}

TEST_F(Files, GradedEventsHoldTheirValue) {
  auto events = *EventsWriter::create(path("e.npy"));
  const auto graded = [](std::uint64_t t, std::uint32_t b, std::uint32_t j) {
    return t == 1 && b == 1 && j == 2 ? 0.25f : 0.0f;
  };
  ASSERT_TRUE(events->record(make_block(SPIKELOOM_FLOAT, 0, 3, 2, 4, graded).block).ok());
  ASSERT_TRUE(events->finish().ok());
  const Npy e(path("e.npy"));
  EXPECT_EQ(e.element(), "[('step', '<u4'), ('sample', '<u4'), ('neuron', '<u4'), ('value', '<f4')]");
  EXPECT_EQ(e.shape(), "(1,)");
  ASSERT_EQ(e.data.size(), 16u);
  EXPECT_EQ(e.value(3), 0.25f);
  EXPECT_EQ(events->record(make_block(SPIKELOOM_BITS, 3, 1, 2, 4, graded).block).error().kind(),
            ErrorKind::usage);
}

TEST_F(Files, WhatTheSystemRefusesIsAnError) {
  EXPECT_EQ(NpyWriter::create(path("no/such/folder.npy")).error().kind(), ErrorKind::io);
  EXPECT_EQ(EventsWriter::create(path("no/such/folder.npy")).error().kind(), ErrorKind::io);
  EXPECT_NE(NpyWriter::create(folder_).error().text().find("directory"), std::string::npos);
  EXPECT_EQ(NpyWriter::create("/dev/full").error().kind(), ErrorKind::io);
}

TEST_F(Files, AFullDiskIsAnErrorAndTheFileStaysReadable) {
  auto writer = *NpyWriter::create(path("x.npy"));
  const auto block = make_block(SPIKELOOM_FLOAT, 0, 4, 1, 5000, spike_pattern);
  struct rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {200000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  Result<void> result;
  for (int i = 0; i < 40 && result.ok(); ++i) result = writer->record(block.block);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::io);
  const Npy now(path("x.npy"));
  EXPECT_LE(std::stoull(now.shape().substr(1)) * 20000, now.data.size());
}

TEST_F(Files, WrongShapesAndRangesAreRefused) {
  auto writer = *NpyWriter::create(path("x.npy"), {.shape = {{2, 4}}, .samples = 2});
  EXPECT_EQ(writer->record(make_block(SPIKELOOM_BITS, 0, 1, 2, 6, spike_pattern).block).error().kind(),
            ErrorKind::usage);
  auto ranges = *NpyWriter::create(path("y.npy"), {.samples = 2});
  EXPECT_FALSE(ranges->begin(1).ok()) << "ranges follow each other";
  EXPECT_FALSE(ranges->record(make_block(SPIKELOOM_BITS, 0, 1, 3, 6, spike_pattern).block).ok());
}

}  // namespace
}  // namespace spikeloom
