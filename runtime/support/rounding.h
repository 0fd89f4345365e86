// Round to nearest, subnormals kept, for the life of a scope; then the caller's mode again. The
// floating-point environment is part of a network's meaning, and a host program may have changed it.
#pragma once

#include <cfenv>

namespace spikeloom {

class NearestRounding {
 public:
  NearestRounding() {
    std::fegetenv(&caller_);
    std::fesetenv(FE_DFL_ENV);  // also clears flush-to-zero and denormals-are-zero
  }
  ~NearestRounding() { std::fesetenv(&caller_); }
  NearestRounding(const NearestRounding&) = delete;
  NearestRounding& operator=(const NearestRounding&) = delete;

 private:
  std::fenv_t caller_;
};

}  // namespace spikeloom
