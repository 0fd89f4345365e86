#include <algorithm>
#include <cstring>

#include "engine.h"
#include "reference/simulator.h"
#include "support/check.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

class ReferenceEngine final : public Engine {
 public:
  ReferenceEngine(const Model& model, const SessionOptions& options)
      : model_(model),
        batch_(options.batch),
        simulator_(model, options.batch, options.seed, options.first_sample) {}

  Result<void> set_input(std::string_view input, std::span<const float> values) override {
    for (std::uint32_t i = 0; i < model_.inputs.size(); ++i)
      if (model_.inputs[i].name == input) {
        simulator_.set_input(i, for_all_samples(values, model_.inputs[i].size));
        return {};
      }
    return unknown(input);
  }

  Result<void> set_state(std::string_view state, std::span<const float> values) override {
    Signal signal;
    if (!model_.find(state, signal) || signal.state < 0) return unknown(state);
    simulator_.set_state(signal, for_all_samples(values, model_.size(signal)));
    return {};
  }

  Result<std::uint64_t> run(std::uint64_t steps, const InputSource& source,
                            const RunOptions& options) override {
    for (std::uint64_t done = 0; done < steps; ++done) {
      if (options.stop.stop_requested()) return done;
      for (std::uint32_t i = 0; i < model_.inputs.size(); ++i) {
        const ModelInput& input = model_.inputs[i];
        if (input.constant) continue;
        row_.resize(input.size * batch_);
        TRY_VOID(source(input.name, simulator_.step_count(), 1, row_));
        simulator_.set_input(i, row_);
      }
      simulator_.step();
      for (const Recording& recording : recordings_) TRY_VOID(hand_over(recording));
      if (options.progress) options.progress(done + 1, steps);
    }
    return steps;
  }

  Result<void> record(std::string_view signal, Recorder& recorder, std::uint32_t first,
                      std::uint32_t count) override {
    Recording recording{std::string(signal), {}, &recorder, first, count};
    if (!model_.find(signal, recording.signal)) return unknown(signal);
    const std::size_t n = model_.size(recording.signal);
    if (count == SPIKELOOM_NONE && first < n) recording.count = static_cast<std::uint32_t>(n) - first;
    SPIKELOOM_CHECK(first < n && recording.count <= n - first, "run", "a recorder beyond its signal");
    recordings_.push_back(std::move(recording));
    return {};
  }

  Result<void> finish_recording() override {
    for (const Recording& recording : recordings_) TRY_VOID(recording.recorder->finish());
    recordings_.clear();
    return {};
  }

  Result<void> read(std::string_view signal, std::span<float> values) const override {
    Signal found;
    if (!model_.find(signal, found)) return unknown(signal);
    const auto from = simulator_.value(found);
    std::copy_n(from.begin(), std::min(values.size(), from.size()), values.begin());
    return {};
  }

  std::uint64_t step_count() const override { return simulator_.step_count(); }
  std::uint32_t threads() const override { return 1; }
  Result<std::vector<unsigned char>> save() const override { return no_saving(); }
  Result<void> restore(std::span<const unsigned char>) override { return no_saving(); }

 private:
  struct Recording {
    std::string name;
    Signal signal;
    Recorder* recorder;
    std::uint32_t first, count;
  };

  static Error unknown(std::string_view signal) {
    return {ErrorKind::usage, "the network has no signal '" + std::string(signal) + "'"};
  }
  static Error no_saving() {
    return {ErrorKind::unsupported, "the reference does not save or load states",
            "leave out --engine reference"};
  }

  std::vector<float> for_all_samples(std::span<const float> values, std::size_t n) const {
    std::vector<float> all(values.begin(), values.end());
    if (values.size() == n)
      for (std::uint32_t sample = 1; sample < batch_; ++sample)
        all.insert(all.end(), values.begin(), values.end());
    return all;
  }

  /// A block of one step, in the form that the compiled engine gives: spikes as bits.
  Result<void> hand_over(const Recording& recording) {
    const auto values = simulator_.value(recording.signal);
    const std::size_t n = model_.size(recording.signal);
    Block block;
    block.signal = recording.name;
    block.first_step = simulator_.step_count() - 1;
    block.steps = 1;
    block.samples = batch_;
    block.first_neuron = recording.first;
    block.neurons = recording.count;
    const bool is_bits = recording.signal.of == Signal::Of::node && recording.signal.state < 0 &&
                         model_.nodes[recording.signal.index].spikes();
    if (is_bits) {
      block.element = SPIKELOOM_BITS;
      block.sample_stride = (recording.count + 63) / 64 * 8;
      bits_.assign(block.sample_stride * batch_, 0);
      for (std::uint32_t sample = 0; sample < batch_; ++sample)
        for (std::uint32_t j = 0; j < recording.count; ++j)
          if (values[sample * n + recording.first + j] != 0)
            bits_[sample * block.sample_stride + j / 8] |= static_cast<unsigned char>(1u << (j % 8));
      block.data = bits_.data();
    } else {
      block.element = SPIKELOOM_FLOAT;
      block.sample_stride = n * sizeof(float);
      block.data = reinterpret_cast<const unsigned char*>(values.data() + recording.first);
    }
    block.step_stride = block.sample_stride * batch_;
    return recording.recorder->record(block);
  }

  const Model& model_;
  std::uint32_t batch_;
  reference::Simulator simulator_;
  std::vector<Recording> recordings_;
  std::vector<float> row_;
  std::vector<unsigned char> bits_;
};

class ReferenceMaker final : public EngineMaker {
 public:
  explicit ReferenceMaker(const Model& model) : model_(model) {}
  Result<std::unique_ptr<Engine>> make(const SessionOptions& options) const override {
    return std::unique_ptr<Engine>(std::make_unique<ReferenceEngine>(model_, options));
  }
  std::string name() const override { return "reference"; }
  bool is_code_cached() const override { return false; }
  std::string cpu() const override { return "any"; }
  unsigned lanes() const override { return 1; }
  std::uint64_t hash() const override { return 0; }
  std::uint64_t bytes_per_sample() const override {
    std::uint64_t values = 0;
    for (const ModelNode& node : model_.nodes) values += node.size * (2 + 2 * node.states());
    return values * sizeof(float);
  }

 private:
  const Model& model_;
};

}  // namespace

std::unique_ptr<EngineMaker> reference_maker(const Model& model) {
  return std::make_unique<ReferenceMaker>(model);
}

}  // namespace spikeloom::tool
