#include "arrays/npy.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "arrays/read.h"
#include "support/check.h"
#include "support/rounding.h"
#include "support/try.h"

namespace spikeloom {

namespace {

constexpr std::size_t kChunk = 1u << 16;  // elements converted at a time

Error not_numbers(const std::string& name) {
  return file_error(name, "a structured array cannot be read as numbers");
}

/// Where element `k` in the order of the file lies in row-major order, for the first axis fastest.
std::size_t from_fortran(std::size_t k, const Shape& shape) {
  std::size_t place = 0, stride = 1;
  for (const std::size_t extent : shape) stride *= extent;
  for (const std::size_t extent : shape) {
    stride /= extent;
    place += k % extent * stride;
    k /= extent;
  }
  return place;
}

}  // namespace

Error not_finite(const std::string& name, Element element, bool swapped, const unsigned char* bytes,
                 std::size_t flat, const Shape& shape) {
  const double value = number_of(element, swapped, bytes);
  const std::string place = shape.empty() ? "" : " at " + place_of(flat, shape);
  if (value != value || value - value != 0)
    return file_error(name, "a value is not finite", "finite numbers",
                      (value != value ? "nan"
                       : value > 0    ? "inf"
                                      : "-inf") +
                          place);
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return file_error(name, "a value is outside the range of float32", "at most 3.4028235e38 in magnitude",
                    text + place);
}

Result<std::vector<float>> read_floats(ByteStream& stream, Element element, bool swapped, const Shape& shape,
                                       bool fortran) {
  std::vector<float> values(element_count(shape));
  std::vector<unsigned char> bytes(std::min(kChunk, values.size()) * size_of(element));
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t count = std::min(kChunk, values.size() - done);
    TRY_VOID(stream.take({bytes.data(), count * size_of(element)}));
    const auto bad = to_floats(element, swapped, bytes.data(), {values.data() + done, count});
    if (bad) {
      const std::size_t place = fortran ? from_fortran(done + *bad, shape) : done + *bad;
      return not_finite(stream.name, element, swapped, bytes.data() + *bad * size_of(element), place, shape);
    }
    done += count;
  }
  return values;
}

Result<Tensor> read_npy(ByteStream& stream, std::size_t most) {
  TRY(NpyHeader header, read_npy_header(stream, most));
  if (!header.fields.empty()) return not_numbers(stream.name);
  const bool fortran = header.fortran && header.shape.size() > 1;
  TRY(std::vector<float> values, read_floats(stream, header.element, header.swapped, header.shape, fortran));
  if (!fortran) return Tensor{std::move(header.shape), std::move(values)};
  Tensor tensor{header.shape, std::vector<float>(values.size())};
  for (std::size_t k = 0; k < values.size(); ++k) tensor.values[from_fortran(k, header.shape)] = values[k];
  return tensor;
}

Result<NpyReader> NpyReader::open(const std::filesystem::path& path) {
  TRY(InputFile file, InputFile::open(path));
  NpyReader reader;
  reader.file_ = std::make_shared<InputFile>(std::move(file));
  reader.bytes_ = bytes_of(*reader.file_);
  ByteStream stream = stream_of(reader.bytes_);
  TRY(reader.header_, read_npy_header(stream, std::numeric_limits<std::size_t>::max()));
  return reader;
}

std::string NpyReader::type() const {
  if (!structured()) return name_of(header_.element);
  std::string out;
  for (const NpyField& field : header_.fields)
    out += (out.empty() ? "(" : ", ") + field.name + " " + name_of(field.element);
  return out + ")";
}

std::size_t NpyReader::row_size() const {
  std::size_t size = 1;
  for (std::size_t axis = 1; axis < header_.shape.size(); ++axis) size *= header_.shape[axis];
  return size;
}

Result<void> NpyReader::read_rows(std::size_t first, std::size_t count, std::span<float> into) const {
  if (structured()) return not_numbers(bytes_.name);
  const std::size_t row = row_size();
  SPIKELOOM_CHECK(first <= rows() && count <= rows() - first && into.size() == count * row, "arrays",
                  "rows beyond the array were asked for");
  const NearestRounding rounding;
  const std::size_t size = header_.item_bytes;
  std::vector<unsigned char> bytes;
  const auto read = [&](std::size_t at, std::span<float> out) -> Result<std::optional<std::size_t>> {
    bytes.resize(out.size() * size);
    TRY_VOID(bytes_.read(header_.data_offset + at * size, bytes));
    return to_floats(header_.element, header_.swapped, bytes.data(), out);
  };
  const auto bad_value = [&](std::size_t in_chunk, std::size_t flat) {
    return not_finite(bytes_.name, header_.element, header_.swapped, bytes.data() + in_chunk * size, flat,
                      header_.shape);
  };

  if (!header_.fortran || header_.shape.size() < 2) {
    for (std::size_t done = 0; done < into.size();) {
      const std::size_t now = std::min(kChunk, into.size() - done);
      TRY(const std::optional<std::size_t> bad, read(first * row + done, into.subspan(done, now)));
      if (bad) return bad_value(*bad, first * row + done + *bad);
      done += now;
    }
    return {};
  }
  // The steps of one element lie together: one read for each element of a row.
  const Shape rest(header_.shape.begin() + 1, header_.shape.end());
  std::vector<float> column(count);
  for (std::size_t k = 0; k < row && count > 0; ++k) {
    const std::size_t place = from_fortran(k, rest);
    TRY(const std::optional<std::size_t> bad, read(k * rows() + first, column));
    if (bad) return bad_value(*bad, (first + *bad) * row + place);
    for (std::size_t step = 0; step < count; ++step) into[step * row + place] = column[step];
  }
  return {};
}

Result<void> NpyReader::read_field(std::size_t field, std::size_t first, std::span<double> into) const {
  SPIKELOOM_CHECK(field < header_.fields.size() && header_.shape.size() == 1 && first <= rows() &&
                      into.size() <= rows() - first,
                  "arrays", "records beyond the array were asked for");
  const NpyField& f = header_.fields[field];
  std::vector<unsigned char> bytes(std::min(kChunk, into.size()) * header_.item_bytes);
  for (std::size_t done = 0; done < into.size();) {
    const std::size_t now = std::min(kChunk, into.size() - done);
    TRY_VOID(bytes_.read(header_.data_offset + (first + done) * header_.item_bytes,
                         {bytes.data(), now * header_.item_bytes}));
    for (std::size_t i = 0; i < now; ++i)
      into[done + i] = number_of(f.element, f.swapped, bytes.data() + i * header_.item_bytes + f.offset);
    done += now;
  }
  return {};
}

}  // namespace spikeloom
