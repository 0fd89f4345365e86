// An array of numbers in a file, read in parts: whole recordings never sit in memory. What an .npz holds is
// unpacked first: to memory where it is small, else to a file without a name that goes with the process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/tensor.h"
#include "spikeloom/result.h"

namespace spikeloom::tool {

class ArrayFile {
 public:
  /// "x.npy", "x.npz:name", or "x.npz" where it holds a single array. Numbers of any kind (integers and
  /// booleans are read as numbers), or an array of events as `run --events` writes it.
  static Result<ArrayFile> open(const std::filesystem::path& path);
  ArrayFile(ArrayFile&&) noexcept;
  ArrayFile& operator=(ArrayFile&&) noexcept;
  ~ArrayFile();

  const std::string& name() const;  // as the user named it
  const Shape& shape() const;
  std::uint64_t size() const;  // elements
  std::string type() const;    // "float32", "uint8", ...
  bool is_integer() const;     // integers and booleans
  bool is_events() const;

  /// Elements first, first + 1, ... in C order, as float32, whatever they are (NaN too).
  Result<void> read(std::uint64_t first, std::span<float> into) const;

  struct Event {
    std::uint32_t step = 0, sample = 0, neuron = 0;
  };
  /// Of an array of events.
  Result<void> read_events(std::uint64_t first, std::span<Event> into) const;

 private:
  struct Impl;
  explicit ArrayFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spikeloom::tool
