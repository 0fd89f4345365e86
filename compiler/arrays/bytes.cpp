#include "arrays/bytes.h"

#include <algorithm>
#include <memory>

#include "support/text.h"
#include "support/try.h"

namespace spikeloom {

Error file_error(const std::string& name, std::string what, std::string expected, std::string got,
                 std::string hint) {
  Diagnostic d;
  d.what = "'" + escaped(name, Quotes::keep, 300) + "': " + std::move(what);
  d.expected = std::move(expected);
  d.got = std::move(got);
  d.hint = std::move(hint);
  return Error(std::vector<Diagnostic>{std::move(d)});
}

Bytes bytes_of(const InputFile& file) {
  return {file.name(), file.size(),
          [&file](std::uint64_t offset, std::span<unsigned char> into) { return file.read(offset, into); }};
}

Bytes bytes_of(std::span<const unsigned char> memory, std::string name) {
  const auto read = [memory, name](std::uint64_t offset, std::span<unsigned char> into) -> Result<void> {
    if (offset > memory.size() || into.size() > memory.size() - offset)
      return Error(ErrorKind::io, "'" + name + "' ends before it should");
    std::ranges::copy(memory.subspan(offset, into.size()), into.begin());
    return {};
  };
  return {std::move(name), memory.size(), read};
}

Result<void> ByteStream::take(std::span<unsigned char> into) {
  if (into.size() > left) return file_error(name, "the file ends too early");
  left -= into.size();
  return next(into);
}

ByteStream stream_of(const Bytes& bytes, std::uint64_t offset) {
  const auto next = [&bytes, offset](std::span<unsigned char> into) mutable -> Result<void> {
    TRY_VOID(bytes.read(offset, into));
    offset += into.size();
    return {};
  };
  return {bytes.name, bytes.size - std::min(bytes.size, offset), next};
}

}  // namespace spikeloom
