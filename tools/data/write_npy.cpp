#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "data/write.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

constexpr std::uint64_t kMostBytes = 8ull << 30;

void append(std::string& bytes, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i));
}
void append(std::string& bytes, float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, 4);
  append(bytes, bits);
}

std::string event_bytes(const Series& series, const RunInfo& info) {
  const bool is_graded = series.is_graded();
  std::string bytes = npy_header(std::string("[('step', '<u4'), ('sample', '<u4'), ('neuron', '<u4')") +
                                     (is_graded ? ", ('value', '<f4')]" : "]"),
                                 {series.spikes.size()});
  struct Row {
    std::uint32_t sample;
    Spike spike;
  };
  std::vector<Row> rows;
  for (std::uint32_t sample = 0; sample + 1 < series.starts.size(); ++sample)
    for (std::uint64_t i = series.starts[sample]; i < series.starts[sample + 1]; ++i)
      rows.push_back({sample, series.spikes[i]});
  std::ranges::stable_sort(rows, {}, [](const Row& r) { return r.spike.step; });
  for (const Row& row : rows) {
    append(bytes, static_cast<std::uint32_t>(info.first_step + row.spike.step));
    append(bytes, row.sample);
    append(bytes, row.spike.neuron);
    if (is_graded) append(bytes, row.spike.value);
  }
  return bytes;
}

}  // namespace

std::string npy_header(const std::string& descr, const Shape& shape) {
  std::string axes = "(";
  for (const std::size_t extent : shape) axes += std::to_string(extent) + ", ";
  if (axes.size() > 1) axes.pop_back();
  if (shape.size() > 1) axes.pop_back();
  std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + axes + "), }";
  header.append(63 - (header.size() + 10) % 64, ' ');  // data begins at a multiple of 64
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header;
}

Result<std::string> npy_bytes(const Series& series, const RunInfo& info) {
  const bool is_bits = series.is_spikes && !series.is_graded();
  Shape shape = {info.steps, info.samples};
  shape.insert(shape.end(), series.shape.begin(), series.shape.end());
  const std::size_t item = is_bits ? 1 : 4;
  const auto count = checked_count(shape, kMostBytes / item);
  if (!count)
    return Error(ErrorKind::limit,
                 "an array " + to_string(shape) + " would take more than " + bytes_text(kMostBytes),
                 "write events: a name that ends in .events.npy, or .csv");
  std::string bytes = npy_header(is_bits ? "'|u1'" : "'<f4'", shape);
  const std::size_t start = bytes.size(), n = series.neurons();
  bytes.resize(start + *count * item, '\0');
  const auto put = [&](std::size_t element, float value) {
    if (is_bits)
      bytes[start + element] = value != 0 ? 1 : 0;
    else
      std::memcpy(bytes.data() + start + element * 4, &value, 4);
  };
  for (std::size_t i = 0; i < series.values.size(); ++i) put(i, series.values[i]);
  for (std::size_t sample = 0; sample + 1 < series.starts.size(); ++sample)
    for (std::uint64_t i = series.starts[sample]; i < series.starts[sample + 1]; ++i) {
      const Spike& spike = series.spikes[i];
      if (spike.step < info.steps && spike.neuron < n)
        put((spike.step * info.samples + sample) * n + spike.neuron, spike.value);
    }
  return bytes;
}

Result<void> write_whole(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::path partial = path;
  partial += ".part";
  {
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out)
      return Error(ErrorKind::io, "cannot write '" + escaped(path.string()) + "': " + std::strerror(errno));
  }
  std::error_code problem;
  std::filesystem::rename(partial, path, problem);
  if (problem)
    return Error(ErrorKind::io, "cannot write '" + escaped(path.string()) + "': " + problem.message());
  return {};
}

Result<void> write_npy(const Recording& recording, const std::filesystem::path& path) {
  if (recording.series.size() != 1)
    return Error(ErrorKind::usage, "a .npy file holds a single signal", "a .npz holds several");
  const Series& series = recording.series.front();
  if (path.string().ends_with(".events.npy")) {
    if (!series.is_spikes)
      return Error(ErrorKind::usage, "'" + escaped(series.name) + "' holds values, not events");
    return write_whole(path, event_bytes(series, recording.info));
  }
  TRY(const std::string bytes, npy_bytes(series, recording.info));
  return write_whole(path, bytes);
}

}  // namespace spikeloom::data
