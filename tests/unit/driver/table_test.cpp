// Tables are hostile until they are checked.
#include <gtest/gtest.h>

#include <cstring>

#include <algorithm>
#include <functional>
#include <limits>
#include <random>
#include <string>

#include "unit/session/hand_written.h"

namespace spikeloom {
namespace {

using Change = std::function<void(hand::Image&)>;

std::string problem_after(const Change& change) {
  const std::shared_ptr<hand::Image> image = hand::image({.history = true});
  change(*image);
  return spikeloom_table_problem(spikeloom_check_table(&image->table));
}

constexpr std::uint32_t kParameters = 0, kInitial = 1, kDrive = 2, kBias = 3, kMem = 4, kSpikes = 5,
                        kHistory = 6;
constexpr std::uint32_t kSignalBias = 1, kSignalSpikes = 2, kSignalMem = 3;

TEST(Table, TheHandWrittenOneIsSound) {
  EXPECT_EQ(problem_after([](hand::Image&) {}), "the table is sound");
  const std::shared_ptr<hand::Image> image = hand::image();
  EXPECT_TRUE(Program::load(&image->table, image->kernels, image->constant_bytes(), image).ok());
}

spikeloom_buffer passed_on(spikeloom_buffer b) {
  b.memory = SPIKELOOM_OBSERVED;
  b.passed = 1;
  b.reach = 0;
  return b;
}

/// A state that could be a counter, but for its history in session state.
void count_in_bytes(hand::Image& i) {
  i.buffers[kMem].element = SPIKELOOM_BYTES;
  i.buffers[kMem].initial = SPIKELOOM_NONE;
}

TEST(Table, EveryRuleHasItsReason) {
  struct Case {
    const char* problem;
    Change change;
  };
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max() - 63;  // a multiple of 64
  const char* sound = "the table is sound";
  const char* missing = "there is no table, or one of its arrays is missing";
  const char* block = "a block must hold 1 to 65536 steps";
  const char* time_step = "dt must be a number of ms above 0";
  const char* memory = "a buffer is of an unknown or reserved kind of memory";
  const char* slots = "a buffer has no slot, or a constant or scratch has several";
  const char* row = "a row is not a multiple of 64 bytes, or too short for its elements";
  const char* offset = "a buffer does not start at a multiple of 64 bytes";
  const char* constant_range = "a constant lies outside the constants";
  const char* arena_range = "a buffer lies outside the arena";
  const char* initial = "initial values are not a constant of the same row and element";
  const char* rows = "initial values for each sample need a fixed batch of as many samples";
  const char* ring = "a ring operand must have no delay, reach all slots, and be marked by 0 or 1";
  const char* passed =
      "a buffer that is passed on must be observed, read in its own step, and not what runs once";
  const char* operands = "a stage's operands lie outside the operands";
  const char* segment = "segments must cover the stages one after the other";
  const char* signal = "a signal names no buffer that a caller may see";
  const char* shape = "a signal's shape and the count of its buffer differ";
  const char* input = "an input must be float32 in session state, and have one slot if it is constant";
  const char* history =
      "a state's history must be a float32 buffer of the session with the same count as the state";
  const Case cases[] = {
      {passed, [](auto& i) { i.buffers[kMem].passed = 1; }},
      {passed, [](auto& i) { i.buffers[kDrive].memory = SPIKELOOM_OBSERVED, i.buffers[kDrive].passed = 2; }},
      {passed,
       [](auto& i) { i.buffers[kDrive] = passed_on(i.buffers[kDrive]), i.buffers[kDrive].reach = 1; }},
      {passed,
       [](auto& i) {
         i.buffers[kDrive] = passed_on(i.buffers[kDrive]), i.segments[0].once = 1;
         i.table.scratch_per_sample = 1 << 20;
       }},
      {arena_range, [](auto& i) { i.buffers[kDrive] = passed_on(i.buffers[kDrive]); }},
      {"the table has another format version than this runtime", [](auto& i) { i.table.format = 1; }},
      {missing, [](auto& i) { i.table.buffer = nullptr; }},
      {missing, [](auto& i) { i.table.operand = nullptr; }},
      {missing, [](auto& i) { i.table.stage = nullptr; }},
      {missing, [](auto& i) { i.table.segment = nullptr; }},
      {missing, [](auto& i) { i.table.signal = nullptr; }},
      {missing, [](auto& i) { i.table.names = nullptr; }},
      {missing, [](auto& i) { i.table.names_bytes = 0; }},
      {block, [](auto& i) { i.table.block_steps = 0; }},
      {block, [](auto& i) { i.table.block_steps = 65537; }},
      {time_step, [](auto& i) { i.table.dt = 0; }},
      {time_step, [](auto& i) { i.table.dt = std::numeric_limits<double>::quiet_NaN(); }},
      {time_step, [](auto& i) { i.table.dt = std::numeric_limits<double>::infinity(); }},
      {"the names do not end in 0", [](auto& i) { --i.table.names_bytes; }},
      {"a name lies outside the names", [](auto& i) { i.stages[0].name = i.table.names_bytes; }},
      {"a name lies outside the names", [](auto& i) { i.signals[0].name = ~0u; }},
      {memory, [](auto& i) { i.buffers[kMem].memory = 7; }},
      {memory, [](auto& i) { i.buffers[kMem].memory = SPIKELOOM_MUTABLE; }},
      {"a buffer has an unknown element type", [](auto& i) { i.buffers[kMem].element = 4; }},
      {slots, [](auto& i) { i.buffers[kMem].slots = 0; }},
      {slots, [](auto& i) { i.buffers[kParameters].slots = 2; }},
      {row, [](auto& i) { i.buffers[kMem].row_bytes = 0; }},
      {row, [](auto& i) { i.buffers[kMem].row_bytes = 96; }},
      {row, [](auto& i) { i.buffers[kMem].row_bytes = 64; }},
      {row, [](auto& i) { i.buffers[kSpikes].count = 513; }},
      {row, [](auto& i) { i.buffers[kMem].count = ~0u; }},
      {row, [](auto& i) { count_in_bytes(i), i.buffers[kMem].count = 129; }},
      {offset, [](auto& i) { i.buffers[kMem].offset_per_sample += 4; }},
      {offset, [](auto& i) { i.buffers[kParameters].offset = 32; }},
      {offset, [](auto& i) { i.table.arena_per_sample += 1; }},
      {constant_range, [](auto& i) { i.buffers[kParameters].offset = 1 << 20; }},
      {constant_range, [huge](auto& i) { i.buffers[kParameters].offset = huge; }},
      {constant_range, [huge](auto& i) { i.buffers[kParameters].row_bytes = huge; }},
      {constant_range, [](auto& i) { i.table.constant_bytes = 63; }},
      {arena_range, [](auto& i) { i.buffers[kHistory].offset_per_sample += 64; }},
      {arena_range, [](auto& i) { i.buffers[kHistory].slots += 1; }},
      {arena_range, [](auto& i) { i.buffers[kMem].slots = ~0u; }},
      {arena_range, [huge](auto& i) { i.buffers[kMem].offset_per_sample = huge; }},
      {arena_range, [huge](auto& i) { i.buffers[kDrive].row_bytes = huge; }},
      {arena_range, [](auto& i) { i.buffers[kDrive].row_bytes = 1ull << 61; }},  // times 8 slots is 0
      {initial, [](auto& i) { i.buffers[kMem].initial = kBias; }},
      {initial, [](auto& i) { i.buffers[kMem].initial = 99; }},
      {initial, [](auto& i) { i.buffers[kMem].initial = kParameters; }},
      {initial, [](auto& i) { i.buffers[kSpikes].initial = kInitial; }},
      {initial, [](auto& i) { i.buffers[kParameters].initial = kInitial; }},
      {rows, [](auto& i) { i.buffers[kMem].initial_rows = 2; }},
      {rows, [](auto& i) { i.buffers[kMem].initial_rows = 0; }},
      {constant_range, [](auto& i) { i.buffers[kMem].initial_rows = i.table.fixed_batch = 2; }},
      {"an operand names no buffer", [](auto& i) { i.operands[0].buffer = 7; }},
      {"an operand reads further back than its buffer holds", [](auto& i) { i.operands[2].delay = 8; }},
      {"an operand reads further back than its buffer holds", [](auto& i) { i.operands[3].delay = 1; }},
      {"an operand reads further back than its buffer holds",
       [](auto& i) { i.buffers[kSpikes].memory = SPIKELOOM_GIVEN; }},
      {ring, [](auto& i) { i.operands[0].ring = 2; }},
      {ring, [](auto& i) { i.operands[2].ring = 1; }},
      {"a stage names no kernel", [](auto& i) { i.stages[0].kernel = 1; }},
      {operands, [](auto& i) { i.stages[0].operands = 8; }},
      {operands, [](auto& i) { i.stages[0].first_operand = 1; }},
      {operands, [](auto& i) { i.stages[0].first_operand = ~0u; }},
      {operands, [](auto& i) { i.stages[0].operands = ~0u; }},
      {"a stage must say by 0 or 1 whether it needs the whole population",
       [](auto& i) { i.stages[0].whole = 2; }},
      {segment, [](auto& i) { i.segments[0].stages = 0; }},
      {segment, [](auto& i) { i.segments[0].stages = 2; }},
      {segment, [](auto& i) { i.segments[0].stages = ~0u; }},
      {segment, [](auto& i) { i.segments[0].first_stage = 1; }},
      {segment, [](auto& i) { i.table.segments = 0; }},
      {"a buffer cannot be read further back than it has slots",
       [](auto& i) { i.buffers[kSpikes].reach = 9; }},
      {ring, [](auto& i) { i.operands[5].ring = 1; }},
      {"a segment must say by 0 or 1 whether it runs once", [](auto& i) { i.segments[0].once = 2; }},
      {"a group must hold 1 to 65536 samples", [](auto& i) { i.table.group = 0; }},
      {"a group must hold 1 to 65536 samples", [](auto& i) { i.table.group = 65537; }},
      {"a signal has an unknown role", [](auto& i) { i.signals[0].role = 5; }},
      {signal, [](auto& i) { i.signals[0].buffer = 7; }},
      {signal,
       [](auto& i) {
         i.buffers[kSpikes].memory = SPIKELOOM_SCRATCH, i.buffers[kSpikes].slots = 1,
         i.buffers[kSpikes].reach = 0, i.operands[2].delay = 0, i.table.scratch_per_sample = 1 << 20;
       }},
      {signal, [](auto& i) { i.buffers[kSpikes].element = SPIKELOOM_WORDS, i.buffers[kSpikes].count = 16; }},
      {signal, [](auto& i) { i.signals[kSignalMem].buffer = kSpikes; }},
      {signal, [](auto& i) { i.buffers[kSpikes].element = SPIKELOOM_BYTES; }},
      {signal, [](auto& i) { count_in_bytes(i), i.buffers[kMem].slots = 2; }},
      {input, [](auto& i) { i.buffers[kBias].element = SPIKELOOM_BYTES; }},
      {shape, [](auto& i) { i.signals[kSignalSpikes].rank = 9; }},
      {shape, [](auto& i) { i.signals[kSignalSpikes].shape[0] = 20; }},
      {shape, [](auto& i) { i.signals[kSignalSpikes].rank = 0; }},
      {shape,
       [](auto& i) {
         i.signals[kSignalSpikes].rank = 3;  // the product is 2^64 * 21
         i.signals[kSignalSpikes].shape[1] = i.signals[kSignalSpikes].shape[2] = ~0u;
       }},
      {input, [](auto& i) { i.signals[kSignalBias].buffer = kSpikes; }},
      {input, [](auto& i) { i.signals[kSignalBias].buffer = kInitial; }},
      {input, [](auto& i) { i.signals[kSignalBias].buffer = kDrive; }},
      {input, [](auto& i) { i.signals[kSignalSpikes].constant = 1; }},
      {history, [](auto& i) { i.signals[kSignalMem].history = 7; }},
      {history, [](auto& i) { i.signals[kSignalMem].history = kSpikes; }},
      {history, [](auto& i) { i.signals[kSignalMem].history = kInitial; }},
      {history, [](auto& i) { i.signals[0].history = kHistory; }},
      {history, [](auto& i) { count_in_bytes(i); }},
      {history, [](auto& i) { count_in_bytes(i), i.signals[kSignalMem].history = SPIKELOOM_NONE; }},
      {sound,
       [](auto& i) {
         count_in_bytes(i);
         i.buffers[kHistory].memory = SPIKELOOM_OBSERVED, i.buffers[kHistory].initial = SPIKELOOM_NONE;
       }},
  };
  for (const Case& c : cases) EXPECT_EQ(problem_after(c.change), c.problem) << "case " << &c - cases;
  EXPECT_EQ(std::string(spikeloom_table_problem(spikeloom_check_table(nullptr))), missing);
  EXPECT_EQ(std::string(spikeloom_table_problem(12345)), "unknown problem");
}

TEST(Table, AProgramWithoutKernelsOrConstantsIsRefused) {
  const std::shared_ptr<hand::Image> image = hand::image();
  EXPECT_FALSE(Program::load(&image->table, nullptr, image->constant_bytes(), image).ok());
  const spikeloom_kernel none[1] = {nullptr};
  EXPECT_FALSE(Program::load(&image->table, none, image->constant_bytes(), image).ok());
  EXPECT_FALSE(Program::load(&image->table, image->kernels, nullptr, image).ok());
  const Result<Program> crooked =
      Program::load(&image->table, image->kernels, image->constant_bytes() + 4, image);
  ASSERT_FALSE(crooked.ok());
  EXPECT_NE(crooked.error().text().find("not aligned to 64 bytes"), std::string::npos);
}

// ---- what passes cannot leave its memory ----

/// Where the kernel below may go; it looks at every row of every operand.
struct Bounds {
  const spikeloom_table* table = nullptr;
  const unsigned char *arena = nullptr, *constants = nullptr;
  std::uint64_t arena_bytes = 0, seen = 0, outside = 0;

  bool holds(const unsigned char* row, std::uint64_t bytes, bool constant) const {
    const auto at = reinterpret_cast<std::uintptr_t>(row);
    const auto start = reinterpret_cast<std::uintptr_t>(constant ? constants : arena);
    const std::uint64_t size = constant ? table->constant_bytes : arena_bytes;
    return at >= start && bytes <= size && at - start <= size - bytes;
  }
} bounds;

void look_at_rows(const spikeloom_call* call) {
  const spikeloom_table& t = *bounds.table;
  for (std::uint32_t i = 0; i < t.stage[0].operands; ++i) {
    const spikeloom_operand& o = t.operand[t.stage[0].first_operand + i];
    const spikeloom_buffer& b = t.buffer[o.buffer];
    // Scratch has rows for a group of samples, not for each.
    const bool scratch = b.memory == SPIKELOOM_SCRATCH;
    const std::uint32_t first_sample = scratch ? 0 : call->first_sample;
    const std::uint32_t end_sample = scratch ? call->group : call->end_sample;
    for (std::uint32_t s = 0; s < (o.ring ? b.slots : call->steps); ++s)
      for (std::uint32_t sample = first_sample; sample < end_sample; ++sample) {
        const unsigned char* row =
            call->operand[i] + s * call->step_stride[i] + sample * call->sample_stride[i];
        if (b.memory == SPIKELOOM_OBSERVED && !b.passed) {
          bounds.outside +=
              call->operand[i] != nullptr || call->step_stride[i] != 0 || call->sample_stride[i] != 0;
          continue;
        }
        ++bounds.seen;
        bounds.outside += !bounds.holds(row, b.row_bytes, b.memory == SPIKELOOM_CONSTANT);
      }
  }
}

/// Resets and runs a table that passed, in memory of exactly its size with a margin that must stay untouched.
void run_sound_table(hand::Image& image) {
  const std::uint32_t batch = image.table.fixed_batch ? image.table.fixed_batch : 2;
  const std::uint64_t bytes = spikeloom_arena_bytes(&image.table, batch, 1);
  if (bytes > 1 << 22) return;
  constexpr std::size_t kMargin = 64;
  std::vector<hand::Image::Line> memory(bytes / 64 + 2);
  unsigned char* start = memory[0].bytes;
  std::fill(start, start + memory.size() * 64, static_cast<unsigned char>(0xa5));
  spikeloom_kernel kernels[1] = {look_at_rows};
  bounds = {&image.table, start + kMargin, image.constant_bytes(), bytes, 0, 0};
  spikeloom_run run{.table = &image.table,
                    .kernel = kernels,
                    .constants = image.constant_bytes(),
                    .arena = start + kMargin,
                    .batch = batch,
                    .sample_base = 0,
                    .seed = 0,
                    .step = 0,
                    .observed = nullptr,
                    .settled = 0};
  spikeloom_reset(&run);
  for (int i = 0; i < 20; ++i) {
    if (i % 3 == 0) spikeloom_forget(&run);
    const std::uint32_t steps = spikeloom_block(&run, 7);
    ASSERT_GE(steps, 1u);
    ASSERT_LE(steps, 7u);
    spikeloom_advance(&run, steps);
  }
  EXPECT_EQ(bounds.outside, 0u);
  for (std::size_t i = 0; i < kMargin; ++i)
    ASSERT_TRUE(start[i] == 0xa5 && start[kMargin + bytes + i] == 0xa5) << "written outside the arena";
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> calls;  // samples of each

TEST(Table, NewMemoryIsClearedBehindTheLastValue) {
  // Kernels compute there, too, and subnormal numbers take them a hundred times as long.
  const std::shared_ptr<hand::Image> image = hand::image({.neurons = 5});
  std::vector<hand::Image::Line> arena(spikeloom_arena_bytes(&image->table, 3, 1) / 64 + 1);
  std::memset(arena[0].bytes, 1, arena.size() * sizeof arena[0]);
  spikeloom_run run{.table = &image->table,
                    .kernel = image->kernels,
                    .constants = image->constant_bytes(),
                    .arena = arena[0].bytes,
                    .batch = 3};
  spikeloom_reset(&run);
  int looked_at = 0;
  for (std::uint32_t i = 0; i < image->table.buffers; ++i) {
    const spikeloom_buffer& b = image->table.buffer[i];
    if (b.memory != SPIKELOOM_STATE || b.element != SPIKELOOM_FLOAT) continue;
    for (std::uint32_t slot = 0; slot < b.slots; ++slot)
      for (std::uint32_t sample = 0; sample < 3; ++sample) {
        const unsigned char* row = spikeloom_row(&run, i, slot, sample);
        for (std::size_t byte = b.count * sizeof(float); byte < b.row_bytes; ++byte, ++looked_at)
          ASSERT_EQ(row[byte], 0) << "buffer " << i;
      }
  }
  EXPECT_GT(looked_at, 0);
}

TEST(Table, AGroupOfSamplesRunsABlockThroughAllStagesBeforeTheNextOne) {
  const std::shared_ptr<hand::Image> image = hand::image();
  image->stages.push_back(image->stages.front());
  image->segments[0].stages = 2;
  image->point();
  image->table.group = 2;
  ASSERT_EQ(spikeloom_check_table(&image->table), 0);
  spikeloom_kernel kernels[1] = {[](const spikeloom_call* call) {
    EXPECT_LE(call->end_sample - call->first_sample, call->group);
    calls.emplace_back(call->first_sample, call->end_sample);
  }};
  std::vector<hand::Image::Line> arena(spikeloom_arena_bytes(&image->table, 5, 1) / 64 + 1);
  spikeloom_run run{.table = &image->table,
                    .kernel = kernels,
                    .constants = image->constant_bytes(),
                    .arena = arena[0].bytes,
                    .batch = 5};
  spikeloom_reset(&run);
  calls.clear();
  spikeloom_advance(&run, 1);
  using Calls = decltype(calls);
  EXPECT_EQ(calls, (Calls{{0, 2}, {0, 2}, {2, 4}, {2, 4}, {4, 5}, {4, 5}}));
}

unsigned char* rows_of_drive;
std::size_t stride_of_samples;

TEST(Table, WhatIsPassedOnLiesInScratchUnlessSomebodyObservesIt) {
  const std::shared_ptr<hand::Image> image = hand::image();
  spikeloom_buffer& drive = image->buffers[kDrive] = passed_on(image->buffers[kDrive]);
  drive.offset_per_sample = 64;
  image->table.group = 2;
  image->table.scratch_per_sample = 64 + drive.slots * drive.row_bytes;
  image->signals.erase(image->signals.begin());  // an input lies in the session's own memory
  image->point();
  ASSERT_EQ(spikeloom_check_table(&image->table), 0);
  spikeloom_kernel kernels[1] = {[](const spikeloom_call* call) {
    stride_of_samples = call->sample_stride[0];
    rows_of_drive = call->operand[0] + call->first_sample * call->sample_stride[0];
  }};
  std::vector<hand::Image::Line> arena(spikeloom_arena_bytes(&image->table, 5, 1) / 64 + 1), rows(1000);
  spikeloom_run run{.table = &image->table,
                    .kernel = kernels,
                    .constants = image->constant_bytes(),
                    .arena = arena[0].bytes,
                    .batch = 5};
  spikeloom_reset(&run);
  spikeloom_advance(&run, 1);
  const unsigned char* scratch = arena[0].bytes + image->table.arena_per_sample * 5;
  EXPECT_EQ(rows_of_drive, scratch + 64 * 2) << "the last group begins anew";
  EXPECT_EQ(stride_of_samples, drive.slots * drive.row_bytes);
  EXPECT_EQ(spikeloom_row(&run, kDrive, 0, 0), nullptr);

  std::vector<unsigned char*> observed(image->buffers.size());
  observed[kDrive] = rows[0].bytes;
  run.observed = observed.data();
  spikeloom_advance(&run, 1);
  EXPECT_EQ(rows_of_drive, rows[0].bytes + 4 * stride_of_samples + drive.row_bytes)
      << "the fifth sample, the second step";
}

TEST(Table, WhatIsForgottenCutsNoBlock) {
  const std::shared_ptr<hand::Image> image = hand::image();
  std::vector<hand::Image::Line> arena(spikeloom_arena_bytes(&image->table, 1, 1) / 64 + 1);
  spikeloom_run run{.table = &image->table,
                    .kernel = image->kernels,
                    .constants = image->constant_bytes(),
                    .arena = arena[0].bytes,
                    .batch = 1};
  spikeloom_reset(&run);
  run.step = 5;
  unsigned char* const drive = spikeloom_row(&run, kDrive, 5, 0);
  unsigned char* const spikes = spikeloom_row(&run, kSpikes, 5, 0);
  spikeloom_forget(&run);
  EXPECT_NE(spikeloom_row(&run, kDrive, 5, 0), drive);
  EXPECT_EQ(spikeloom_row(&run, kDrive, 5, 0),
            spikeloom_row(&run, kDrive, 5 + image->buffers[kDrive].slots, 0));
  EXPECT_LT(spikeloom_row(&run, kDrive, 5, 0), spikeloom_row(&run, kDrive, 6, 0)) << "the first slot";
  EXPECT_EQ(spikeloom_row(&run, kSpikes, 5, 0), spikes) << "others read it later";
}

// Counts may only shrink: how long the arrays really are, no table can say.
TEST(Table, WhateverPassesStaysInItsMemory) {
  std::mt19937_64 random(20);
  const std::uint32_t words[] = {0,  1,   2,    3,     5,          8,          15,  16,
                                 64, 128, 1000, 65536, 0x7fffffff, 0x80000000, ~0u, ~0u - 1};
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const auto word = [&]() -> std::uint32_t { return words[random() % std::size(words)]; };
  const auto wide = [&]() -> std::uint64_t {
    switch (random() % 3) {
      case 0:
        return word() * 64ull;
      case 1:
        return (random() % 64) << 58;
      default:
        return random() % 64 * 64;
    }
  };
  std::uint64_t passed = 0, looked = 0;
  for (int round = 0; round < 40000; ++round) {
    const std::shared_ptr<hand::Image> image = hand::image({.history = round % 2 == 0});
    image->table.fixed_batch = below(2) ? 1 + below(3) : 0;
    for (std::uint64_t change = 0; change <= below(3); ++change) {
      spikeloom_buffer& b = image->buffers[random() % image->buffers.size()];
      spikeloom_operand& o = image->operands[random() % image->operands.size()];
      spikeloom_stage& stage = image->stages[0];
      spikeloom_signal& signal = image->signals[random() % image->signals.size()];
      switch (below(24)) {
        case 0:
          b.memory = below(5);
          break;
        case 1:
          b.element = below(4);
          break;
        case 2:
          b.slots = word();
          break;
        case 3:
          b.count = word();
          break;
        case 4:
          b.row_bytes = wide();
          break;
        case 5:
          b.offset = wide();
          break;
        case 6:
          b.offset_per_sample = wide();
          break;
        case 7:
          b.initial = below(8);
          break;
        case 8:
          b.initial_rows = below(4);
          break;
        case 9:
          o.buffer = below(8);
          break;
        case 10:
          o.delay = word();
          break;
        case 11:
          o.ring = below(2), o.delay = 0, b.reach = below(10);
          break;
        case 12:
          stage.first_operand = word();
          break;
        case 13:
          stage.operands = below(9);
          break;
        case 14:
          stage.kernel = word();
          break;
        case 15:
          image->segments[0] = {word(), word(), word(), below(3)};
          break;
        case 16:
          signal.buffer = below(8);
          break;
        case 17:
          signal.shape[below(8)] = word(), signal.rank = below(9);
          break;
        case 18:
          image->table.arena_per_sample = wide();
          break;
        case 19:
          image->table.constant_bytes = std::min<std::uint64_t>(wide(), image->constants.size() * 64);
          break;
        case 20:
          image->table.block_steps = word();
          break;
        case 21:
          image->table.group = word(), image->table.scratch_per_sample = wide();
          break;
        case 22:
          b.memory = SPIKELOOM_OBSERVED, b.passed = below(3), b.reach = below(2), b.initial = SPIKELOOM_NONE;
          b.offset_per_sample = below(8) * 64, image->table.scratch_per_sample = below(64) * 64;
          break;
        default:
          image->table.buffers = below(image->table.buffers + 1);
          break;
      }
    }
    if (spikeloom_check_table(&image->table) != 0) continue;
    ++passed;
    run_sound_table(*image);
    looked += bounds.seen;
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
  EXPECT_GT(passed, 1000u) << "too few tables pass to say anything";
  EXPECT_GT(looked, 100000u);
}

}  // namespace
}  // namespace spikeloom
