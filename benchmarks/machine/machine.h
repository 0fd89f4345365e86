// What one core of this machine does, measured here and now: the bound of every limit kernel.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <utility>

#include "limits/limit.h"
#include "machine/memory.h"
#include "machine/probes.h"

namespace spikeloom::benchmarks {

class Machine {
 public:
  /// Measures with the loops of kernels(), which may not be null.
  Machine();

  const char* registers() const;  // their kind

  /// From now on everything is measured anew, when it is asked for. A machine that is shared with others does
  /// not keep what it did a second ago.
  void renew() { now_ = {}; }

  /// Bytes a second, reading a working set over and over. Sizes are rounded to a quarter of a power of two.
  double read(std::size_t working_set);
  /// The same for reading and writing back; both count.
  double update(std::size_t working_set);
  /// The same for reading rows of so many bytes (Probes says which) in an order that nothing foresees.
  double read_rows(std::size_t working_set, std::size_t row);
  /// Seconds of one visit: the best of reading rows from where they are; all of the panel in order first; and
  /// asking for the panel to come while this one is read. None of them reads more of one level of memory than
  /// it must, and a level gives less while it is filled from the next one.
  double visit(const Work::Visit& visit);
  double adds();  // rows of 64 floats added to registers, from L1
  double fmas();  // the same, multiplied
  /// Seconds for one row of so many registers (1, 2, 4, 8) that a list names, in L1; enough sums take turns
  /// to hide the latency of an addition.
  double row(int registers);
  /// Seconds for one step of so many registers of neurons whose states stay there; their spikes leave as
  /// bits. Steps wait for each other.
  double update(Kind kind, int registers);
  /// Seconds to look through 64 inputs for events, one in twenty, in L1.
  double list(bool floats);
  double operations();  // on registers

  /// Seconds that the work takes at the least: of each phase, the largest of what arithmetic and each level
  /// of memory need.
  double bound(const Work& work);

 private:
  /// What was measured since the last renew(); 0: not yet.
  struct Rates {
    double adds = 0, fmas = 0, operations = 0;
    std::map<int, double> row;
    std::map<std::pair<Kind, int>, double> update_tile;
    double list[2] = {};
    std::map<std::size_t, double> read, update;  // by working set
    std::map<std::pair<std::size_t, std::size_t>, double> read_rows;
    std::map<Work::Visit, double> visit;
  };
  double time(const Work::Traffic& traffic);
  float* room(std::size_t bytes);

  std::unique_ptr<Probes> probes_;
  Memory<float> room_;  // of the largest working set so far
  Rates now_;
};

}  // namespace spikeloom::benchmarks
