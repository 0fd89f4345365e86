#include "run_report.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "describe/columns.h"
#include "pictures.h"
#include "progress.h"
#include "support/text.h"

namespace spikeloom::tool {
namespace {

std::string decimals(const char* form, double value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), form, value);
  return text.data();
}

std::string hex(std::uint64_t value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

}  // namespace

void say_summary(const Terminal& terminal, const Network& network, const RunReport& report) {
  const double per_second = report.run_seconds > 0 ? report.samples / report.run_seconds : 0;
  std::string line = std::to_string(report.steps) + (report.steps == 1 ? " step, " : " steps, ") +
                     std::to_string(report.samples) + (report.samples == 1 ? " sample" : " samples") +
                     " in " + duration_text(report.run_seconds);
  if (report.steps > 0) {
    line += ": " + duration_text(report.run_seconds / static_cast<double>(report.steps)) + " a step";
    if (report.samples > 1) line += ", " + decimals("%.0f", per_second) + " samples/s";
  }
  terminal.say(line);
  terminal.say(terminal.muted(report.engine +
                              (report.engine == "jit"
                                   ? ", " + std::to_string(report.lanes) + " lanes, " + escaped(report.cpu) +
                                         (report.is_code_cached ? ", from the cache in " : ", compiled in ") +
                                         duration_text(report.compile_seconds)
                                   : "")));
  std::vector<std::vector<std::string>> rows;
  for (const SpikeTotal& total : report.spikes) rows.push_back(total.words(network.dt_ms()));
  for (const std::string& row : in_columns(rows, "l", 3)) terminal.say("  " + row);
  if (report.score)
    terminal.say(terminal.bold("accuracy " + decimals("%.3f", report.score->accuracy())) + "  (" +
                 std::to_string(report.score->right()) + " of " + std::to_string(report.score->samples()) +
                 " samples, " + report.score->words() + ")");
  if (report.score && report.score->has_confusion() && report.score->classes() <= Score::kMostRows)
    for (const std::string& row :
         in_columns(report.score->confusion_rows(), std::string(report.score->classes() + 1, 'r'), 2))
      terminal.say("  " + row);
}

std::string run_json(const Network& network, const RunReport& report) {
  using Json = nlohmann::ordered_json;
  const Model& model = *network.model;
  Json json;
  json["spikeloom"] = SPIKELOOM_VERSION;
  json["graph"] = network.file;
  json["name"] = model.name;
  json["hash"] = hex(report.hash);
  json["first_step"] = report.first_step;
  json["steps"] = report.steps;
  json["samples"] = report.samples;
  json["batch"] = report.batch;
  json["dt"] = network.dt_ms() ? Json(*network.dt_ms()) : Json(nullptr);
  json["seed"] = report.seed;
  json["engine"] = report.engine;
  json["cpu"] = report.cpu;
  json["lanes"] = report.lanes;
  json["code_cached"] = report.is_code_cached;
  json["threads"] = report.threads;
  json["interrupted"] = report.is_interrupted;
  json["times"] = {{"load_s", network.load_seconds()},
                   {"compile_s", report.compile_seconds},
                   {"run_s", report.run_seconds}};
  json["inputs"] = report.inputs;
  json["recordings"] = Json::array();
  for (const RecordedFile& file : report.files) {
    const Signal of = file.selection.of;
    Json entry;
    entry["file"] = file.file;
    entry["signal"] = file.selection.signal;
    entry["kind"] = file.is_events ? "events" : is_neuron_output(model, of) ? "spikes" : "values";
    entry["output"] = file.is_output;
    entry["shape"] = file.shape;
    entry["first_neuron"] = file.selection.first;
    if (of.of == Signal::Of::node && of.state >= 0) {
      const Cell& cell = std::get<Population>(model.nodes[of.index].kind).cell;
      entry["quantity"] = quantity_of(cell.states[static_cast<std::size_t>(of.state)].doc,
                                      cell.states[static_cast<std::size_t>(of.state)].name);
      if (const auto threshold = threshold_of(model, of.index, file.selection.first);
          threshold && file.selection.signal.ends_with(".mem"))
        entry["threshold"] = *threshold;
    }
    json["recordings"].push_back(std::move(entry));
  }
  json["spikes"] = Json::object();
  for (const SpikeTotal& total : report.spikes)
    json["spikes"][total.name()] = {{"total", total.spikes()},
                                    {"per_neuron_and_step", total.per_neuron_and_step()}};
  if (report.score) {
    const Score& score = *report.score;
    json["accuracy"] = {{"output", score.output()},
                        {"decode", score.decode()},
                        {"right", score.right()},
                        {"samples", score.samples()},
                        {"value", score.accuracy()}};
    if (score.has_confusion()) {
      Json table = Json::array();  // [label][decoded as]
      for (std::uint32_t label = 0; label < score.classes(); ++label) {
        Json& row = table.emplace_back(Json::array());
        for (std::uint32_t as = 0; as < score.classes(); ++as) row.push_back(score.confused(label, as));
      }
      json["accuracy"]["confusion"] = std::move(table);
    }
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<void> write_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::path partial = path;
  partial += ".part";
  {
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out)
      return Error(ErrorKind::io, "cannot write '" + escaped(path.string()) + "': " + std::strerror(errno));
  }
  std::error_code problem;
  std::filesystem::rename(partial, path, problem);
  if (problem)
    return Error(ErrorKind::io, "cannot write '" + escaped(path.string()) + "': " + problem.message());
  return {};
}

}  // namespace spikeloom::tool
