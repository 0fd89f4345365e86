#include "spikeloom/result.h"

namespace spikeloom {

Error::Error(ErrorKind kind, std::string what, std::string hint) {
  Diagnostic d;
  d.kind = kind;
  d.what = std::move(what);
  d.hint = std::move(hint);
  diagnostics.push_back(std::move(d));
}

ErrorKind Error::kind() const {
  for (const Diagnostic& d : diagnostics)
    if (d.severity == Diagnostic::Severity::error) return d.kind;
  return ErrorKind::internal;
}

}  // namespace spikeloom
