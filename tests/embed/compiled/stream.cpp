// Streams 1000 steps, saves in the middle, and goes on in a second session with the same bits.
#include <cstdio>
#include <cstring>
#include <vector>

#include "network.h"
#include "spikeloom/compiler.h"

namespace {

using namespace spikeloom;

constexpr int kSteps = 1000, kSaveAt = 417;
constexpr std::uint32_t kBatch = 2;

int fail(const Error& error) {
  std::puts(error.text().c_str());
  return 1;
}

/// Steps [from, end), appending spikes and membranes of every step.
Result<void> stream(Session& session, int from, int end, std::vector<float>& seen) {
  std::vector<float> current(kBatch * INPUTS), spikes(kBatch * NEURONS), mem(kBatch * NEURONS);
  const std::span<const float> inputs[] = {current};
  for (int t = from; t < end; ++t) {
    for (std::size_t i = 0; i < current.size(); ++i) current[i] = current_of(t, static_cast<int>(i));
    if (auto done = session.step(inputs); !done) return done;
    if (auto read = session.read("cells", spikes); !read) return read;
    if (auto read = session.read("cells.mem", mem); !read) return read;
    seen.insert(seen.end(), spikes.begin(), spikes.end());
    seen.insert(seen.end(), mem.begin(), mem.end());
  }
  return {};
}

}  // namespace

int main() {
  Result<Program> program = compile_text(network, ".");
  if (!program) return fail(program.error());
  Result<Session> session = Session::create(*program, {.batch = kBatch});
  if (!session) return fail(session.error());
  std::vector<float> straight;
  if (auto done = stream(*session, 0, kSaveAt, straight); !done) return fail(done.error());
  const std::vector<unsigned char> saved = session->save();
  if (auto done = stream(*session, kSaveAt, kSteps, straight); !done) return fail(done.error());

  // A second session of a second compilation, as after a restart.
  Result<Program> again = compile_text(network, ".");
  if (!again) return fail(again.error());
  Result<Session> second = Session::create(*again, {.batch = kBatch});
  if (!second) return fail(second.error());
  if (auto done = second->restore(saved); !done) return fail(done.error());
  std::vector<float> resumed;
  if (auto done = stream(*second, kSaveAt, kSteps, resumed); !done) return fail(done.error());

  const std::size_t tail = resumed.size(), row = kBatch * NEURONS;
  if (std::memcmp(resumed.data(), straight.data() + straight.size() - tail, tail * sizeof(float)) != 0)
    return std::puts("the restored session went another way"), 1;

  // And the same steps in blocks.
  Result<Session> third = Session::create(*program, {.batch = kBatch});
  if (!third) return fail(third.error());
  TraceRecorder spikes, mem;
  if (auto ok = third->record("spikes", spikes); !ok) return fail(ok.error());
  if (auto ok = third->record("membrane", mem); !ok) return fail(ok.error());
  const auto source = [](std::string_view, std::uint64_t first, std::uint32_t,
                         std::span<float> rows) -> Result<void> {
    constexpr std::size_t width = kBatch * INPUTS;
    for (std::size_t i = 0; i < rows.size(); ++i)
      rows[i] = current_of(static_cast<int>(first + i / width), static_cast<int>(i % width));
    return {};
  };
  if (auto done = third->run(kSteps, source); !done) return fail(done.error());
  std::size_t fired = 0;
  for (int t = 0; t < kSteps; ++t) {
    const float* seen = straight.data() + static_cast<std::size_t>(t) * 2 * row;
    if (std::memcmp(seen, spikes.values().data() + static_cast<std::size_t>(t) * row, row * sizeof(float)) !=
            0 ||
        std::memcmp(seen + row, mem.values().data() + static_cast<std::size_t>(t) * row,
                    row * sizeof(float)) != 0)
      return std::printf("a run and single steps differ in step %d\n", t), 1;
    for (std::size_t i = 0; i < row; ++i) fired += seen[i] != 0;
  }
  if (fired < 100 || fired > row * kSteps / 2) return std::printf("%zu spikes say little\n", fired), 1;

  Result<Program> wrong =
      compile_text("{ \"spikeloom\": 1, \"nodes\": { \"a\": { \"type\": \"leaky\" } } }", ".");
  return wrong.ok() || wrong.error().kind() != ErrorKind::invalid;
}
