// W3 as plain loops, for machines without AVX-512; not tuned.
#include <algorithm>
#include <limits>

#include "limits/limit.h"

namespace spikeloom::benchmarks {
namespace {

class PlainPictures final : public Limit {
 public:
  explicit PlainPictures(const Shape& shape) : shape_(shape), bits_(shape.batch * shape.steps) {}

  void run(std::span<Sink* const> sinks) override {
    hidden_ = {0, 0};
    for (std::size_t sample = 0; sample < shape_.batch; ++sample) {
      std::vector<std::vector<float>> mem;
      for (const Layer& layer : shape_.layers) mem.emplace_back(layer.outputs);
      for (std::size_t step = 0; step < shape_.steps; ++step) {
        const std::size_t row = shape_.constant ? sample : step * shape_.batch + sample;
        const float* input = shape_.input + row * shape_.layers[0].inputs;
        std::vector<float> x(input, input + shape_.layers[0].inputs);
        for (std::size_t i = 0; i < shape_.layers.size(); ++i) {
          x = update(mem[i], i < 2 ? convolve(shape_.layers[i], x) : multiply(shape_.layers[i], x),
                     shape_.layers[i].neuron);
          if (i < 2) hidden_[i] += static_cast<std::uint64_t>(std::count(x.begin(), x.end(), 1.0f));
        }
        std::uint64_t& bits = bits_[sample * shape_.steps + step] = 0;
        for (std::size_t j = 0; j < x.size(); ++j) bits |= std::uint64_t{x[j] != 0} << j;
      }
    }
    sinks[0]->spikes(0, shape_.steps, 0, shape_.batch, bits_.data(), 1, shape_.steps);
  }

  Work work() const override {
    double neurons = 0;
    for (const Layer& layer : shape_.layers) neurons += static_cast<double>(layer.outputs);
    Work work;
    work.phases.push_back({.operations = 4 * neurons * static_cast<double>(shape_.steps * shape_.batch)});
    work.synaptic_operations = work.phases[0].operations;
    return work;
  }

  std::vector<std::uint64_t> hidden_spikes() const override { return hidden_; }

 private:
  /// The convolution, then the largest of 2x2.
  static std::vector<float> convolve(const Layer& layer, const std::vector<float>& x) {
    const Picture& p = layer.picture;
    const std::size_t side = p.side - p.window + 1, pooled = side / 2;
    std::vector<float> y(layer.outputs, -std::numeric_limits<float>::infinity());
    for (std::size_t o = 0; o < p.outputs; ++o)
      for (std::size_t r = 0; r < 2 * pooled; ++r)
        for (std::size_t k = 0; k < 2 * pooled; ++k) {
          float sum = 0;
          for (std::size_t c = 0; c < p.channels; ++c)
            for (std::size_t v = 0; v < p.window; ++v)
              for (std::size_t h = 0; h < p.window; ++h)
                sum = __builtin_fmaf(layer.weight[((o * p.channels + c) * p.window + v) * p.window + h],
                                     x[(c * p.side + r + v) * p.side + k + h], sum);
          float& largest = y[(o * pooled + r / 2) * pooled + k / 2];
          largest = std::max(largest, sum + 0.0f);
        }
    return y;
  }

  static std::vector<float> multiply(const Layer& layer, const std::vector<float>& x) {
    std::vector<float> y(layer.outputs);
    for (std::size_t o = 0; o < layer.outputs; ++o)
      for (std::size_t i = 0; i < layer.inputs; ++i)
        y[o] = __builtin_fmaf(layer.weight[o * layer.inputs + i], x[i], y[o]);
    return y;
  }

  static std::vector<float> update(std::vector<float>& mem, const std::vector<float>& input,
                                   const Neuron& p) {
    std::vector<float> spikes(mem.size());
    for (std::size_t j = 0; j < mem.size(); ++j) {
      const float reset = mem[j] > p.threshold ? p.threshold : 0.0f;
      mem[j] = p.beta * mem[j] + input[j] - reset;
      spikes[j] = mem[j] > p.threshold ? 1.0f : 0.0f;
    }
    return spikes;
  }

  Shape shape_;
  std::vector<std::uint64_t> bits_, hidden_;
};

}  // namespace

std::unique_ptr<Limit> plain_pictures(const Shape& shape) {
  return std::make_unique<PlainPictures>(shape);
}

}  // namespace spikeloom::benchmarks
