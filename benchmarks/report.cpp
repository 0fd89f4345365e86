#include "benchmarks/report.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace spikeloom::benchmarks {
namespace {

struct Scale {
  double factor;
  const char* name;
};

Scale scale(Unit unit) {
  switch (unit) {
    case Unit::sample_step:
      return {1e6, "us a sample and step"};
    case Unit::update:
      return {1e9, "ns an update"};
    case Unit::synaptic_operation:
      return {1e12, "ps a synaptic operation"};
  }
  return {1, "s"};
}

std::string format(const char* pattern, auto... values) {
  char text[256];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

std::string three_digits(double value) {
  return format(value < 1 ? "%.3f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
}

std::string percent(const std::vector<double>& rates) {
  std::string text;
  for (const double rate : rates) text += (text.empty() ? "" : " ") + format("%.1f", 100 * rate);
  return text;
}

std::string shown(const Spread& s) {
  return format("%.2f (%.2f to %.2f)", s.median, s.low, s.high);
}

/// Working sets whose bandwidth is worth a line.
constexpr std::size_t kSizes[] = {std::size_t{16} << 10, std::size_t{512} << 10, std::size_t{1} << 20,
                                  std::size_t{4} << 20,  std::size_t{16} << 20,  std::size_t{1} << 30};

std::string size_text(std::size_t bytes) {
  return bytes >= std::size_t{1} << 30   ? std::to_string(bytes >> 30) + " GiB"
         : bytes >= std::size_t{1} << 20 ? std::to_string(bytes >> 20) + " MiB"
                                         : std::to_string(bytes >> 10) + " KiB";
}

}  // namespace

void Table::machine(Machine& machine) {
  if (format_ == Format::json) {
    nlohmann::ordered_json json{{"registers", machine.registers()},
                                {"adds", machine.adds()},
                                {"fmas", machine.fmas()},
                                {"operations", machine.operations()}};
    for (const std::size_t bytes : kSizes) {
      json["read"][std::to_string(bytes)] = machine.read(bytes);
      json["update"][std::to_string(bytes)] = machine.update(bytes);
    }
    json_ = "{\"machine\": " + json.dump() + ",\n \"rows\": [";
    return;
  }
  std::printf(
      "limits in registers of %s; one core: row adds from L1 %.1f G/s, fused multiply-adds %.1f G/s, "
      "operations on "
      "registers %.1f G/s\n\n",
      machine.registers(), machine.adds() / 1e9, machine.fmas() / 1e9, machine.operations() / 1e9);
  std::printf(format_ == Format::markdown ? "| working set | read GB/s | update GB/s |\n|---|---|---|\n"
                                          : "working set  read GB/s  update GB/s\n");
  for (const std::size_t bytes : kSizes)
    std::printf(format_ == Format::markdown ? "| %s | %.0f | %.0f |\n" : "%11s %10.0f %12.0f\n",
                size_text(bytes).c_str(), machine.read(bytes) / 1e9, machine.update(bytes) / 1e9);
  std::printf("\n");
  std::fflush(stdout);
}

void Table::add(const Row& row) {
  const auto [factor, unit] = scale(row.unit);
  if (format_ == Format::json) {
    nlohmann::ordered_json json{{"name", row.name}, {"threads", row.threads}, {"unit", unit}};
    if (!row.problem.empty()) {
      json["problem"] = row.problem;
    } else {
      const auto add_spread = [&](const char* name, const Spread& s) {
        json[name] = {{"median", s.median}, {"low", s.low}, {"high", s.high}};
      };
      json["compiled"] = row.compiled * factor;
      json["limit"] = row.limit * factor;
      add_spread("ratio", row.ratio);
      if (row.threads == 1) {
        json["bound"] = row.bound * factor;
        add_spread("limit_to_bound", row.limit_to_bound);
      } else {
        add_spread("compiled_gain", row.compiled_gain);
        add_spread("limit_gain", row.limit_gain);
      }
      json["rates"] = row.rates;
    }
    json_ += (json_.ends_with('[') ? "\n  " : ",\n  ") + json.dump();
    return;
  }

  const bool is_markdown = format_ == Format::markdown;
  if (!has_header_)
    std::printf(
        is_markdown
            ? "| row | unit | compiled | limit | compiled / limit | bound | limit / bound | spikes %% |\n"
              "|---|---|---|---|---|---|---|---|\n"
            : "%-28s %-24s %9s %9s  %-22s %9s  %-22s %s\n",
        "row", "unit", "compiled", "limit", "compiled / limit", "bound", "limit / bound", "spikes %");
  has_header_ = true;
  const char* pattern = is_markdown ? "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n"
                                    : "%-28s %-24s %9s %9s  %-22s %9s  %-22s %s\n";
  if (!row.problem.empty()) {
    std::printf(pattern, row.name.c_str(), ("differs: " + row.problem).c_str(), "", "", "", "", "", "");
  } else {
    const std::string bound = row.threads == 1 ? three_digits(row.bound * factor) : "";
    const std::string share = row.threads == 1 ? shown(row.limit_to_bound) : "";
    std::printf(pattern, row.name.c_str(), unit, three_digits(row.compiled * factor).c_str(),
                three_digits(row.limit * factor).c_str(), shown(row.ratio).c_str(), bound.c_str(),
                share.c_str(), percent(row.rates).c_str());
    if (row.threads > 1) {
      const std::string gain =
          "gain over one thread: compiled " + shown(row.compiled_gain) + ", limit " + shown(row.limit_gain);
      std::printf(pattern, "", gain.c_str(), "", "", "", "", "", "");
    }
  }
  std::fflush(stdout);
}

void Table::finish() {
  if (format_ == Format::json) std::printf("%s\n]}\n", json_.c_str());
}

}  // namespace spikeloom::benchmarks
