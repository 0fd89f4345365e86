// The workloads as loops over steps, events and neurons, which the compiler vectorises as far as the machine
// goes. They keep the bits of the others and the benchmark alive where there is no AVX-512; not tuned.
#include <algorithm>

#include "limits/limit.h"
#include "limits/panels.h"

namespace spikeloom::benchmarks {
namespace {

__attribute__((target_clones("avx2", "default"))) void add_row(float* sum, const float* row, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) sum[j] += row[j];
}

float fused(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}

__attribute__((target_clones("avx2", "default"))) void lif(float* mem, const float* input, std::size_t n,
                                                           Neuron p) {
  for (std::size_t j = 0; j < n; ++j) {
    const float reset = mem[j] > p.threshold ? p.threshold : 0.0f;
    mem[j] = p.beta * mem[j] + input[j] - reset;
  }
}

__attribute__((target_clones("avx2", "default"))) void synaptic(float* mem, float* syn, const float* input,
                                                                std::size_t n, Neuron p) {
  for (std::size_t j = 0; j < n; ++j) {
    const float reset = mem[j] > p.threshold ? p.threshold : 0.0f;
    syn[j] = p.alpha * syn[j] + input[j];
    mem[j] = p.beta * mem[j] + syn[j] - reset;
  }
}

__attribute__((target_clones("avx2", "default"))) void alpha(float* mem, float* exc, float* inh,
                                                             const float* input, std::size_t n, Neuron p) {
  for (std::size_t j = 0; j < n; ++j) {
    const bool fired = mem[j] > p.threshold;
    const float e = p.alpha * exc[j] + input[j], i = p.beta * inh[j] - input[j];
    mem[j] = fired ? 0.0f : p.gain * (e + i);
    exc[j] = fired ? 0.0f : e;
    inh[j] = fired ? 0.0f : i;
  }
}

class Plain final : public Limit {
 public:
  Plain(Form form, const Shape& shape) : form_(form), shape_(shape) {
    for (const Layer& layer : shape.layers) {
      Stage stage{
          layer, {}, std::vector<float>(layer.outputs), {}, Bits(shape.batch, shape.steps, layer.outputs)};
      if (form != Form::neurons) stage.weights = Panels(layer, layer.outputs);
      for (auto& state : stage.state) state.resize(layer.outputs);
      stages_.push_back(std::move(stage));
    }
  }

  void reset() override {
    for (Stage& stage : stages_)
      for (auto& state : stage.state) std::fill(state.begin(), state.end(), 0.0f);
  }

  /// One thread is enough for what this is.
  void run(std::span<Sink* const> sinks) override {
    const Bits& last = stages_.back().bits;
    for (std::size_t sample = 0; sample < shape_.batch; ++sample) {
      if (form_ != Form::neurons) reset();
      for (std::size_t step = 0; step < shape_.steps; ++step)
        for (std::size_t i = 0; i < stages_.size(); ++i) run_stage(i, sample, step);
    }
    sinks[0]->spikes(0, shape_.steps, 0, shape_.batch,
                     reinterpret_cast<const std::uint64_t*>(last.word.data()), last.words / 4,
                     last.steps * last.words / 4);
  }

  Work work() const override {
    Work work;
    for (const Stage& stage : stages_) {
      work.phases.push_back(
          {.operations = 4.0 * static_cast<double>(stage.layer.outputs * shape_.steps * shape_.batch)});
      work.synaptic_operations += work.phases.back().operations;
    }
    return work;
  }

  std::vector<std::uint64_t> hidden_spikes() const override {
    std::vector<std::uint64_t> counts;
    for (std::size_t i = 0; i + 1 < stages_.size(); ++i) counts.push_back(stages_[i].bits.count());
    return counts;
  }

 private:
  struct Stage {
    Layer layer;
    Panels weights;  // a single one
    std::vector<float> current;
    std::vector<float> state[3];
    Bits bits;
  };

  void drive(Stage& stage, const float* row) {
    std::copy_n(stage.weights.bias.data(), stage.layer.outputs, stage.current.data());
    for (std::size_t i = 0; i < stage.layer.inputs; ++i) {
      const float x = row[i], *weights = stage.weights.weight.data() + i * stage.layer.outputs;
      if (x == 1)
        add_row(stage.current.data(), weights, stage.layer.outputs);
      else if (x != 0)
        for (std::size_t j = 0; j < stage.layer.outputs; ++j)
          stage.current[j] = fused(weights[j], x, stage.current[j]);
    }
    for (float& current : stage.current) current += 0.0f;
  }

  static std::vector<float> values(const Bits& bits, std::size_t sample, std::size_t step, std::size_t n) {
    std::vector<float> row(n);
    for (std::size_t j = 0; j < n; ++j)
      row[j] = static_cast<float>(bits.row(sample, step)[j / kLanes] >> j % kLanes & 1);
    return row;
  }

  void run_stage(std::size_t i, std::size_t sample, std::size_t step) {
    Stage& stage = stages_[i];
    const std::size_t n = stage.layer.outputs;
    const std::size_t at = (shape_.constant ? sample : step * shape_.batch + sample);
    if (form_ == Form::neurons) {
      std::copy_n(shape_.input, n, stage.current.data());
    } else if (form_ == Form::recurrent) {
      drive(stage, step == 0 ? std::vector<float>(n).data() : values(stage.bits, 0, step - 1, n).data());
      for (std::size_t j = 0; j < n; ++j) stage.current[j] = shape_.input[j] + stage.current[j];
    } else {
      drive(stage, i == 0 ? shape_.input + at * stage.layer.inputs
                          : values(stages_[i - 1].bits, sample, step, stage.layer.inputs).data());
    }
    auto& [mem, second, third] = stage.state;
    const Neuron& p = stage.layer.neuron;
    switch (p.kind) {
      case Kind::lif:
        lif(mem.data(), stage.current.data(), n, p);
        break;
      case Kind::synaptic:
        synaptic(mem.data(), second.data(), stage.current.data(), n, p);
        break;
      case Kind::alpha:
        alpha(mem.data(), second.data(), third.data(), stage.current.data(), n, p);
        break;
    }
    std::uint16_t* bits = stage.bits.row(sample, step);
    std::fill_n(bits, stage.bits.words, std::uint16_t{0});
    for (std::size_t j = 0; j < n; ++j)
      if (mem[j] > p.threshold)
        bits[j / kLanes] = static_cast<std::uint16_t>(bits[j / kLanes] | 1u << j % kLanes);
  }

  Form form_;
  Shape shape_;
  std::vector<Stage> stages_;
};

}  // namespace

std::unique_ptr<Limit> plain(Form form, const Shape& shape) {
  return std::make_unique<Plain>(form, shape);
}

}  // namespace spikeloom::benchmarks
