// The whole state of a session as bytes, little-endian:
//   magic, version u32, batch u32, program hash u64, step u64, seed u64, first sample u32, constant inputs
//   u32, payload bytes u64 | payload | FNV-1a 64 of all before payload: one byte per constant input (1: it
//   was set), then every state buffer in the table's order, the rows [steps][batch] of the last steps that
//   anything reads, at least the last one, each without padding: n floats (every NaN as 7fc00000), ceil(n /
//   8) bytes of bits, n words or bytes.
#include <algorithm>
#include <bit>
#include <cstring>

#include "session/impl.h"

namespace spikeloom {
namespace {

static_assert(std::endian::native == std::endian::little, "saved states are little-endian");

constexpr char kMagic[8] = {'S', 'P', 'K', 'L', 'S', 'A', 'V', 'E'};
constexpr std::uint32_t kVersion = 2;

struct Header {
  char magic[8];
  std::uint32_t version, batch;
  std::uint64_t hash, step, seed;
  std::uint32_t first_sample, constant_inputs;
  std::uint64_t payload_bytes;
};
static_assert(sizeof(Header) == 56);  // no padding: its bytes are the file's

std::uint64_t fnv1a(std::span<const unsigned char> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

std::size_t saved_row_bytes(const spikeloom_buffer& b) {
  if (b.element == SPIKELOOM_BYTES) return b.count;
  return b.element == SPIKELOOM_BITS ? (std::size_t{b.count} + 7) / 8 : std::size_t{b.count} * 4;
}

/// Calls visit(buffer, row) for every row that is saved, in the order of the file.
template <class Visit>
void each_saved_row(const spikeloom_run& run, std::uint64_t step, Visit visit) {
  for (std::uint32_t i = 0; i < run.table->buffers; ++i) {
    const spikeloom_buffer& b = run.table->buffer[i];
    if (b.memory != SPIKELOOM_STATE) continue;
    const std::uint32_t rows = std::max(b.reach, 1u);
    for (std::uint32_t back = rows; back > 0; --back)
      for (std::uint32_t sample = 0; sample < run.batch; ++sample)
        visit(b, spikeloom_row(&run, i, step + b.slots - back, sample));
  }
}

void one_kind_of_nan(unsigned char* row, std::uint32_t count) {
  for (std::uint32_t j = 0; j < count; ++j) {
    std::uint32_t bits;
    std::memcpy(&bits, row + std::size_t{j} * 4, 4);
    if ((bits & 0x7fffffff) <= 0x7f800000) continue;
    bits = 0x7fc00000;
    std::memcpy(row + std::size_t{j} * 4, &bits, 4);
  }
}

Error damaged(std::string why) {
  return Error(ErrorKind::invalid, "the saved state is damaged: " + std::move(why));
}

Error other(std::string what, std::string expected, std::string got, std::string hint = {}) {
  Error error(ErrorKind::invalid, std::move(what), std::move(hint));
  error.diagnostics[0].expected = std::move(expected);
  error.diagnostics[0].got = std::move(got);
  return error;
}

std::string hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

}  // namespace

std::vector<unsigned char> Session::save() const {
  std::size_t payload = impl_->constants.size();
  each_saved_row(impl_->run, step_count(),
                 [&](const spikeloom_buffer& b, unsigned char*) { payload += saved_row_bytes(b); });

  Header header{{},
                kVersion,
                batch(),
                program().table().hash,
                step_count(),
                impl_->run.seed,
                impl_->run.sample_base,
                static_cast<std::uint32_t>(impl_->constants.size()),
                payload};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  std::vector<unsigned char> saved(sizeof header + payload + sizeof(std::uint64_t));
  std::memcpy(saved.data(), &header, sizeof header);
  unsigned char* to = saved.data() + sizeof header;
  for (const Impl::ConstantInput& input : impl_->constants) *to++ = input.is_set ? 1 : 0;
  each_saved_row(impl_->run, step_count(), [&](const spikeloom_buffer& b, const unsigned char* row) {
    const std::size_t bytes = saved_row_bytes(b);
    if (bytes == 0) return;
    std::memcpy(to, row, bytes);
    if (b.element == SPIKELOOM_FLOAT) one_kind_of_nan(to, b.count);
    to += bytes;
  });
  const std::uint64_t sum = fnv1a({saved.data(), saved.size() - sizeof(std::uint64_t)});
  std::memcpy(to, &sum, sizeof sum);
  return saved;
}

Result<void> Session::restore(std::span<const unsigned char> saved) {
  Header header;
  if (saved.size() < sizeof header + sizeof(std::uint64_t) ||
      std::memcmp(saved.data(), kMagic, sizeof kMagic) != 0)
    return Error(ErrorKind::invalid, "this is not a saved state of a session");
  std::memcpy(&header, saved.data(), sizeof header);
  if (header.version != kVersion)
    return other("the saved state has another format", "version " + std::to_string(kVersion),
                 "version " + std::to_string(header.version));
  if (header.payload_bytes != saved.size() - sizeof header - sizeof(std::uint64_t))
    return damaged("it says " + std::to_string(header.payload_bytes) + " bytes of state and holds " +
                   std::to_string(saved.size() - sizeof header - sizeof(std::uint64_t)));
  std::uint64_t sum;
  std::memcpy(&sum, saved.data() + saved.size() - sizeof sum, sizeof sum);
  if (sum != fnv1a(saved.first(saved.size() - sizeof sum))) return damaged("its checksum does not match");
  if (header.hash != program().table().hash)
    return other("the saved state is of another program", "program " + hex(program().table().hash),
                 "program " + hex(header.hash),
                 "a change of the network or its weights makes another program");
  if (header.batch != batch())
    return other("the saved state is of another batch", "batch " + std::to_string(batch()),
                 "batch " + std::to_string(header.batch));

  std::size_t payload = impl_->constants.size();
  each_saved_row(impl_->run, header.step,
                 [&](const spikeloom_buffer& b, unsigned char*) { payload += saved_row_bytes(b); });
  if (header.constant_inputs != impl_->constants.size() || header.payload_bytes != payload)
    return damaged("its state has another size than the program's");

  const unsigned char* from = saved.data() + sizeof header;
  const unsigned char* was_set = from;
  from += impl_->constants.size();
  impl_->run.origin = header.step;  // a later one of this session could not tell the slots of earlier steps
  each_saved_row(impl_->run, header.step, [&](const spikeloom_buffer& b, unsigned char* row) {
    const std::size_t bytes = saved_row_bytes(b);
    if (bytes == 0) return;
    std::memcpy(row, from, bytes);
    // Kernels rely on it: bits behind the last neuron are 0.
    if (b.element == SPIKELOOM_BITS && b.count % 8 != 0)
      row[bytes - 1] &= static_cast<unsigned char>((1u << b.count % 8) - 1);
    from += bytes;
  });
  for (Impl::ConstantInput& input : impl_->constants) {
    input.is_set = *was_set++ != 0;
    const std::uint32_t n = program().size(*input.signal);
    for (std::uint32_t sample = 0; sample < batch() && n != 0; ++sample)
      std::memcpy(input.values.data() + std::size_t{sample} * n,
                  spikeloom_row(&impl_->run, input.signal->buffer, 0, sample),
                  std::size_t{n} * sizeof(float));
  }
  impl_->run.step = header.step;
  impl_->run.settled = 0;
  impl_->run.seed = header.seed;
  impl_->run.sample_base = header.first_sample;
  impl_->options.first_sample = header.first_sample;
  return {};
}

}  // namespace spikeloom
