#include "machine/measure.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <vector>

#include "machine/kernels.h"

namespace spikeloom::machine {
namespace {

constexpr std::size_t kKiB = 1024, kMiB = 1024 * kKiB;
constexpr std::size_t kRowBytes = kRow * sizeof(float);
// Beyond every cache on all but servers, whose last level is shared among many.
constexpr std::size_t kLeastMemory = 128 * kMiB, kMostMemory = 512 * kMiB;
constexpr double kTurnSeconds = 0.015;
constexpr int kTurns = 6;
constexpr double kMostSeconds = 0.3;  // where one turn is long: no more than this and one turn
// A cache holds data as long as it is read nearly as fast as a little of it.
constexpr double kStillHeld = 0.7;

struct Release {
  void operator()(float* memory) const { ::operator delete[](memory, std::align_val_t{64}); }
};
using Floats = std::unique_ptr<float[], Release>;

Floats floats(std::size_t count) {
  Floats memory(static_cast<float*>(::operator new[](count * sizeof(float), std::align_val_t{64})));
  std::fill_n(memory.get(), count, 0.5f);
  return memory;
}

volatile float sink;

/// Units of work in a nanosecond: the best of a few turns, because what else the machine does only takes.
template <class Work>
double best_rate(double units, const Work& work) {
  using Clock = std::chrono::steady_clock;
  const auto ns_of = [&](std::size_t times) {
    const auto start = Clock::now();
    for (std::size_t i = 0; i < times; ++i) sink = work();
    return std::max(1.0, std::chrono::duration<double, std::nano>(Clock::now() - start).count());
  };
  const double once = ns_of(1);
  const auto times = static_cast<std::size_t>(std::max(1.0, kTurnSeconds * 1e9 / once));
  double best = 0, spent = 0;
  for (int turn = 0; turn < kTurns && spent < kMostSeconds * 1e9; ++turn) {
    const double ns = ns_of(times);
    best = std::max(best, units * static_cast<double>(times) / ns);
    spent += ns;
  }
  return best;
}

std::size_t cache_bytes(int name, double fallback) {
  const long bytes = sysconf(name);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : static_cast<std::size_t>(fallback);
}

class Measurement {
 public:
  Measurement() : kernels_(kernels_of_this_cpu()) {}

  double stream(const float* from, std::size_t bytes) const {
    const std::size_t count = bytes / sizeof(float) / 128 * 128;
    return best_rate(static_cast<double>(count * sizeof(float)),
                     [&] { return kernels_.stream(from, count); });
  }
  /// Every row once, in an order that nothing can foresee.
  double rows(const float* from, std::size_t bytes) const {
    std::vector<std::uint32_t> order(bytes / kRowBytes / 2 * 2);
    std::iota(order.begin(), order.end(), 0u);
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    return best_rate(static_cast<double>(order.size() * kRowBytes),
                     [&] { return kernels_.rows(from, order.data(), order.size()); });
  }
  MemoryLevel level(const float* from, std::size_t measured, double held) const {
    return {held, stream(from, measured), rows(from, measured)};
  }
  double multiply_adds(const float* from, std::size_t l1) const {
    const std::size_t fan_in = l1 / 2 / sizeof(float) / (2 * kernels_.lanes + kDenseInputs) / 16 * 16;
    const float* inputs = from + fan_in * 2 * kernels_.lanes;
    return best_rate(static_cast<double>(fan_in * kDenseInputs * 2 * kernels_.lanes),
                     [&] { return kernels_.dense(from, inputs, fan_in); });
  }
  double chain() const {
    return 1 / best_rate(4096, [&] { return kernels_.chain(0.5f, 4096); });
  }

 private:
  Kernels kernels_;
};

}  // namespace

Result<MachineCosts> measure(const std::function<void(unsigned done, unsigned total)>& progress) {
  const MachineCosts known;
  const std::size_t l1 = std::max(8 * kKiB, cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 4 * known.l1.bytes / 3));
  const std::size_t l2 = std::max(4 * l1, cache_bytes(_SC_LEVEL2_CACHE_SIZE, 4 * known.l2.bytes / 3));
  const std::size_t l3 = std::max(4 * l2, cache_bytes(_SC_LEVEL3_CACHE_SIZE, 2 * known.l3.bytes));
  const std::size_t beyond = std::clamp(2 * l3, kLeastMemory, kMostMemory);
  const unsigned total = 6;
  unsigned done = 0;
  const auto next = [&] {
    if (progress) progress(done, total);
    ++done;
  };
  try {
    next();
    const Floats memory = floats(beyond / sizeof(float));
    const Measurement measurement;
    MachineCosts costs;
    // To panels a cache is smaller than it is: lists, currents and states lie there, too.
    costs.l1 = measurement.level(memory.get(), l1 / 2, static_cast<double>(l1) * 0.75);
    costs.adds_per_ns = costs.l1.rows_gbs / sizeof(float);
    costs.chain_ns = measurement.chain();
    costs.fma_per_ns = measurement.multiply_adds(memory.get(), l1);
    next();
    costs.l2 = measurement.level(memory.get(), l2 / 2, static_cast<double>(l2) * 0.75);
    next();
    // What a core may count on of a shared cache is not what the machine says it is.
    const std::size_t first = std::min(4 * l2, l3 / 2);
    costs.l3 = measurement.level(memory.get(), first, static_cast<double>(first));
    next();
    for (std::size_t bytes = 2 * first; bytes <= std::min(l3, beyond / 2); bytes *= 2) {
      if (measurement.stream(memory.get(), bytes) < kStillHeld * costs.l3.stream_gbs) break;
      costs.l3.bytes = static_cast<double>(bytes);
    }
    next();
    costs.memory = measurement.level(memory.get(), beyond, 0);
    next();
    costs.is_measured = true;
    if (!is_plausible(costs))
      return Error(ErrorKind::unsupported, "what was measured of this machine makes no sense",
                   "measure again when nothing else runs");
    return costs;
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::limit, "the system has too little memory to measure its speed");
  }
}

}  // namespace spikeloom::machine
