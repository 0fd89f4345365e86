#include "support/report.h"

#include <algorithm>
#include <tuple>

namespace spikeloom {

void Report::add(Diagnostic d) {
  const bool is_error = d.severity == Diagnostic::Severity::error;
  if (diagnostics_.size() == kMost) {
    // Whether a network is broken must be known whatever else was left out.
    errors_ += is_error ? 1 : 0;
    ++left_out_;
    return;
  }
  if (!seen_.insert(d.text()).second) return;
  errors_ += is_error ? 1 : 0;
  diagnostics_.push_back(std::move(d));
}

void Report::add(const Error& e) {
  for (const Diagnostic& d : e.diagnostics) add(d);
}

Error Report::error() const {
  const auto place = [](const Diagnostic& d) { return std::tie(d.file, d.line, d.column, d.text_column); };
  std::vector<std::size_t> order(diagnostics_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const auto first = place(diagnostics_[a]), second = place(diagnostics_[b]);
    return first != second ? first < second : a < b;
  });
  std::vector<Diagnostic> all;
  for (const std::size_t i : order) all.push_back(diagnostics_[i]);
  if (left_out_ > 0) {
    Diagnostic d;
    d.severity = ok() ? Diagnostic::Severity::warning : Diagnostic::Severity::error;
    d.file = all.back().file;
    d.what = std::to_string(left_out_) + " more problems are not shown";
    all.push_back(std::move(d));
  }
  return Error(std::move(all));
}

}  // namespace spikeloom
