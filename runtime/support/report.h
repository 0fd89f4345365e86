// Collects the problems of a file while checking goes on.
#pragma once

#include <cstddef>
#include <vector>

#include "spikeloom/result.h"

namespace spikeloom {

class Report {
 public:
  void add(Diagnostic d);  // the same diagnostic (place and text) twice is kept once
  bool ok() const { return errors_ == 0; }
  std::size_t errors() const { return errors_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

  /// Everything found so far, sorted by file and place, as an Error.
  Error error() const;

 private:
  std::vector<Diagnostic> diagnostics_;
  std::size_t errors_ = 0;
};

}  // namespace spikeloom
