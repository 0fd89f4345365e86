#include "machine/machine.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "limits/kernels.h"
#include "machine/clock.h"
#include "machine/memory.h"

namespace spikeloom::benchmarks {
namespace {

std::size_t quarter_power(std::size_t bytes) {
  const std::size_t step = std::max<std::size_t>(std::bit_floor(bytes) / 4, 4096);
  return std::max(bytes + step - 1, step) / step * step;
}

/// How often to walk a working set for a measurement of about a millisecond or more.
std::size_t walks(std::size_t bytes) {
  return std::max<std::size_t>(1, (std::size_t{48} << 20) / bytes);
}

/// The rows of a visit: lists of about equal length, each ascending, over the rows that are needed; those
/// that are read at a time take turns. Of very many lists only the first ones.
std::vector<std::uint32_t> order_of(const Work::Visit& visit) {
  constexpr double kMost = 16;  // reads of a row
  std::mt19937 random(1);
  std::vector<std::uint32_t> needed(visit.rows);
  std::iota(needed.begin(), needed.end(), 0u);
  std::ranges::shuffle(needed, random);
  needed.resize(std::clamp<std::size_t>(std::llround(visit.needed), 1, visit.rows));
  const double of_list = visit.reads / visit.lists,
               lists = std::ceil(std::min(1.0, kMost * visit.needed / visit.reads) * visit.lists);
  std::vector<std::uint32_t> order;
  double reads = 0;
  for (double list = 0; list < lists; list += static_cast<double>(visit.at_a_time)) {
    std::vector<std::vector<std::uint32_t>> some(visit.at_a_time);
    std::size_t longest = 0;
    for (auto& one : some) {
      for (reads += of_list; reads >= 1; --reads)
        one.push_back(needed[visit.lists > 1 ? random() % needed.size() : one.size() % needed.size()]);
      std::ranges::sort(one);
      longest = std::max(longest, one.size());
    }
    for (std::size_t i = 0; i < longest; ++i)
      for (const auto& one : some)
        if (i < one.size()) order.push_back(one[i]);
  }
  return order;
}

// A few rows that lie in L1.
constexpr std::size_t kL1 = 16384, kL1Rows = kL1 / sizeof(float) / Probes::kRow, kL1Times = 5000;
constexpr double kL1Elements = static_cast<double>(kL1Rows * Probes::kRow * kL1Times);

}  // namespace

Machine::Machine() : probes_(kernels()->probes()) {}

const char* Machine::registers() const {
  return kernels()->registers;
}

float* Machine::room(std::size_t bytes) {
  if (room_.size() * sizeof(float) < bytes) {
    room_ = {};  // not both at once
    room_ = Memory<float>(bytes / sizeof(float));
  }
  return room_.data();
}

double Machine::adds() {
  if (now_.adds == 0) {
    const float* rows = room(kL1);
    now_.adds = kL1Elements / middle([&] { probes_->add_rows(rows, kL1Rows, kL1Times); });
  }
  return now_.adds;
}

double Machine::fmas() {
  if (now_.fmas == 0) {
    const float* rows = room(kL1);
    now_.fmas = kL1Elements / middle([&] { probes_->fuse_rows(rows, kL1Rows, kL1Times); });
  }
  return now_.fmas;
}

double Machine::operations() {
  if (now_.operations == 0) {
    double count = 0;
    const double time = middle([&] { count = probes_->operate(100000); });
    now_.operations = count / time;
  }
  return now_.operations;
}

double Machine::read(std::size_t working_set) {
  const std::size_t bytes = quarter_power(working_set);
  double& rate = now_.read[bytes];
  if (rate != 0) return rate;
  const std::size_t rows = bytes / sizeof(float) / Probes::kRow, times = walks(bytes);
  const float* memory = room(bytes);
  return rate = static_cast<double>(bytes * times) / middle([&] { probes_->add_rows(memory, rows, times); });
}

double Machine::update(std::size_t working_set) {
  const std::size_t bytes = quarter_power(working_set);
  double& rate = now_.update[bytes];
  if (rate != 0) return rate;
  const std::size_t times = walks(bytes);
  float* memory = room(bytes);
  return rate = static_cast<double>(2 * bytes * times) / middle([&] {
                  for (std::size_t t = 0; t < times; ++t) probes_->update(memory, bytes / sizeof(float));
                });
}

double Machine::read_rows(std::size_t working_set, std::size_t row_bytes) {
  const std::size_t bytes = quarter_power(working_set), rows = bytes / row_bytes;
  double& rate = now_.read_rows[{bytes, row_bytes}];
  if (rate != 0) return rate;
  const float* memory = room(bytes);
  // Any row each time, as spikes would have it, so that one of the last may still be near.
  std::mt19937 random(1);
  std::vector<std::uint32_t> order(walks(bytes) * rows);
  for (std::uint32_t& row : order) row = static_cast<std::uint32_t>(random() % rows);
  return rate = static_cast<double>(order.size() * row_bytes) /
                middle([&] { probes_->add_rows_in_order(memory, order, row_bytes / sizeof(float)); });
}

double Machine::visit(const Work::Visit& visit) {
  double& time = now_.visit[visit];
  if (time != 0) return time;
  const std::size_t row = visit.row / sizeof(float), size = visit.rows * row;
  const auto panels = static_cast<std::size_t>(std::ceil(visit.panels));
  const float* memory = room(panels * size * sizeof(float));
  const std::vector<std::uint32_t> order = order_of(visit);
  const auto take = [&](std::size_t of, Probes::Coming coming) {
    const std::size_t visits = std::clamp<std::size_t>(walks(order.size() * visit.row), 2, 4 * of);
    std::size_t panel = 0;
    return middle([&] {
             for (std::size_t v = 0; v < visits; ++v) {
               const float* now = memory + panel * size;
               panel = (panel + 1) % of;
               probes_->visit({now, size * sizeof(float)}, order, row,
                              {memory + panel * size, size * sizeof(float)}, coming);
             }
           }) /
           static_cast<double>(visits);
  };
  time = take(panels, Probes::Coming::as_read);
  if (panels > 1)
    time = std::min({time, take(panels, Probes::Coming::in_order), take(panels, Probes::Coming::asked_for)});
  // The lists that order_of() left out find their rows where those before them have left them.
  const double left_out = visit.reads / static_cast<double>(order.size()) - 1;
  if (left_out > 0.1) time += left_out * take(1, Probes::Coming::as_read);
  return time;
}

double Machine::row(int registers) {
  double& time = now_.row[registers];
  if (time == 0) time = probes_->seconds_of_row(registers);
  return time;
}

double Machine::update(Kind kind, int registers) {
  double& time = now_.update_tile[{kind, registers}];
  if (time == 0) time = probes_->seconds_of_update(kind, registers);
  return time;
}

double Machine::list(bool floats) {
  double& time = now_.list[floats];
  if (time == 0) time = probes_->seconds_of_list(floats);
  return time;
}

double Machine::time(const Work::Traffic& traffic) {
  switch (traffic.way) {
    case Work::Traffic::Way::read:
      return traffic.bytes / read(traffic.working_set);
    case Work::Traffic::Way::update:
      return traffic.bytes / update(traffic.working_set);
    case Work::Traffic::Way::rows:
      return traffic.bytes / read_rows(traffic.working_set, traffic.row);
  }
  return 0;
}

double Machine::bound(const Work& work) {
  double sum = 0;
  for (const Work::Phase& phase : work.phases) {
    double slowest = 0;
    const auto add = [&](double count, auto&& of_one) {
      if (count > 0) slowest += count * of_one();
    };
    add(phase.adds, [&] { return 1 / adds(); });
    add(phase.fmas, [&] { return 1 / fmas(); });
    add(phase.operations, [&] { return 1 / operations(); });
    add(phase.rows.count, [&] { return row(phase.rows.registers); });
    add(phase.updates.count, [&] { return update(phase.kind, phase.updates.registers); });
    add(phase.float_words, [&] { return list(true); });
    add(phase.words, [&] { return list(false); });
    if (phase.visit.reads >= 1) slowest = std::max(slowest, phase.visits * visit(phase.visit));
    std::map<std::size_t, double> level;  // by working set
    for (const Work::Traffic& t : phase.traffic) slowest = std::max(slowest, level[t.working_set] += time(t));
    sum += slowest;
  }
  return sum;
}

}  // namespace spikeloom::benchmarks
