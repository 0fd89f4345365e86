#include "golden/functions.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>

namespace spikeloom::golden {
namespace {

namespace fs = std::filesystem;

constexpr double kRelative = 2e-5, kAbsolute = 2e-6;

/// case.json of every function case, by name; the repository's own come first.
const std::map<std::string, fs::path>& all_calls() {
  static const std::map<std::string, fs::path> calls = [] {
    std::map<std::string, fs::path> found;
    const fs::path source = SPIKELOOM_SOURCE_DIR;
    const char* given = std::getenv("SPIKELOOM_GOLDEN");
    for (const fs::path& folder :
         {source / "tests/golden/cases", given ? fs::path(given) : source / "../shared/golden"}) {
      std::error_code absent;
      for (const auto& entry : fs::directory_iterator(folder, absent)) {
        std::ifstream file(entry.path() / "case.json");
        if (!file) continue;
        if (nlohmann::json::parse(file).value("kind", "") == "function")
          found.emplace(entry.path().filename().string(), entry.path());
      }
    }
    return found;
  }();
  return calls;
}

nlohmann::ordered_json read_case(const fs::path& folder) {
  std::ifstream file(folder / "case.json");
  return nlohmann::ordered_json::parse(file);
}

}  // namespace

std::vector<FunctionCase> calls_of(const std::string& function) {
  std::vector<FunctionCase> calls;
  for (const auto& [name, folder] : all_calls()) {
    const nlohmann::ordered_json file = read_case(folder);
    if (file.at("function") != function) continue;
    FunctionCase call{name, function, file.value("args", nlohmann::ordered_json::object()), {}, {}};
    const auto arrays = [&](const char* key, std::map<std::string, Array>& into) {
      const auto given = file.value(key, nlohmann::ordered_json::object());
      for (const auto& [of, value] : given.items())
        into[of] = read_npy(folder / value.at("file").get<std::string>());
    };
    arrays("inputs", call.inputs);
    arrays("outputs", call.outputs);
    calls.push_back(std::move(call));
  }
  return calls;
}

std::vector<std::string> called_functions() {
  std::set<std::string> names;
  for (const auto& [name, folder] : all_calls())
    names.insert(read_case(folder).at("function").get<std::string>());
  return {names.begin(), names.end()};
}

bool near(double got, double want) {
  return std::abs(got - want) <= kRelative * std::abs(want) + kAbsolute;
}

}  // namespace spikeloom::golden
