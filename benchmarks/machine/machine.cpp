#include "machine/machine.h"

#include <algorithm>
#include <bit>
#include <cstdint>
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

}  // namespace

Machine::Machine() : probes_(kernels()->probes()) {
  const std::size_t rows = 16384 / sizeof(float) / Probes::kRow, times = 20000;
  const Memory<float> l1(rows * Probes::kRow);
  const double elements = static_cast<double>(rows * Probes::kRow * times);
  adds_ = elements / best([&] { probes_->add_rows(l1.data(), rows, times); });
  fmas_ = elements / best([&] { probes_->fuse_rows(l1.data(), rows, times); });
  double operations = 0;
  operations_ = 1 / best([&] { operations = probes_->operate(400000); });
  operations_ *= operations;
}

const char* Machine::registers() const {
  return kernels()->registers;
}

double Machine::read(std::size_t working_set) {
  const std::size_t bytes = quarter_power(working_set);
  double& rate = read_[bytes];
  if (rate != 0) return rate;
  const std::size_t rows = bytes / sizeof(float) / Probes::kRow, times = walks(bytes);
  const Memory<float> memory(rows * Probes::kRow);
  return rate = static_cast<double>(bytes * times) /
                best([&] { probes_->add_rows(memory.data(), rows, times); });
}

double Machine::update(std::size_t working_set) {
  const std::size_t bytes = quarter_power(working_set);
  double& rate = update_[bytes];
  if (rate != 0) return rate;
  const std::size_t times = walks(bytes);
  const Memory<float> memory(bytes / sizeof(float));
  return rate = static_cast<double>(2 * bytes * times) / best([&] {
                  for (std::size_t t = 0; t < times; ++t) probes_->update(memory.data(), memory.size());
                });
}

double Machine::read_rows(std::size_t working_set, std::size_t row_bytes) {
  const std::size_t bytes = quarter_power(working_set);
  double& rate = read_rows_[{bytes, row_bytes}];
  if (rate != 0) return rate;
  const std::size_t row_size = row_bytes / sizeof(float);
  const Memory<float> memory(bytes / sizeof(float));
  // A new order in every walk, as spikes would have it; the last walk's rows may still be near.
  std::mt19937 random(1);
  std::vector<std::uint32_t> order(walks(bytes) * (bytes / row_bytes));
  for (std::uint32_t& row : order) row = static_cast<std::uint32_t>(random() % (bytes / row_bytes));
  return rate = static_cast<double>(order.size() * row_bytes) /
                best([&] { probes_->add_rows_in_order(memory.data(), order, row_size); });
}

double Machine::row(int registers) {
  double& time = row_[registers];
  if (time == 0) time = probes_->seconds_of_row(registers);
  return time;
}

double Machine::update(Kind kind, int registers) {
  double& time = update_tile_[{kind, registers}];
  if (time == 0) time = probes_->seconds_of_update(kind, registers);
  return time;
}

double Machine::list(bool floats) {
  double& time = list_[floats];
  if (time == 0) time = probes_->seconds_of_list(floats);
  return time;
}

double Machine::rate(const Work::Traffic& traffic) {
  switch (traffic.way) {
    case Work::Traffic::Way::read:
      return read(traffic.working_set);
    case Work::Traffic::Way::update:
      return update(traffic.working_set);
    case Work::Traffic::Way::short_rows:
      return read_rows(traffic.working_set, 512);
    case Work::Traffic::Way::long_rows:
      return read_rows(traffic.working_set, 4096);
  }
  return 1;
}

double Machine::bound(const Work& work) {
  double sum = 0;
  for (const Work::Phase& phase : work.phases) {
    double slowest = phase.adds / adds_ + phase.fmas / fmas_ + phase.operations / operations_;
    if (phase.rows.count > 0) slowest += phase.rows.count * row(phase.rows.registers);
    if (phase.updates.count > 0) slowest += phase.updates.count * update(phase.kind, phase.updates.registers);
    if (phase.float_words > 0) slowest += phase.float_words * list(true);
    if (phase.words > 0) slowest += phase.words * list(false);
    std::map<std::size_t, double> level;  // by working set
    for (const Work::Traffic& t : phase.traffic)
      slowest = std::max(slowest, level[t.working_set] += t.bytes / rate(t));
    sum += slowest;
  }
  return sum;
}

}  // namespace spikeloom::benchmarks
