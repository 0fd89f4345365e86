#include "nir/network.h"

namespace spikeloom::nir {

const Values* Node::find(std::string_view name) const {
  const auto found = values.find(name);
  return found == values.end() ? nullptr : &found->second;
}

std::vector<std::vector<std::size_t>> Network::into() const {
  std::vector<std::vector<std::size_t>> all(nodes.size());
  for (std::size_t i = 0; i < edges.size(); ++i) all[edges[i].to].push_back(i);
  return all;
}

std::vector<std::vector<std::size_t>> Network::out_of() const {
  std::vector<std::vector<std::size_t>> all(nodes.size());
  for (std::size_t i = 0; i < edges.size(); ++i) all[edges[i].from].push_back(i);
  return all;
}

Diagnostic problem(const std::string& file, const std::string& place, std::string what, std::string expected,
                   std::string got, std::string hint) {
  Diagnostic d;
  d.file = file;
  d.pointer = place;
  d.what = std::move(what);
  d.expected = std::move(expected);
  d.got = std::move(got);
  d.hint = std::move(hint);
  return d;
}

Diagnostic warning(const std::string& file, const std::string& place, std::string what, std::string hint) {
  Diagnostic d = problem(file, place, std::move(what), {}, {}, std::move(hint));
  d.severity = Diagnostic::Severity::warning;
  return d;
}

}  // namespace spikeloom::nir
