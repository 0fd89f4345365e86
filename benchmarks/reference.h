// The network as the compiler's reference understands it: its weights for the limit kernels, and the spikes
// that both must give. The only file of this folder that looks behind the public headers.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "benchmarks/rasters.h"
#include "workloads/workload.h"

namespace spikeloom::benchmarks {

class Reference {
 public:
  /// Ends the program if the graph is wrong: it is ours.
  explicit Reference(const std::string& graph);
  ~Reference();

  std::span<const float> weight(const std::string& linear) const;

  /// Alpha's gain as the compiler folds it from its decays. The population is the graph's only node.
  float alpha_gain(const Neuron& neuron) const;

  /// Spikes of the output in the first steps of the first samples.
  void run(const Workload& workload, std::span<const float> input, std::size_t samples, std::size_t steps,
           Raster& output) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spikeloom::benchmarks
