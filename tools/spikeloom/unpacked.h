// An array of an archive, unpacked so that any part of it can be read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arrays/bytes.h"

namespace spikeloom::tool {

class Unpacked {
 public:
  /// The .npy file of an array: in memory up to 64 MiB, else in a file of TMPDIR (or /tmp) that has no name.
  static Result<std::shared_ptr<const Unpacked>> from_npz(const Bytes& archive, const std::string& member);
  ~Unpacked();
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;

  Bytes bytes() const;  // borrowed from this

 private:
  Unpacked() = default;
  Result<void> take(ByteStream& stream);
  std::string name_;
  std::uint64_t size_ = 0;
  std::vector<unsigned char> memory_;
  int descriptor_ = -1;
};

}  // namespace spikeloom::tool
