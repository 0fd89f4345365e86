// Collects the problems of a file while checking goes on.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "spikeloom/result.h"

namespace spikeloom {

class Report {
 public:
  void add(Diagnostic d);    // the same diagnostic (place and text) twice is kept once
  void add(const Error& e);  // each of its diagnostics
  bool ok() const { return errors_ == 0; }
  std::size_t errors() const { return errors_; }
  /// In the order in which they were found; at most kMost, the rest is only counted.
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

  /// Everything found so far, sorted by file and place, as an Error.
  Error error() const;

  /// A hostile file may hold millions of mistakes.
  static constexpr std::size_t kMost = 1000;

 private:
  std::vector<Diagnostic> diagnostics_;
  std::set<std::string> seen_;
  std::size_t errors_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace spikeloom
