// What one core of this machine can do at most, measured here and now: the bound of every limit kernel.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <utility>

#include "limits/limit.h"
#include "machine/probes.h"

namespace spikeloom::benchmarks {

class Machine {
 public:
  /// Measured with the loops of kernels(), which may not be null.
  Machine();

  const char* registers() const;  // their kind

  /// Bytes a second, reading a working set over and over. Measured once for each size, rounded to a quarter
  /// of a power of two.
  double read(std::size_t working_set);
  /// The same for reading and writing back; both count.
  double update(std::size_t working_set);
  /// The same for reading rows of so many bytes, a multiple of 512, in an order that nothing foresees.
  double read_rows(std::size_t working_set, std::size_t row);
  double adds() const { return adds_; }  // rows of 64 floats added to registers, from L1
  double fmas() const { return fmas_; }  // the same, multiplied
  /// Seconds for one row of so many registers (1, 2, 4, 8) that a list names, in L1; enough sums take turns
  /// to hide the latency of an addition.
  double row(int registers);
  /// Seconds for one step of so many registers of neurons whose states stay there. Steps wait for each other.
  double update(Kind kind, int registers);
  /// Seconds to look through 64 inputs for events, one in twenty, in L1.
  double list(bool floats);
  double operations() const { return operations_; }  // on registers

  /// Seconds that the work takes at the least: of each phase, the largest of what arithmetic and each level
  /// of memory need.
  double bound(const Work& work);

 private:
  double rate(const Work::Traffic& traffic);
  std::unique_ptr<Probes> probes_;
  double adds_ = 0, fmas_ = 0, operations_ = 0;
  std::map<int, double> row_;
  std::map<std::pair<Kind, int>, double> update_tile_;
  double list_[2] = {};
  std::map<std::size_t, double> read_, update_;                      // by working set
  std::map<std::pair<std::size_t, std::size_t>, double> read_rows_;  // by working set and row
};

}  // namespace spikeloom::benchmarks
