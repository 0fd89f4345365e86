// The same network through the C++ API.
#include <cstdio>
#include <memory>
#include <vector>

#include "expected.h"
#include "lif_table.h"
#include "spikeloom/runtime.h"

namespace {

int fail(const spikeloom::Error& error) {
  std::puts(error.text().c_str());
  return 1;
}

}  // namespace

int main() {
  using namespace spikeloom;
  Result<Program> program = Program::load(&lif_table, lif_kernels, lif_constants, nullptr);
  if (!program) return fail(program.error());
  Result<Session> session = Session::create(*program, {.batch = 2});
  if (!session) return fail(session.error());
  SpikeRecorder spikes;
  TraceRecorder mem;
  if (auto recorded = session->record("spikes", spikes); !recorded) return fail(recorded.error());
  if (auto recorded = session->record("lif1.mem", mem); !recorded) return fail(recorded.error());
  const auto source = [](std::string_view, std::uint64_t, std::uint32_t,
                         std::span<float> rows) -> Result<void> {
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = current_of(static_cast<int>(i % NEURONS));
    return {};
  };
  Result<std::uint64_t> done = session->run(100, source);
  if (!done) return fail(done.error());
  if (*done != 100 || mem.steps() != 100) return std::puts("not all steps were run"), 1;

  std::vector<int> first(2 * NEURONS, -1);
  for (const SpikeEvent& e : spikes.events())
    if (int& at = first[e.sample * NEURONS + e.neuron]; at < 0) at = static_cast<int>(e.step);
  for (std::uint32_t b = 0; b < 2; ++b)
    for (std::uint32_t j = 0; j < NEURONS; ++j) {
      const int want = first_spike(current_of(static_cast<int>(j)), lif_beta, lif_threshold);
      if (first[b * NEURONS + j] != want)
        return std::printf("neuron %u first spikes at %d instead of %d\n", j, first[b * NEURONS + j], want),
               1;
      for (int t = 0; t < (want < 0 ? 100 : want); ++t)
        if (std::fabs(mem.at(static_cast<std::uint64_t>(t), b, j) -
                      membrane(current_of(static_cast<int>(j)), lif_beta, t)) > 1e-5)
          return std::printf("neuron %u has the wrong membrane at step %d\n", j, t), 1;
    }

  Result<Program> broken = Program::load(nullptr, lif_kernels, lif_constants, nullptr);
  return broken.ok() ? 1 : 0;
}
