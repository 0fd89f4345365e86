#include "unpacked.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "arrays/npz.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

constexpr std::uint64_t kMostInMemory = 64ull << 20;
constexpr std::size_t kUnpacked = 1u << 20;

Error cannot_unpack(const std::string& name) {
  return Error(ErrorKind::io,
               "cannot unpack '" + escaped(name) + "' to a temporary file: " + std::strerror(errno),
               "TMPDIR says where temporary files go");
}

int nameless_file() {
  const char* folder = std::getenv("TMPDIR");
  std::string form =
      std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/spikeloom-XXXXXX";
  const int descriptor = mkostemp(form.data(), O_CLOEXEC);
  if (descriptor >= 0) unlink(form.c_str());
  return descriptor;
}

}  // namespace

Unpacked::~Unpacked() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<void> Unpacked::take(ByteStream& stream) {
  name_ = stream.name;
  size_ = stream.left;
  if (size_ <= kMostInMemory) {
    memory_.resize(size_);
    return stream.take(memory_);
  }
  descriptor_ = nameless_file();
  if (descriptor_ < 0) return cannot_unpack(name_);
  std::vector<unsigned char> chunk(kUnpacked);
  while (stream.left > 0) {
    const auto part = std::span(chunk).first(std::min<std::uint64_t>(kUnpacked, stream.left));
    TRY_VOID(stream.take(part));
    for (std::size_t done = 0; done < part.size();) {
      const ssize_t written = write(descriptor_, part.data() + done, part.size() - done);
      if (written < 0 && errno != EINTR) return cannot_unpack(name_);
      if (written > 0) done += static_cast<std::size_t>(written);
    }
  }
  return {};
}

Result<std::shared_ptr<const Unpacked>> Unpacked::from_npz(const Bytes& archive, const std::string& member) {
  std::shared_ptr<Unpacked> unpacked(new Unpacked);
  TRY_VOID(unpack_npz(archive, member, TensorLimits{},
                      [&](ByteStream& stream) { return unpacked->take(stream); }));
  return std::shared_ptr<const Unpacked>(std::move(unpacked));
}

Bytes Unpacked::bytes() const {
  if (descriptor_ < 0) return bytes_of(memory_, name_);
  return {name_, size_, [this](std::uint64_t offset, std::span<unsigned char> into) -> Result<void> {
            while (!into.empty()) {
              const ssize_t got = pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
              if (got < 0 && errno == EINTR) continue;
              if (got <= 0)
                return Error(ErrorKind::io, "cannot read what was unpacked of '" + escaped(name_) + "'");
              offset += static_cast<std::uint64_t>(got);
              into = into.subspan(static_cast<std::size_t>(got));
            }
            return {};
          }};
}

}  // namespace spikeloom::tool
