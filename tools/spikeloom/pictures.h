// Figures of recorded signals, live from a run or from files: one way of putting panels together for both.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine.h"
#include "input_data.h"
#include "network.h"
#include "plot/raster.h"
#include "plot/trace.h"

namespace spikeloom::tool {

/// The value of parameter "threshold" of a neuron, if its model has one.
std::optional<float> threshold_of(const Model& model, std::uint32_t node, std::size_t neuron);

/// "membrane potential" for "mem", or the state's own name.
std::string quantity_of(const std::string& doc, const std::string& name);

/// Watches one sample of a run and draws it: rasters of all populations that spike, traces of the recorded
/// states above them with the input where it is small.
class LivePicture {
 public:
  LivePicture(const Network& network, const std::vector<Selection>& recorded, std::uint32_t sample,
              std::uint64_t first_step, std::uint64_t steps, std::uint32_t samples);
  LivePicture(LivePicture&&) noexcept;
  ~LivePicture();

  /// Watches the engine if it runs the sample.
  Result<void> attach(Engine& engine, std::uint32_t first_sample, std::uint32_t count);
  Result<plot::Figure> figure(const InputData& data) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spikeloom::tool
