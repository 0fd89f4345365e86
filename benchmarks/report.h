// Rows of results as a table for people, as Markdown for the README, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "benchmarks/measure.h"
#include "machine/machine.h"
#include "workloads/workload.h"

namespace spikeloom::benchmarks {

struct Row {
  std::string name;
  Unit unit = Unit::sample_step;
  unsigned threads = 1;
  std::size_t inputs = 0;                     // of the first layer
  double compiled = 0, limit = 0, bound = 0;  // medians, in seconds of one unit; of one thread
  Spread ratio, limit_to_bound;               // compiled / limit; limit / bound
  Spread compiled_gain, limit_gain;           // of two threads over one, where threads is 2
  std::vector<double> rates;                  // spikes per neuron and step of each population
  std::string problem;                        // bits that differ; then nothing else is known
};

enum class Format { text, markdown, json };

class Table {
 public:
  explicit Table(Format format) : format_(format) {}
  /// Text and Markdown appear row by row, JSON at the end.
  void machine(Machine& machine);
  void add(const Row& row);
  void finish();

 private:
  Format format_;
  bool has_header_ = false;
  std::string json_;
};

}  // namespace spikeloom::benchmarks
