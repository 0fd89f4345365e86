// Compiles and runs the network in whatever floating-point mode the host has, and prints the bits of spikes
// and membranes.
#include <cfenv>
#include <cstdio>
#include <cstring>
#include <vector>

#include "network.h"
#include "spikeloom/compiler.h"

int main() {
  using namespace spikeloom;
#ifdef ROUND_UPWARD
  if (std::fesetround(FE_UPWARD) != 0) return 1;
#endif
  const int mode = std::fegetround();
  Result<Program> program = compile_text(network, ".");
  if (!program) return std::puts(program.error().text().c_str()), 1;
  Result<Session> session = Session::create(*program);
  if (!session) return std::puts(session.error().text().c_str()), 1;
  std::vector<float> current(INPUTS), mem(NEURONS), spikes(NEURONS);
  const std::span<const float> inputs[] = {current};
  for (int t = 0; t < 500; ++t) {
    for (int i = 0; i < INPUTS; ++i) current[static_cast<std::size_t>(i)] = current_of(t, i);
    if (!session->step(inputs).ok() || !session->read("cells.mem", mem).ok() ||
        !session->read("cells", spikes).ok())
      return 1;
    for (std::size_t j = 0; j < mem.size(); ++j) {
      unsigned bits;
      std::memcpy(&bits, &mem[j], sizeof bits);
      std::printf("%08x%c", bits, spikes[j] != 0 ? '*' : ' ');
    }
    std::putchar('\n');
  }
  return std::fegetround() != mode;
}
