#include "machine/calibration.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "json/json.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::machine {
namespace {

constexpr const char* kFile = "machine.json";
constexpr std::uint64_t kMostBytes = 64 << 10;
constexpr std::int64_t kVersion = 1;

double rate(json::Fields& fields, std::string_view key) {
  const json::Value value = fields.require(key, "a measured rate");
  return value.is(json::Kind::number) ? value.number() : 0;  // 0 is not plausible
}

MemoryLevel level(json::Fields& fields, std::string_view key, bool is_cache, Report& report) {
  json::Fields inner(fields.require(key, "a level of memory"), report);
  MemoryLevel level{};
  if (!inner.valid()) return level;
  if (is_cache) level.bytes = rate(inner, "bytes");
  level.stream_gbs = rate(inner, "stream_gbs");
  level.rows_gbs = rate(inner, "rows_gbs");
  inner.finish();
  return level;
}

nlohmann::ordered_json json_of(const MemoryLevel& level, bool is_cache) {
  nlohmann::ordered_json json;
  if (is_cache) json["bytes"] = level.bytes;
  json["stream_gbs"] = level.stream_gbs;
  json["rows_gbs"] = level.rows_gbs;
  return json;
}

}  // namespace

std::filesystem::path cache_folder() {
  const auto absolute = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value == '/' ? std::filesystem::path(value) : std::filesystem::path();
  };
  // The XDG base directory specification: a relative path is to be ignored.
  if (const auto cache = absolute("XDG_CACHE_HOME"); !cache.empty()) return cache / "spikeloom";
  if (const auto home = absolute("HOME"); !home.empty()) return home / ".cache" / "spikeloom";
  return {};
}

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "unknown";
}

std::string to_json(const MachineCosts& costs, const std::string& cpu) {
  nlohmann::ordered_json json;
  json["spikeloom_machine"] = kVersion;
  json["cpu"] = cpu;
  json["l1"] = json_of(costs.l1, true);
  json["l2"] = json_of(costs.l2, true);
  json["l3"] = json_of(costs.l3, true);
  json["memory"] = json_of(costs.memory, false);
  json["adds_per_ns"] = costs.adds_per_ns;
  json["fma_per_ns"] = costs.fma_per_ns;
  json["chain_ns"] = costs.chain_ns;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Result<MachineCosts> from_json(std::string_view text, const std::string& file, const std::string& cpu) {
  TRY(const auto document,
      json::Document::parse(text, file, {.bytes = kMostBytes, .depth = 4, .values = 64}));
  Report report;
  json::Fields fields(document->root(), report);
  MachineCosts costs;
  if (fields.valid()) {
    const std::int64_t version = fields.integer("spikeloom_machine", 0, 0, INT32_MAX);
    const std::string measured_on = fields.string("cpu", "");
    costs.l1 = level(fields, "l1", true, report);
    costs.l2 = level(fields, "l2", true, report);
    costs.l3 = level(fields, "l3", true, report);
    costs.memory = level(fields, "memory", false, report);
    costs.adds_per_ns = rate(fields, "adds_per_ns");
    costs.fma_per_ns = rate(fields, "fma_per_ns");
    costs.chain_ns = rate(fields, "chain_ns");
    fields.finish();
    if (report.ok() && version != kVersion) return Error(ErrorKind::unsupported, "it is of another version");
    if (report.ok() && measured_on != cpu)
      return Error(ErrorKind::invalid, "it was measured on '" + escaped(measured_on) + "'");
  }
  if (!report.ok()) return report.error();
  if (!is_plausible(costs)) return Error(ErrorKind::invalid, "no machine has such rates");
  costs.is_measured = true;
  return costs;
}

Calibration load(const std::filesystem::path& folder) {
  Calibration calibration;
  if (folder.empty()) return calibration;
  const std::filesystem::path file = folder / kFile;
  calibration.file = file.string();
  std::error_code problem;
  if (!std::filesystem::exists(file, problem)) return calibration;
  const auto text = read_text_file(file, kMostBytes);
  const auto costs =
      text ? from_json(*text, calibration.file, cpu_name()) : Result<MachineCosts>(text.error());
  if (costs)
    calibration.costs = *costs;
  else
    calibration.problem = costs.error().diagnostics.front().what;
  return calibration;
}

Result<std::filesystem::path> save(const MachineCosts& costs, const std::filesystem::path& folder) {
  if (folder.empty())
    return Error(ErrorKind::io, "there is no place to keep the measurement",
                 "set XDG_CACHE_HOME or HOME to an absolute path");
  std::error_code problem;
  // Others of the machine have no business here.
  if (std::filesystem::create_directories(folder, problem))
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, problem);
  const std::filesystem::path file = folder / kFile, partial = folder / (std::string(kFile) + ".part");
  const auto refused = [&](const std::string& why) {
    return Error(ErrorKind::io, "cannot write '" + escaped(file.string()) + "': " + why);
  };
  if (problem) return refused(problem.message());
  {
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    out << to_json(costs, cpu_name());
    out.close();
    if (!out) return refused(std::strerror(errno));
  }
  std::filesystem::rename(partial, file, problem);  // a reader never meets half of it
  if (problem) return refused(problem.message());
  return file;
}

}  // namespace spikeloom::machine
