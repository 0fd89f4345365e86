// numpy's .npy: versions 1 to 3, both byte orders, both element orders.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "arrays/array.h"
#include "arrays/bytes.h"
#include "arrays/element.h"

namespace spikeloom {

struct NpyField {
  std::string name;
  Element element = Element::f32;
  bool swapped = false;
  std::size_t offset = 0;  // bytes from the start of the record
};

struct NpyHeader {
  Element element = Element::f32;
  bool swapped = false;  // the byte order is not this machine's
  bool fortran = false;  // first axis fastest
  Shape shape;
  std::vector<NpyField> fields;   // of a structured array; else empty
  std::size_t item_bytes = 4;     // of an element or record
  std::uint64_t data_offset = 0;  // bytes from the start of the file
};

/// Reads the header; the stream then stands at the data. The data it claims are there, at most `most`
/// elements.
Result<NpyHeader> read_npy_header(ByteStream& stream, std::size_t most);

/// The whole array as float32, row-major, every value finite.
Result<Tensor> read_npy(ByteStream& stream, std::size_t most);

/// An open .npy file whose rows (along the first axis: steps) are read when they are needed, so it may be
/// larger than memory. Reading is thread-safe.
class NpyReader {
 public:
  static Result<NpyReader> open(const std::filesystem::path& path);

  const std::string& name() const { return bytes_.name; }
  const Shape& shape() const { return header_.shape; }
  std::string type() const;  // "float32"; "(step uint32, neuron uint32)"
  bool structured() const { return !header_.fields.empty(); }
  const std::vector<NpyField>& fields() const { return header_.fields; }
  std::size_t rows() const { return header_.shape.empty() ? 1 : header_.shape[0]; }
  std::size_t row_size() const;  // elements

  /// Rows [first, first + count) as float32, row-major; `into` holds count * row_size() values. A value that
  /// is not finite is an error that names the first place, counted in the whole array.
  Result<void> read_rows(std::size_t first, std::size_t count, std::span<float> into) const;

  /// One field of the records [first, first + into.size()) of a structured array with one axis.
  Result<void> read_field(std::size_t field, std::size_t first, std::span<double> into) const;

 private:
  NpyReader() = default;
  std::shared_ptr<InputFile> file_;
  Bytes bytes_;
  NpyHeader header_;
};

}  // namespace spikeloom
