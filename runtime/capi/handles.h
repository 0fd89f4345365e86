// What the handles of the C API hold, and how a Result becomes a return code. For C API sources only.
#pragma once

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "spikeloom/runtime.h"
#include "spikeloom/spikeloom.h"

struct spikeloom_error {
  spikeloom::Error error;
  std::string text;
};

struct spikeloom_program {
  spikeloom::Program program;
};

namespace spikeloom::capi {

inline int tell(Error problem, spikeloom_error** error) {
  const int kind = static_cast<int>(problem.kind());
  if (error) {
    std::string text = problem.text();
    *error = new spikeloom_error{std::move(problem), std::move(text)};
  }
  return kind;
}

/// Runs `body`, which returns a Result<void>. No exception reaches C.
template <class Body>
int guarded(spikeloom_error** error, Body body) {
  try {
    try {
      Result<void> result = body();
      return result.ok() ? 0 : tell(std::move(result).error(), error);
    } catch (const std::bad_alloc&) {
      return tell(Error(ErrorKind::limit, "the system has no memory left"), error);
    } catch (const std::exception& e) {
      return tell(Error(ErrorKind::internal, e.what()), error);
    }
  } catch (...) {
    return static_cast<int>(ErrorKind::internal);
  }
}

inline Error missing(const char* what) {
  return Error(ErrorKind::usage, std::string(what) + " must not be null");
}

}  // namespace spikeloom::capi
