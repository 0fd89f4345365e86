// W1, W2, W8: layer by layer over the whole time block, tile by tile, sample by sample.
#include <algorithm>
#include <cmath>
#include <thread>

#include "limits/forms.h"
#include "limits/tiles.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {
namespace {

// Widths were tried on the shapes of the table: four registers and two steps at a time keep eight sums going,
// which hides the latency of an addition; a readout of one or two registers needs more steps for the same.
// A sample alone takes wide rows, where they come from far in any order.
template <template <int> class Cell>
TileKernel kernel_of(std::size_t outputs, bool is_constant, bool is_alone, bool is_near) {
  if (is_constant) return is_alone ? constant_kernel<Cell, 8, 1>() : constant_kernel<Cell, 4, kLanes / 4>();
  if (outputs <= kLanes) return tile_kernel<Cell, 1, 8>();
  if (outputs <= 2 * kLanes) return tile_kernel<Cell, 2, 4>();
  const bool is_wide = is_alone && !(is_near && kLanes == 8);
  return is_wide ? tile_kernel<Cell, 8, 1>() : tile_kernel<Cell, 4, 2>();
}

constexpr std::size_t kBlock = 100;  // steps
constexpr std::size_t kShared = 8;   // samples that need most of a panel
constexpr std::size_t kWords = 64 / kLanes;
constexpr double kFires = 0.05;  // expected of a hidden population

/// So many events need most rows of a panel, whose layer does not fit L2: reading it in order first is faster
/// than fetching its rows in the order of the events.
bool needs_most(double events, const Layer& layer) {
  return events > 1.5 * static_cast<double>(layer.inputs) && layer.inputs * layer.outputs > 1u << 18;
}

class Network final : public Limit {
 public:
  explicit Network(const Shape& shape)
      : shape_(shape), block_(shape.constant ? shape.steps : std::min(shape.steps, kBlock)) {
    std::size_t weights = 0;
    for (const Layer& layer : shape.layers) {
      const bool is_constant = shape.constant && stages_.empty(), is_alone = shape.batch == 1;
      const double density = stages_.empty() ? density_of_input() : kFires;
      const bool is_near = needs_most(density * static_cast<double>(block_ * layer.inputs), layer);
      Stage stage{.layer = layer,
                  .kernel = layer.neuron.kind == Kind::lif
                                ? kernel_of<Lif>(layer.outputs, is_constant, is_alone, is_near)
                                : kernel_of<Synaptic>(layer.outputs, is_constant, is_alone, is_near)};
      stage.panels = Panels(layer, static_cast<std::size_t>(stage.kernel.registers) * kLanes);
      // The last population leaves as whole rows.
      const bool is_last = &layer == &shape.layers.back();
      stage.bits = Bits(shape.batch, shape.steps, stage.padded(), is_last ? 1 : stage.panels.tiles);
      if (block_ < shape.steps)
        stage.states =
            Memory<float>(shape.batch * static_cast<std::size_t>(stage.kernel.states) * stage.padded());
      widest_ = std::max(widest_, layer.inputs);
      weights += stage.panels.weight.size() * sizeof(float);
      stages_.push_back(std::move(stage));
    }
    // Lists are read once a tile, one behind the other; weights once a group of samples. So groups are large,
    // as far as lists stay in L2, or small beside the weights. Sized for a network that fires at a tenth.
    const std::size_t budget = std::max<std::size_t>(std::size_t{2} << 20, weights / 8);
    const std::size_t sample = block_ * widest_ / 10 * sizeof(std::uint32_t) + 1;
    group_ = std::clamp<std::size_t>(budget / sample, 1, shape.batch);
  }

  void run(std::span<Sink* const> sinks) override {
    const std::size_t n = sinks.size();
    while (events_.size() < n) events_.emplace_back(group_ * block_, widest_, shape_.constant);
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < n; ++i)
      others.emplace_back([this, i, n, sinks] {
        run_samples(shape_.batch * i / n, shape_.batch * (i + 1) / n, events_[i], *sinks[i]);
      });
    run_samples(0, shape_.batch / n, events_[0], *sinks[0]);
    for (std::thread& other : others) other.join();
  }

  std::vector<std::uint64_t> hidden_spikes() const override {
    std::vector<std::uint64_t> counts;
    for (std::size_t i = 0; i + 1 < stages_.size(); ++i) counts.push_back(stages_[i].bits.count());
    return counts;
  }

  Work work() const override {
    Work work;
    const double runs = static_cast<double>(shape_.steps * shape_.batch);
    const std::size_t values = values_of_input();
    double events = density_of_input() * static_cast<double>(values);
    // Between two reads of a panel from where all weights live, those of all other panels pass.
    const double groups = std::ceil(static_cast<double>(shape_.batch) / static_cast<double>(group_)) *
                          std::ceil(static_cast<double>(shape_.steps) / static_cast<double>(block_));
    std::vector<double> rows;
    double needed = 0;
    for (const Stage& stage : stages_) {
      rows.push_back(rows_needed(stage));
      needed += rows.back() * static_cast<double>(stage.padded() * sizeof(float));
    }
    work.phases.push_back({{{static_cast<double>(values) * sizeof(float), values * sizeof(float)}}});
    for (const Stage& stage : stages_) {
      const bool is_constant = shape_.constant && &stage == stages_.data();
      const double outputs = static_cast<double>(round_up(stage.layer.outputs, kLanes));  // whole registers
      const double inputs = static_cast<double>(round_up(stage.layer.inputs, 64));
      // Lists, then sums, then updates: each waits for the one before, and a core looks ahead over far fewer
      // instructions than one of them has for a tile.
      Work::Phase lists;
      (&stage == stages_.data() ? lists.float_words : lists.words) =
          inputs / 64 * (is_constant ? static_cast<double>(shape_.batch) : runs);
      work.phases.push_back(std::move(lists));
      Work::Phase sums;
      const double tiles = static_cast<double>(stage.panels.tiles);
      if (is_constant)
        sums.fmas = events * outputs;
      else
        sums.rows = {stage.kernel.registers, events * tiles};
      // Every event reads a row of a panel; those that any step of a group needs come from where all weights
      // live the first time.
      const double once = rows[static_cast<std::size_t>(&stage - stages_.data())] / groups;
      const std::size_t row = stage.panels.width * sizeof(float);
      sums.visit = {.rows = stage.layer.inputs,
                    .row = row,
                    .at_a_time = static_cast<std::size_t>(std::max(1, 8 / stage.kernel.registers)),
                    .lists = (is_constant ? static_cast<double>(shape_.batch) : runs) / groups,
                    .reads = events / groups,
                    .needed = once,
                    .panels = needed / groups / (once * static_cast<double>(row))};
      sums.visits = groups * outputs / static_cast<double>(stage.panels.width);
      work.phases.push_back(std::move(sums));
      // Samples of a constant input run in pairs.
      Work::Phase::Tiles updates = {stage.kernel.registers, tiles * runs};
      if (is_constant && shape_.batch > 1) updates = {2 * updates.registers, updates.count / 2};
      work.phases.push_back({.updates = updates, .kind = stage.layer.neuron.kind});
      work.synaptic_operations += events * static_cast<double>(stage.layer.outputs);
      events = static_cast<double>(stage.bits.count());
    }
    return work;
  }

 private:
  struct Stage {
    Layer layer;
    TileKernel kernel;
    Panels panels;
    Bits bits;
    Memory<float> states;  // [sample][state][neuron], where a run has several blocks

    std::size_t padded() const { return panels.tiles * panels.width; }
  };

  void run_samples(std::size_t begin, std::size_t end, Events& events, Sink& sink) {
    for (Stage& stage : stages_) {
      const std::size_t row = static_cast<std::size_t>(stage.kernel.states) * stage.padded();
      if (stage.states.size() != 0)
        std::fill(stage.states.data() + begin * row, stage.states.data() + end * row, 0.0f);
    }
    for (std::size_t first = 0; first < shape_.steps; first += block_)
      for (std::size_t sample = begin; sample < end; sample += group_)
        run_block(events, first, std::min(block_, shape_.steps - first), sample,
                  std::min(group_, end - sample), sink);
  }

  void run_block(Events& events, std::size_t first, std::size_t steps, std::size_t sample,
                 std::size_t samples, Sink& sink) {
    for (Stage& stage : stages_) run_stage(stage, events, first, steps, sample, samples);
    const Bits& last = stages_.back().bits;
    sink.spikes(first, steps, sample, samples,
                reinterpret_cast<const std::uint64_t*>(last.row(sample, first)), last.words / kWords,
                last.steps * last.words / kWords);
  }

  void run_stage(Stage& stage, Events& events, std::size_t first, std::size_t steps, std::size_t sample,
                 std::size_t samples) {
    const bool is_constant = &stage == stages_.data() && shape_.constant;
    list(events, stage, first, steps, sample, samples);
    const bool is_near = needs_most(static_cast<double>(events.total()), stage.layer);
    for (std::size_t tile = 0; tile < stage.panels.tiles; ++tile) {
      if (is_near && (tile == 0 || samples > 1)) bring_near(stage.panels.panel(tile), stage.panels.bytes());
      const bool is_last = tile + 1 == stage.panels.tiles;
      if (is_constant) {
        TileBlock all = block_of(stage, events, tile, sample, 0, first, steps);
        all.samples = samples, all.bits_of_sample = stage.bits.steps * stage.bits.words;
        // A single sample needs few of its rows.
        if (samples >= kShared && !is_last)
          all.next = stage.panels.panel(tile + 1), all.next_bytes = stage.panels.bytes();
        stage.kernel.run(all, stage.layer.neuron);
        continue;
      }
      for (std::size_t b = 0; b < samples; ++b) {
        TileBlock one = block_of(stage, events, tile, sample + b, b * steps, first, steps);
        if (is_near && samples == 1 && !is_last)
          one.next = stage.panels.panel(tile + 1), one.next_bytes = stage.panels.bytes();
        stage.kernel.run(one, stage.layer.neuron);
      }
    }
  }

  void list(Events& events, const Stage& stage, std::size_t first, std::size_t steps, std::size_t sample,
            std::size_t samples) const {
    const bool is_first = &stage == stages_.data();
    events.clear();
    for (std::size_t b = 0; b < samples; ++b)
      for (std::size_t s = 0; s < (is_first && shape_.constant ? 1 : steps); ++s)
        if (is_first) {
          const std::size_t n = stage.layer.inputs;
          append(events, shape_.input + ((first + s) * shape_.batch + sample + b) * n, n);
        } else {
          append(events, (&stage)[-1].bits, sample + b, first + s);
        }
  }

  double density_of_input() const {
    const std::size_t n = values_of_input();
    return static_cast<double>(n -
                               static_cast<std::size_t>(std::count(shape_.input, shape_.input + n, 0.0f))) /
           static_cast<double>(n);
  }

  std::size_t values_of_input() const {
    return (shape_.constant ? 1 : shape_.steps) * shape_.batch * shape_.layers[0].inputs;
  }

  /// The inputs of a stage that are active in any step of a block and any sample of a group, of all of these.
  double rows_needed(const Stage& stage) const {
    Events events(group_ * block_, widest_, shape_.constant);
    std::size_t count = 0;
    for (std::size_t first = 0; first < shape_.steps; first += block_)
      for (std::size_t sample = 0; sample < shape_.batch; sample += group_) {
        list(events, stage, first, std::min(block_, shape_.steps - first), sample,
             std::min(group_, shape_.batch - sample));
        std::vector<bool> active(stage.layer.inputs);
        for (std::size_t e = 0; e < events.total(); ++e) active[events.index[e]] = true;
        count += static_cast<std::size_t>(std::ranges::count(active, true));
      }
    return static_cast<double>(count);
  }

  static TileBlock block_of(const Stage& stage, const Events& events, std::size_t tile, std::size_t sample,
                            std::size_t list, std::size_t first, std::size_t steps) {
    const auto registers = static_cast<std::size_t>(stage.kernel.registers);
    const std::size_t states = static_cast<std::size_t>(stage.kernel.states) * stage.padded();
    return {.panel = stage.panels.panel(tile),
            .bias = stage.panels.bias.data() + tile * stage.panels.width,
            .index = events.index.data(),
            .value = events.value.data(),
            .bound = events.bound.data(),
            .first = list,
            .steps = steps,
            .bits = stage.bits.tiles == 1 ? stage.bits.row(sample, first) + tile * registers
                                          : stage.bits.row(sample, first, tile),
            .bits_stride = stage.bits.words,
            .states = stage.states.size() == 0
                          ? nullptr
                          : stage.states.data() + sample * states + tile * stage.panels.width,
            .states_stride = stage.padded()};
  }

  Shape shape_;
  std::size_t block_, group_ = 1, widest_ = 0;
  std::vector<Stage> stages_;
  std::vector<Events> events_;  // a thread each
};

}  // namespace

std::unique_ptr<Limit> make_network(const Shape& shape) {
  return std::make_unique<Network>(shape);
}

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
