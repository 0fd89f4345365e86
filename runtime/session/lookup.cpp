#include "session/lookup.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace spikeloom {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

constexpr std::size_t kNamesListed = 8;
constexpr std::size_t kNameLength = 256;  // longer ones are not compared: the work is their product

}  // namespace

Error unknown_name(const Program& program, std::string_view what, std::string_view name,
                   bool (*fits)(const spikeloom_signal&)) {
  std::string_view best;
  std::size_t best_distance = std::min<std::size_t>(name.size() / 3 + 1, 4) + 1, known = 0;
  std::string list;
  for (const spikeloom_signal& s : program.signals()) {
    if (!fits(s)) continue;
    const std::string_view candidate = program.name(s);
    if (++known <= kNamesListed) list.append(known == 1 ? "" : ", ").append(candidate);
    if (name.size() > kNameLength || candidate.size() > kNameLength) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) best = candidate, best_distance = distance;
  }
  if (known > kNamesListed) list += ", ...";
  std::string hint;
  if (!best.empty())
    hint = "did you mean '" + std::string(best) + "'?";
  else
    hint = known == 0 ? "this program has none" : "there are: " + list;
  return Error(ErrorKind::usage, "there is no " + std::string(what) + " '" + std::string(name) + "'", hint);
}

Result<const spikeloom_signal*> find_signal(const Program& program, std::string_view name) {
  if (const spikeloom_signal* s = program.find(name)) return s;
  if (const spikeloom_signal* s = program.find_output(name)) return s;
  return unknown_name(program, "signal", name, [](const spikeloom_signal&) { return true; });
}

}  // namespace spikeloom
