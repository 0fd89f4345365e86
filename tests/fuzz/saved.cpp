// Any bytes as a saved state: as they come, and laid over a true one whose checksum is made to fit again.
//   first byte even: the rest is the file; odd: two bytes say where the rest goes
#include <algorithm>
#include <cstring>

#include "support/check.h"
#include "unit/session/hand_written.h"

namespace {

constexpr std::uint32_t kBatch = 2;

void seal(std::vector<unsigned char>& saved) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, as session/save.cpp has it
  for (std::size_t i = 0; i + 8 < saved.size(); ++i) hash = (hash ^ saved[i]) * 0x100000001b3u;
  std::memcpy(saved.data() + saved.size() - 8, &hash, 8);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  static const Program program = hand::program({.neurons = 9, .history = true});
  if (size < 3) return 0;
  Session session = *Session::create(program, {.batch = kBatch});
  SPIKELOOM_CHECK(session.set_input("bias", std::vector<float>(9)).ok(), "fuzz", "the bias was refused");
  std::vector<unsigned char> saved;
  if (data[0] % 2 == 0) {
    saved.assign(data + 1, data + size);
  } else {
    saved = session.save();
    const std::size_t at = (data[1] + 256u * data[2]) % saved.size();
    std::copy_n(data + 3, std::min(size - 3, saved.size() - at),
                saved.begin() + static_cast<std::ptrdiff_t>(at));
    seal(saved);
  }
  const std::vector<unsigned char> before = session.save();
  if (!session.restore(saved).ok())
    SPIKELOOM_CHECK(session.save() == before, "fuzz", "a refused state changed the session");
  // Whatever was taken must run; a constant input may be missing from it.
  (void)session.set_input("bias", std::vector<float>(9));
  SPIKELOOM_CHECK(session.run(12, hand::source(kBatch, 9)).ok(), "fuzz", "a restored session does not run");
  return 0;
}
