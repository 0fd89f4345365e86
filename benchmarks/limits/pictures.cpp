// W3: two convolutions of 5x5 with pools of 2x2 before their LIF neurons, and a readout. All sizes are known
// to the compiler. Neurons lie place by place, the channels of a place in registers, so a pool is a few
// maxima of registers; who fired is sorted by channel, the order of the next layer's sums. An event adds, for
// each row that sees it, one piece of up to five places: the columns of the window are stored backwards.
#include <algorithm>
#include <cstring>

#include "limits/cells.h"
#include "limits/events.h"
#include "limits/forms.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {
namespace {

constexpr std::size_t kWindow = 5;

/// Events that come place by place, put in the order of channel, row, column.
struct Sorted {
  std::vector<Word> channel, place;  // as they came
  std::vector<Word> by_channel, at;  // sorted
  std::vector<std::uint32_t> begin;
  std::size_t count = 0;

  explicit Sorted(std::size_t channels, std::size_t most)
      : channel(most), place(most), by_channel(most), at(most), begin(channels + 1) {}

  void add(std::uint64_t fired, std::size_t of, std::size_t first) {
    for (; fired != 0; fired &= fired - 1) {
      const auto c = static_cast<std::size_t>(__builtin_ctzll(fired)) + first;
      channel[count] = static_cast<Word>(c);
      place[count++] = static_cast<Word>(of);
      ++begin[c + 1];
    }
  }
  void sort() {
    for (std::size_t c = 1; c < begin.size(); ++c) begin[c] += begin[c - 1];
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t to = begin[channel[i]]++;
      by_channel[to] = channel[i];
      at[to] = place[i];
    }
  }
  void clear() {
    std::fill(begin.begin(), begin.end(), 0u);
    count = 0;
  }
};

/// A convolution of C x S x S to O x (S - 4) x (S - 4), pooled to half of that, with its neurons.
template <std::size_t C, std::size_t S, std::size_t O>
struct Convolved {
  static constexpr std::size_t kSide = S - kWindow + 1, kPooled = kSide / 2, kPlaces = kPooled * kPooled;
  static constexpr int kRegisters = static_cast<int>((O + kLanes - 1) / kLanes);
  static constexpr std::size_t kStrip = std::size_t{kRegisters} * kLanes;
  static constexpr std::size_t kNeurons = O * kPlaces;

  Memory<float> weights{C * kWindow * kWindow * kStrip};
  Memory<float> sums{kSide * kSide * kStrip};
  Memory<float> pooled{kPlaces * kStrip};
  Memory<float> mem{kPlaces * kStrip};
  Neuron neuron;
  Sorted fired{O, kPlaces* O + 1};
  std::uint64_t spikes = 0;
  double adds = 0;  // elements of sums that events were added to

  explicit Convolved(const Layer& layer) : neuron(layer.neuron) {
    for (std::size_t o = 0; o < O; ++o)
      for (std::size_t c = 0; c < C; ++c)
        for (std::size_t r = 0; r < kWindow; ++r)
          for (std::size_t k = 0; k < kWindow; ++k)
            weights[((c * kWindow + r) * kWindow + kWindow - 1 - k) * kStrip + o] =
                layer.weight[((o * C + c) * kWindow + r) * kWindow + k];
  }

  SPIKELOOM_WIDE void begin() { std::memset(sums.data(), 0, sums.size() * sizeof(float)); }

  /// `values`: of a constant input; else an event is a spike.
  template <bool values>
  SPIKELOOM_WIDE_INLINE void add_event(std::size_t c, std::size_t row, std::size_t column, float value) {
    const std::size_t first_row = row < kWindow - 1 ? 0 : row - (kWindow - 1),
                      last_row = std::min(row, kSide - 1),
                      first = column < kWindow - 1 ? 0 : column - (kWindow - 1),
                      last = std::min(column, kSide - 1), length = (last - first + 1) * kRegisters;
    const Register x = same(value);
    for (std::size_t y = first_row; y <= last_row; ++y) {
      float* to = &sums[(y * kSide + first) * kStrip];
      const float* from =
          &weights[((c * kWindow + row - y) * kWindow + kWindow - 1 - (column - first)) * kStrip];
      for (std::size_t i = 0; i < length; ++i) {
        const Register sum = load(to + i * kLanes), w = load(from + i * kLanes);
        store(to + i * kLanes, values ? fused(w, x, sum) : add(sum, w));
      }
    }
    adds += static_cast<double>((last_row - first_row + 1) * length * kLanes);
  }

  SPIKELOOM_WIDE_INLINE Register largest_of(std::size_t y, std::size_t x, int v) const {
    const float* at = &sums[((2 * y) * kSide + 2 * x) * kStrip + static_cast<std::size_t>(v) * kLanes];
    const Register top = largest(load(at + kStrip), load(at));
    const float* below = at + kSide * kStrip;
    return largest(load(below + kStrip), largest(load(below), top));
  }

  /// A constant input's sums, pooled once.
  SPIKELOOM_WIDE void pool() {
    for (std::size_t y = 0; y < kPooled; ++y)
      for (std::size_t x = 0; x < kPooled; ++x)
        for (int v = 0; v < kRegisters; ++v)
          store(&pooled[(y * kPooled + x) * kStrip + static_cast<std::size_t>(v) * kLanes],
                add(largest_of(y, x, v), zero()));  // -0 becomes +0
  }

  template <bool is_constant>
  SPIKELOOM_WIDE void step() {
    fired.clear();
    for (std::size_t y = 0; y < kPooled; ++y)
      for (std::size_t x = 0; x < kPooled; ++x) {
        const std::size_t place = y * kPooled + x;
        Lif<kRegisters> cell;
        cell.start(neuron);
        cell.read(&mem[place * kStrip], 0);
        for (int v = 0; v < kRegisters; ++v) {
          const std::size_t at = place * kStrip + static_cast<std::size_t>(v) * kLanes;
          cell.step(v, is_constant ? load(&pooled[at]) : largest_of(y, x, v));
        }
        cell.write(&mem[place * kStrip], 0);
        std::uint64_t channels = 0;
        for (int v = 0; v < kRegisters; ++v)
          channels |= static_cast<std::uint64_t>(bits(cell.fired[v])) << (v * kLanes);
        if constexpr (O % kLanes != 0) channels &= (std::uint64_t{1} << O) - 1;
        fired.add(channels, place, 0);
      }
    fired.sort();
    spikes += fired.count;
  }
};

constexpr double kLifOperations = 4;  // three of the equation, and the compare

template <std::size_t C, std::size_t S>
class Pictures final : public Limit {
  using First = Convolved<C, S, 12>;
  using Second = Convolved<12, First::kPooled, 64>;
  static_assert(Second::kStrip == 64);
  static constexpr int kDigitRegisters = (10 + kLanes - 1) / kLanes;
  static constexpr std::size_t kDigits = std::size_t{kDigitRegisters} * kLanes;

 public:
  explicit Pictures(const Shape& shape)
      : shape_(shape),
        first_(shape.layers[0]),
        second_(shape.layers[1]),
        readout_(Second::kNeurons * kDigits),
        events_(1, C * S * S, true),
        bits_(shape.batch * shape.steps) {
    const Layer& last = shape.layers[2];
    for (std::size_t o = 0; o < last.outputs; ++o)
      for (std::size_t i = 0; i < last.inputs; ++i)
        readout_[i * kDigits + o] = last.weight[o * last.inputs + i];
  }

  SPIKELOOM_WIDE void run(std::span<Sink* const> sinks) override {
    first_.spikes = second_.spikes = 0;
    first_.adds = second_.adds = 0;
    for (std::size_t sample = 0; sample < shape_.batch; ++sample) run_sample(sample);
    sinks[0]->spikes(0, shape_.steps, 0, shape_.batch, bits_.data(), 1, shape_.steps);
  }

  std::vector<std::uint64_t> hidden_spikes() const override { return {first_.spikes, second_.spikes}; }

  Work work() const override {
    const double runs = static_cast<double>(shape_.steps * shape_.batch);
    const double inputs = static_cast<double>(shape_.constant ? shape_.batch : shape_.batch * shape_.steps);
    Work work;
    const double bytes = inputs * C * S * S * 4;
    work.phases.push_back({.traffic = {{bytes, static_cast<std::size_t>(bytes)}},
                           .operations = 1.25 * inputs * static_cast<double>(round_up(C * S * S, 64))});
    add_phases(work, first_, inputs, runs, shape_.constant);
    add_phases(work, second_, runs, runs, false);
    work.phases.push_back({.adds = static_cast<double>(second_.spikes * kDigits)});
    work.synaptic_operations += static_cast<double>(second_.spikes) * 10;
    return work;
  }

 private:
  template <class Layers>
  static void add_phases(Work& work, const Layers& layer, double sums, double runs, bool values) {
    using Way = Work::Traffic::Way;
    Work::Phase phase;
    (values ? phase.fmas : phase.adds) = layer.adds;
    // A sum is read and written for every event, its weights read.
    phase.traffic = {{2 * 4 * layer.adds, layer.sums.size() * 4, Way::update}};
    work.phases.push_back(std::move(phase));
    const double side = static_cast<double>(Layers::kSide * Layers::kSide * Layers::kStrip);
    work.phases.push_back({{{4 * side * sums, layer.sums.size() * 4, Way::update}}});  // they begin at 0
    const double neurons = static_cast<double>(Layers::kPlaces * Layers::kStrip);
    work.phases.push_back({.traffic = {{8 * neurons * runs, layer.mem.size() * 4, Way::update}},
                           .operations = 3 * neurons * sums + kLifOperations * neurons * runs});
    work.synaptic_operations += layer.adds;
  }

  SPIKELOOM_WIDE void run_sample(std::size_t sample) {
    std::fill(first_.mem.begin(), first_.mem.end(), 0.0f);
    std::fill(second_.mem.begin(), second_.mem.end(), 0.0f);
    Lif<kDigitRegisters> digit;
    digit.start(shape_.layers[2].neuron);
    if (shape_.constant) {
      list(shape_.input + sample * C * S * S);
      first_.begin();
      add_input<true>();
      first_.pool();
    }
    for (std::size_t step = 0; step < shape_.steps; ++step) {
      if (shape_.constant) {
        first_.template step<true>();
      } else {
        list(shape_.input + (step * shape_.batch + sample) * C * S * S);
        first_.begin();
        add_input<false>();
        first_.template step<false>();
      }
      second_.begin();
      for (std::size_t i = 0; i < first_.fired.count; ++i)
        second_.template add_event<false>(first_.fired.by_channel[i], first_.fired.at[i] / First::kPooled,
                                          first_.fired.at[i] % First::kPooled, 1);
      second_.template step<false>();
      Register sum[kDigitRegisters];
      for (Register& s : sum) s = zero();
      for (std::size_t i = 0; i < second_.fired.count; ++i) {
        const std::size_t input = second_.fired.by_channel[i] * Second::kPlaces + second_.fired.at[i];
        for (int v = 0; v < kDigitRegisters; ++v)
          sum[v] = add(sum[v], load(&readout_[input * kDigits + static_cast<std::size_t>(v) * kLanes]));
      }
      std::uint64_t fired = 0;
      for (int v = 0; v < kDigitRegisters; ++v) {
        digit.step(v, sum[v]);
        fired |= static_cast<std::uint64_t>(spikes(digit, v)) << (v * kLanes);
      }
      bits_[sample * shape_.steps + step] = fired & 0x3ffu;
    }
  }

  void list(const float* row) {
    events_.clear();
    append(events_, row, C * S * S);
  }

  template <bool values>
  SPIKELOOM_WIDE void add_input() {
    for (std::size_t i = 0; i < events_.total(); ++i) {
      const std::size_t at = events_.index[i];
      first_.template add_event<values>(at / (S * S), at / S % S, at % S, events_.value[i]);
    }
  }

  Shape shape_;
  First first_;
  Second second_;
  Memory<float> readout_;
  Events events_;
  Memory<std::uint64_t> bits_;
};

}  // namespace

std::unique_ptr<Limit> make_pictures(const Shape& shape) {
  switch (shape.layers[0].inputs) {
    case 28 * 28:
      return std::make_unique<Pictures<1, 28>>(shape);
    case 2 * 34 * 34:
      return std::make_unique<Pictures<2, 34>>(shape);
    case 16 * 16:
      return std::make_unique<Pictures<1, 16>>(shape);
    default:
      return std::make_unique<Pictures<2, 16>>(shape);
  }
}

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
