#include "conformance/cases.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "arrays/files.h"

namespace spikeloom::conformance {
namespace {

namespace fs = std::filesystem;

template <class Enum>
Enum named(const std::string& name, int count) {
  for (int i = 0; i < count; ++i)
    if (name == nir::name_of(static_cast<Enum>(i))) return static_cast<Enum>(i);
  throw std::runtime_error("unknown choice " + name);
}

}  // namespace

std::vector<fs::path> case_folders() {
  const fs::path source = SPIKELOOM_SOURCE_DIR;
  std::vector<fs::path> all;
  for (const fs::path& place : {source / "tests/conformance/nir", source.parent_path() / "shared/nir"}) {
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(place, absent)) {
      const bool is_new = std::ranges::none_of(
          all, [&](const fs::path& folder) { return folder.filename() == entry.path().filename(); });
      if (is_new && fs::exists(entry.path() / "model.nir")) all.push_back(entry.path());
    }
  }
  std::ranges::sort(all, {}, [](const fs::path& folder) { return folder.filename(); });
  return all;
}

fs::path folder_of(const std::string& name) {
  for (const fs::path& folder : case_folders())
    if (folder.filename() == name) return folder;
  return {};
}

Case read_case(const fs::path& folder) {
  const auto json = nlohmann::json::parse(std::ifstream(folder / "case.json"));
  Case c{folder.filename().string(), folder, json.at("steps").get<std::uint64_t>(), {}};
  for (const auto& run : json.at("expected")) {
    Replay r;
    r.options.dt = json.at("dt").get<double>();
    r.options.integrator = named<nir::Integrator>(run.at("integrator"), 2);
    r.options.reset = named<nir::Reset>(run.at("reset"), 4);
    r.options.loop_cut = named<nir::LoopCut>(run.at("loop_cut"), 2);
    r.name = run.at("integrator").get<std::string>() + ", " + run.at("reset").get<std::string>() + ", " +
             run.at("loop_cut").get<std::string>();
    for (const auto& trace : run.at("traces"))
      r.traces.push_back({trace.at("node"), trace.at("quantity"),
                          folder / trace.at("file").get<std::string>(), trace.at("compare") == "exact",
                          trace.value("rtol", 0.0), trace.value("atol", 0.0)});
    c.runs.push_back(std::move(r));
  }
  return c;
}

Tensor read_array(const fs::path& file) {
  const auto opened = InputFile::open(file);
  if (!opened) throw std::runtime_error(opened.error().text());
  auto tensor = spikeloom::read_array(bytes_of(*opened), ArrayFileKind::npy, {}, {});
  if (!tensor) throw std::runtime_error(tensor.error().text());
  return *std::move(tensor);
}

}  // namespace spikeloom::conformance
