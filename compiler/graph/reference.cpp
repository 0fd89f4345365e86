// References: "lif1", "lif1.mem", "lif1[0:16]", { "node": "lif1", "delay": 1 }, lists and ports of these.
#include <charconv>
#include <cmath>
#include <cstdio>

#include "graph/graph.h"
#include "graph/reading.h"

namespace spikeloom {

namespace {

constexpr const char* kReferenceForm = "a name such as \"lif1\", \"lif1.mem\" or \"lif1[0:16]\"";

bool is_path(std::string_view text) {
  for (;;) {
    const std::size_t slash = text.find('/');
    if (!is_graph_name(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool read_number(std::string_view& text, std::size_t& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool read_slice(std::string_view text, std::pair<std::size_t, std::size_t>& slice) {
  if (!read_number(text, slice.first) || !text.starts_with(':')) return false;
  text.remove_prefix(1);
  return read_number(text, slice.second) && text == "]" && slice.first < slice.second;
}

/// { "node": ..., "delay" | "delay_ms": ... }
bool read_delayed(json::Value value, const Graph& graph, Report& report, Reference& reference) {
  const std::size_t before = report.errors();
  json::Fields fields(value, report);
  const json::Value node = fields.take("node");
  const json::Value steps = fields.take("delay", json::Kind::number);
  const json::Value time = fields.take("delay_ms", json::Kind::number);
  fields.translate("steps", "delay");
  fields.translate("delay_steps", "delay");
  fields.finish("field of a reference");
  read_plain_reference(node, report, reference);
  reference.place = value;
  if (steps && time) {
    report.add(time.at("the delay is given twice", "delay, in steps, or delay_ms"));
  } else if (steps) {
    json::Fields again(value, report);
    reference.delay = static_cast<std::uint64_t>(again.integer("delay", 0, 0, kMostSteps));
  } else if (time) {
    reference.delay = steps_of_ms(time, time.number(), graph, report).value_or(0);
  }
  return report.errors() == before;
}

bool read_reference(json::Value value, const Graph& graph, Report& report, Reference& reference) {
  if (value.is(json::Kind::object) && value.find("node"))
    return read_delayed(value, graph, report, reference);
  return read_plain_reference(value, report, reference);
}

/// What reaches one port: a reference, or a list of them.
bool read_references(json::Value value, const Graph& graph, Report& report, std::vector<Reference>& all) {
  if (!value.is(json::Kind::array)) {
    all.emplace_back();
    return read_reference(value, graph, report, all.back());
  }
  if (value.size() == 0) {
    report.add(value.at("the list of references is empty", "at least one reference"));
    return false;
  }
  bool ok = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    all.emplace_back();
    ok &= read_reference(value[i], graph, report, all.back());
  }
  return ok;
}

}  // namespace

bool is_graph_name(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !text.empty() && text.size() <= 64 && text.front() != '-' &&
         text.find_first_not_of(letters) == std::string_view::npos;
}

std::string in_quotes(std::string_view name) {
  return "'" + json::escape(name) + "'";
}

Reference parse_reference(std::string_view text) {
  Reference out, nothing;
  if (const std::size_t bracket = text.find('['); bracket != std::string_view::npos) {
    out.slice.emplace();
    if (!read_slice(text.substr(bracket + 1), *out.slice)) return nothing;
    text = text.substr(0, bracket);
  }
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    out.state = text.substr(dot + 1);
    if (!is_graph_name(out.state)) return nothing;
    text = text.substr(0, dot);
  }
  if (!is_path(text)) return nothing;
  out.node = text;
  return out;
}

bool read_plain_reference(json::Value value, Report& report, Reference& reference) {
  if (!value.is(json::Kind::string)) {
    report.add(value.at("this must be a reference", kReferenceForm, value.describe(),
                        value.is(json::Kind::object) ? "a reference with a delay has a key \"node\"" : ""));
    return false;
  }
  reference = parse_reference(value.string());
  reference.place = value;
  if (!reference.node.empty()) return true;
  const bool slice = value.string().find('[') != std::string::npos;
  report.add(value.at("this is not a reference", kReferenceForm, value.describe(),
                      slice ? "a slice is [first:end], with first < end, over the flat neurons" : ""));
  return false;
}

bool read_from(json::Value from, const Graph& graph, Report& report, std::vector<PortInputs>& ports) {
  if (!from.is(json::Kind::object) || from.find("node")) {
    ports.push_back({.port = "", .place = from, .references = {}});
    return read_references(from, graph, report, ports.back().references);
  }
  if (from.size() == 0) {
    report.add(from.at("'from' names no port", "an object that maps ports to references, or a reference"));
    return false;
  }
  bool ok = true;
  for (std::size_t i = 0; i < from.size(); ++i) {
    ports.push_back({.port = from.key(i), .place = from[i], .references = {}});
    ok &= read_references(from[i], graph, report, ports.back().references);
  }
  return ok;
}

std::optional<std::uint64_t> steps_of_ms(json::Value value, double milliseconds, const Graph& graph,
                                         Report& report) {
  if (!graph.dt) {
    // A dt that is there but broken was reported; what depends on it is not.
    if (!graph.document->root().find("dt"))
      report.add(
          value.at("a time in ms needs the length of a step", "\"dt\" at the top of the graph, in ms"));
    return {};
  }
  if (!(milliseconds >= 0)) {
    report.add(value.at("a time cannot be negative", "0 ms or more", value.describe()));
    return {};
  }
  const double exact = milliseconds / *graph.dt;
  if (!(exact <= static_cast<double>(kMostSteps))) {
    Diagnostic d = value.at("this time is too many steps", "at most " + std::to_string(kMostSteps) + " steps",
                            value.describe() + " ms");
    d.kind = ErrorKind::limit;
    report.add(std::move(d));
    return {};
  }
  // Not floor(exact + 0.5): that sum may round up by itself.
  double whole = std::floor(exact);
  if (exact - whole >= 0.5) whole += 1;
  const auto steps = static_cast<std::uint64_t>(whole);
  if (std::abs(exact - whole) > 1e-3) {
    char text[64];
    std::snprintf(text, sizeof text, "%.6g", exact);
    Diagnostic d =
        value.at("this time is not a whole number of steps",
                 "a multiple of dt, " + std::string(graph.document->root().find("dt").literal()) + " ms",
                 std::string(text) + " steps",
                 std::to_string(steps) + (steps == 1 ? " step is used" : " steps are used"));
    d.severity = Diagnostic::Severity::warning;
    report.add(std::move(d));
  }
  return steps;
}

}  // namespace spikeloom
