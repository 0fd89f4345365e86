// How the process that opens HDF5 files hands a tree to the one that asked: bytes over a pipe, in a form of
// ours. The reader trusts nothing: the other side may have been taken over by the file.
//
//   answer  = "SLH5" 1 object* 'Z'              all was read: the root's own content, then the end
//           | "SLH5" 1 object* 'X' kind text*3  it was not: ErrorKind (u8), place, what, hint
//   object  = 'G' name                          a group begins; 'E' ends it
//           | 'D' name array                    a dataset begins; 'E' ends it
//           | 'L' name why | 'O' name why       a link; something else; 'E' ends it
//           | 'A' name array                    an attribute of what began last
//           | 'E'
//   array   = type (u8) flags (u8: 1 ragged, 2 has values) rank (u8) extent (u64)* why values?
//   values  = u64 bytes                         numbers: u64 count of bytes, then they
//           | text*                             text: one for each element
//           | u64* u64 bytes                    ragged: a length for each element, then as numbers
//   name, text, why = u32 length, bytes         everything little-endian
#pragma once

#include <functional>
#include <span>

#include "hdf5/limits.h"
#include "hdf5/tree.h"
#include "spikeloom/result.h"

namespace spikeloom::hdf5 {

/// Writes an answer, piece by piece, in the order of the grammar above.
class Encoder {
 public:
  using Sink = std::function<void(std::string_view)>;
  explicit Encoder(Sink sink);

  void group(std::string_view name);
  void link(std::string_view name, std::string_view why);
  void other(std::string_view name, std::string_view why);
  void dataset(std::string_view name, const Array& array);
  void attribute(std::string_view name, const Array& array);
  void end();
  /// Nothing follows these two.
  void finish();
  void refuse(ErrorKind kind, std::string_view place, std::string_view what, std::string_view hint);

 private:
  void put(std::uint64_t value, int bytes);
  void text(std::string_view bytes);
  void array(const Array& array);
  void flush(std::size_t at_least);
  Sink sink_;
  std::string buffer_;
};

/// All of a tree; for tests.
std::string encode(const Object& root);

/// Fills the span, or false: the answer ends there.
using Take = std::function<bool(std::span<unsigned char>)>;

/// Reads an answer to its end and holds it against the limits. `file` is for messages. ErrorKind::invalid if
/// it is not an answer; the other side's own words if it refused.
Result<Object> decode(const Take& take, const Limits& limits, const std::string& file);

}  // namespace spikeloom::hdf5
