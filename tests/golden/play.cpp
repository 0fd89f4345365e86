#include "golden/play.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "golden/keep.h"
#include "graph/graph.h"
#include "model/build.h"
#include "reference/simulator.h"
#ifdef SPIKELOOM_GOLDEN_COMPILED
#include "spikeloom/compiler.h"
#endif

namespace spikeloom::golden {
namespace {

std::span<const float> row_of(const NetworkCase& network, std::uint32_t step) {
  if (network.constant) return network.input_rows;
  const std::size_t row = network.input_rows.size() / network.steps;
  return std::span(network.input_rows).subspan(step * row, row);
}

std::vector<std::vector<float>> play_reference(const NetworkCase& network) {
  Report report;
  const auto graph = read_graph(network.graph, network.name, network.folder, {}, report);
  if (!graph) throw std::runtime_error(report.error().text());
  const auto model = build_model(*graph, {}, report);
  if (!model || !report.ok()) throw std::runtime_error(report.error().text());
  verify(*model);

  std::vector<Signal> signals(network.records.size());
  for (std::size_t i = 0; i < signals.size(); ++i)
    if (!model->find(network.records[i].signal, signals[i]))
      throw std::runtime_error("no signal " + network.records[i].signal);

  reference::Simulator simulator(*model, network.batch);
  std::vector<std::vector<float>> traces(signals.size());
  for (std::uint32_t t = 0; t < network.steps; ++t) {
    if (t == 0 || !network.constant) simulator.set_input(0, row_of(network, t));
    simulator.step();
    for (std::size_t i = 0; i < signals.size(); ++i) {
      const std::span<const float> now = simulator.value(signals[i]);
      traces[i].insert(traces[i].end(), now.begin(), now.end());
    }
  }
  return traces;
}

#ifdef SPIKELOOM_GOLDEN_COMPILED
std::vector<std::vector<float>> play_compiled(const NetworkCase& network) {
  Session session =
      expect(Session::create(expect(compile_text(network.graph, network.folder)), {.batch = network.batch}));
  std::vector<std::vector<float>> traces(network.records.size());
  std::vector<Keep> recorders(traces.begin(), traces.end());
  for (std::size_t i = 0; i < traces.size(); ++i)
    expect(session.record(network.records[i].signal, recorders[i]));
  if (network.constant) expect(session.set_input(network.input, network.input_rows));
  auto source = [&](std::string_view, std::uint64_t first, std::uint32_t steps,
                    std::span<float> rows) -> Result<void> {
    const std::size_t row = rows.size() / steps;
    std::copy_n(network.input_rows.begin() + static_cast<std::ptrdiff_t>(first * row), rows.size(),
                rows.begin());
    return {};
  };
  expect(session.run(network.steps, source));
  expect(session.finish_recording());
  return traces;
}
#endif

}  // namespace

const char* name_of(Engine engine) {
  return engine == Engine::reference ? "reference" : "compiled";
}

std::vector<Engine> engines() {
#ifdef SPIKELOOM_GOLDEN_COMPILED
  return {Engine::reference, Engine::compiled};
#else
  return {Engine::reference};
#endif
}

std::vector<std::vector<float>> play(const NetworkCase& network, Engine engine) {
#ifdef SPIKELOOM_GOLDEN_COMPILED
  if (engine == Engine::compiled) return play_compiled(network);
#endif
  if (engine != Engine::reference) throw std::runtime_error("this build has no code generator");
  return play_reference(network);
}

std::string difference(const NetworkCase& network, const std::vector<std::vector<float>>& traces) {
  for (std::size_t i = 0; i < network.records.size(); ++i) {
    const Record& record = network.records[i];
    const std::vector<float>&want = record.want.values, &got = traces[i];
    std::ostringstream text;
    text.precision(9);
    if (got.size() != want.size()) {
      text << record.signal << ": " << got.size() << " values, recorded are " << want.size();
      return text.str();
    }
    for (std::size_t k = 0; k < want.size(); ++k) {
      const double off = std::abs(double{got[k]} - want[k]);
      const bool same =
          record.exact ? got[k] == want[k] : off <= record.rtol * std::abs(want[k]) + record.atol;
      if (same) continue;
      const std::size_t row = want.size() / network.steps / network.batch;
      text << record.signal << " at step " << k / row / network.batch << ", sample "
           << k / row % network.batch << ", element " << k % row << ": " << got[k] << ", recorded is "
           << want[k];
      return text.str();
    }
  }
  return "";
}

}  // namespace spikeloom::golden
