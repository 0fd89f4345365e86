// The block of constants: rows and weights in the form in which kernels read them.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "equations/evaluate.h"
#include "schedule/plan.h"

namespace spikeloom {

/// Bytes of a row of n elements: every row is whole cache lines.
std::uint64_t row_bytes(std::uint64_t n, spikeloom_element element);

/// Floats of a packed weight matrix.
std::uint64_t packed_size(std::uint64_t out, std::uint64_t in);

class ConstantPool {
 public:
  ConstantPool(ConstantBytes& bytes, std::vector<spikeloom_buffer>& buffers,
               std::vector<std::uint32_t>& tuning, std::vector<PackedWeights>& packed)
      : bytes_(bytes), buffers_(buffers), tuning_(tuning), packed_(packed) {}

  /// A value of each neuron; one value for all becomes a row of 16 copies. Floats behind the last repeat it.
  std::uint32_t per_neuron(const PerNeuron& values, std::size_t neurons);
  /// Floats as they are, filled up with `rest` to `count`.
  std::uint32_t floats(std::span<const float> values, std::size_t count, float rest);
  std::uint32_t words(std::span<const std::uint32_t> values);
  /// Zeros that the caller fills through data(), until something else is added.
  std::uint32_t bytes(std::uint64_t count);
  unsigned char* data(std::uint32_t buffer) { return bytes_.data() + buffers_[buffer].offset; }
  /// Rows that fill a buffer at reset: one, or one for each sample of a fixed batch.
  std::uint32_t initial(const PerNeuron& values, std::size_t neurons, std::uint32_t rows,
                        spikeloom_element element);
  /// A row of zeros, one for all that need as many.
  std::uint32_t zeros(std::size_t count);
  /// A linear layer's weights, [out][in], in strips of so many outputs (plan.h). A matrix that several layers
  /// share is packed once for all whose panels would be so wide on every machine, 0: have whole rows.
  std::uint32_t weights(const std::shared_ptr<const Tensor>& matrix, std::uint32_t portable_panel,
                        std::uint32_t strip);
  /// Words that no result depends on: they may differ from machine to machine.
  std::uint32_t tuning(std::span<const std::uint32_t> values);

 private:
  std::uint32_t add(spikeloom_element element, std::uint64_t count, std::uint64_t row, std::uint64_t rows);
  float* floats_of(std::uint32_t buffer);

  ConstantBytes& bytes_;
  std::vector<spikeloom_buffer>& buffers_;
  std::vector<std::uint32_t>& tuning_;
  std::vector<PackedWeights>& packed_;
  std::map<std::uint32_t, std::uint32_t> uniform_;                            // bits of the value -> buffer
  std::map<std::size_t, std::uint32_t> zeros_;                                // count -> buffer
  std::map<std::pair<const Tensor*, std::uint32_t>, std::uint32_t> weights_;  // with its portable panel
};

}  // namespace spikeloom
