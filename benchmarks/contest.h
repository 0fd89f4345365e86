// One workload, both ways: the compiled network behind the public API, and its limit kernel.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/reference.h"
#include "spikeloom/compiler.h"
#include "workloads/workload.h"

namespace spikeloom::benchmarks {

class Contest {
 public:
  explicit Contest(Workload workload);

  /// What differs between compiled, limit and reference; empty if nothing does. The reference runs as many
  /// steps and samples as it can in about `reference_work` multiplications.
  std::string difference(double reference_work);
  /// Of each hidden population, spikes per neuron and step, as the limit kernel found them; last the
  /// output's.
  const std::vector<double>& rates() const { return rates_; }

  /// Back to where a measured run begins, if that is not part of it.
  void reset();
  /// A whole run each, as a user would have it; returns the output's spikes.
  std::uint64_t run_compiled(unsigned threads);
  std::uint64_t run_limit(unsigned threads);

  const Workload& workload() const { return workload_; }
  Work work() const { return limit_->work(); }  // after a run of the limit
  /// Whether sessions of this build take a number of threads.
  static bool has_threads();

 private:
  Session create_session(unsigned threads) const;
  void run(Session& session) const;
  Session& ready(unsigned threads);

  Workload workload_;
  std::vector<float> input_;
  std::optional<Reference> reference_;
  std::optional<Program> program_;
  std::unique_ptr<Limit> limit_;
  struct Ready {
    unsigned threads;
    std::unique_ptr<SpikeTotal> total;
    Session session;
  };
  std::vector<Ready> sessions_;
  std::vector<double> rates_;
};

}  // namespace spikeloom::benchmarks
