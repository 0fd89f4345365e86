// SPIKELOOM_CHECK(condition, "stage", "what"): a mistake of ours, not of the user. Throws InternalError,
// which the public API turns into ErrorKind::internal ("internal error in <stage>: ...; please report it with
// the graph").
#pragma once

#include <stdexcept>
#include <string>

namespace spikeloom {

struct InternalError : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] void internal_error(const char* stage, const std::string& what, const char* file, int line);

}  // namespace spikeloom

#define SPIKELOOM_CHECK(condition, stage, what)        \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::spikeloom::internal_error(stage, what, __FILE__, __LINE__))
