// The HDF5 library with handles that close themselves, and the one way to give up. In the helper only.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

#include "spikeloom/result.h"

namespace spikeloom::hdf5 {

/// Why the file is not read. Never thrown through a callback of the library.
struct Refusal {
  ErrorKind kind = ErrorKind::invalid;
  std::string place;  // "/spikes/times"
  std::string what, hint;
};

/// A handle, closed by the function that belongs to it.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0 && close_ != nullptr) close_(id_);
  }
  hid_t id() const { return id_; }
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

inline Refusal damaged(const std::string& place) {
  return {ErrorKind::invalid, place, "the HDF5 library cannot read this",
          "the file may be damaged or cut short"};
}

}  // namespace spikeloom::hdf5
