// spikeloom verify: is the compiled network the network? Against the reference, or against recorded results.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "choices.h"
#include "difference.h"
#include "expected.h"
#include "initial.h"
#include "interrupt.h"
#include "options.h"
#include "progress.h"
#include "spikeloom/recorders.h"
#include "support/text.h"
#include "support/try.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

constexpr std::uint64_t kStepsEach = 16;          // compared at a time
constexpr std::uint64_t kComfortable = 1u << 26;  // values held while comparing

struct VerifyOptions {
  NetworkChoice network;
  MachineChoice machine;
  ThreadChoice threads;
  DataChoice data;
  std::string expect, engine = has_code_generator() ? "jit" : "reference";
  Tolerance tolerance;
  bool json = false;
};

struct Outcome {
  std::string wanted_name = "reference";
  std::uint64_t signals = 0, values = 0, steps = 0;
  std::uint32_t samples = 0;
  bool is_interrupted = false;
  std::optional<Difference> difference;
  Explanation explanation;
  std::vector<std::string> lines;  // one for each recorded array
};

class Verification {
 public:
  Verification(const VerifyOptions& options, const Network& network, const InputData& data,
               std::vector<StateFile> states)
      : options_(options), model_(*network.model), data_(data), states_(std::move(states)) {}

  Result<Outcome> against_reference(const EngineMaker& compiled, std::stop_token stop,
                                    const Terminal& terminal);
  Result<Outcome> against_recorded(const EngineMaker& maker, const std::vector<Expected>& expected,
                                   std::stop_token stop, const Terminal& terminal);

 private:
  Result<std::unique_ptr<Engine>> start(const EngineMaker& maker, std::uint32_t first,
                                        std::uint32_t count) const {
    SessionOptions session;
    session.batch = count;
    session.first_sample = data_.first_sample() + first;
    session.seed = options_.data.seed;
    options_.threads.put_into(session);
    TRY(auto engine, maker.make(session));
    TRY_VOID(data_.set_constants(*engine, first, count));
    for (const StateFile& state : states_) TRY_VOID(set_state(state, *engine, first, count));
    return engine;
  }
  Result<void> explain_into(Outcome& outcome, std::uint32_t first, std::uint32_t count) const {
    TRY(outcome.explanation,
        explain(
            model_, *outcome.difference,
            [this](const EngineMaker& maker, std::uint32_t f, std::uint32_t c) { return start(maker, f, c); },
            [this](std::uint32_t f, std::uint32_t c) { return data_.source(f, c, 0); }, first, count));
    return {};
  }

  const VerifyOptions& options_;
  const Model& model_;
  const InputData& data_;
  std::vector<StateFile> states_;
};

/// Every signal of one node or state, in the order in which a step computes them: what goes wrong first is
/// found first. What the compiler put in, such as a slice of `from`, has no name; its readers show it.
std::vector<Signal> all_signals(const Model& model) {
  std::vector<Signal> signals;
  for (std::uint32_t node = 0; node < model.nodes.size(); ++node) {
    if (model.nodes[node].implicit) continue;
    for (std::size_t state = 0; state < model.nodes[node].states(); ++state)
      signals.push_back({Signal::Of::node, node, static_cast<std::int32_t>(state)});
    signals.push_back({Signal::Of::node, node, -1});
  }
  return signals;
}

/// The earliest step at which one of the signals differs.
std::optional<Difference> first_difference(const std::vector<Signal>& signals,
                                           const std::vector<TraceRecorder>& got,
                                           const std::vector<TraceRecorder>& wanted,
                                           std::uint32_t first_sample) {
  std::optional<Difference> first;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const auto a = got[i].values(), b = wanted[i].values();
    const auto [at, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end(), same_bits);
    if (at == a.end() && other == b.end()) continue;
    const std::size_t flat = static_cast<std::size_t>(at - a.begin());
    const std::size_t n = wanted[i].neurons(), row = n * wanted[i].samples();
    const Difference d{signals[i],
                       wanted[i].first_step() + flat / row,
                       first_sample + static_cast<std::uint32_t>(flat % row / n),
                       static_cast<std::uint32_t>(flat % n),
                       at == a.end() ? 0.0f : *at,
                       other == b.end() ? 0.0f : *other};
    if (!first || d.step < first->step) first = d;
  }
  return first;
}

Result<void> record_all(Engine& engine, const Model& model, const std::vector<Signal>& signals,
                        std::vector<TraceRecorder>& traces) {
  for (std::size_t i = 0; i < signals.size(); ++i)
    TRY_VOID(engine.record(model.name_of(signals[i]), traces[i], 0,
                           static_cast<std::uint32_t>(model.size(signals[i]))));
  return {};
}

Result<Outcome> Verification::against_reference(const EngineMaker& compiled, std::stop_token stop,
                                                const Terminal& terminal) {
  Outcome outcome;
  outcome.samples = data_.samples();
  const std::vector<Signal> signals = all_signals(model_);
  // Values in blocks, as a run computes them; and states, which makes a session go step by step.
  std::vector<Signal> values;
  std::ranges::copy_if(signals, std::back_inserter(values), [](Signal s) { return s.state < 0; });
  outcome.signals = signals.size();
  std::uint64_t per_sample = 1;
  for (const Signal signal : signals) per_sample += 3 * kStepsEach * model_.size(signal);
  const auto fitting =
      static_cast<std::uint32_t>(std::clamp<std::uint64_t>(kComfortable / per_sample, 1, 64));
  const std::uint32_t batch =
      model_.fixed_batch > 0
          ? data_.samples()
          : std::min(options_.data.batch > 0 ? options_.data.batch : fitting, data_.samples());
  const auto reference = reference_maker(model_);
  const std::uint32_t parts = (data_.samples() + batch - 1) / batch;
  Progress progress(terminal, data_.steps() * parts, "steps compared");
  for (std::uint32_t part = 0; part < parts; ++part) {
    const std::uint32_t first = part * batch, count = std::min(batch, data_.samples() - first);
    TRY(const auto in_blocks, start(compiled, first, count));
    TRY(const auto stepwise, start(compiled, first, count));
    TRY(const auto plain, start(*reference, first, count));
    std::vector<TraceRecorder> block_traces(values.size()), step_traces(signals.size()),
        plain_traces(signals.size()), plain_values(values.size());
    TRY_VOID(record_all(*in_blocks, model_, values, block_traces));
    TRY_VOID(record_all(*stepwise, model_, signals, step_traces));
    TRY_VOID(record_all(*plain, model_, signals, plain_traces));
    TRY_VOID(record_all(*plain, model_, values, plain_values));
    const InputSource source = data_.source(first, count, 0);
    for (std::uint64_t step = 0; step < data_.steps(); step += kStepsEach) {
      if (stop.stop_requested()) {
        outcome.is_interrupted = true;
        return outcome;
      }
      const std::uint64_t steps = std::min(kStepsEach, data_.steps() - step);
      for (const auto* engine : {&in_blocks, &stepwise, &plain}) TRY_VOID((*engine)->run(steps, source, {}));
      outcome.difference = first_difference(signals, step_traces, plain_traces, first);
      const auto in_block = first_difference(values, block_traces, plain_values, first);
      if (in_block && (!outcome.difference || in_block->step < outcome.difference->step))
        outcome.difference = in_block;
      for (const auto& trace : plain_traces) outcome.values += trace.values().size();
      if (outcome.difference) {
        outcome.steps = outcome.difference->step;
        TRY_VOID(explain_into(outcome, first, count));
        return outcome;
      }
      for (auto* traces : {&block_traces, &step_traces, &plain_traces, &plain_values})
        for (TraceRecorder& trace : *traces) trace.clear();
      progress.update(part * data_.steps() + step + steps);
    }
  }
  outcome.steps = data_.steps();
  return outcome;
}

std::string decimal(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

Result<Outcome> Verification::against_recorded(const EngineMaker& maker,
                                               const std::vector<Expected>& expected, std::stop_token stop,
                                               const Terminal& terminal) {
  Outcome outcome;
  outcome.wanted_name = "recorded";
  outcome.samples = data_.samples();
  outcome.signals = expected.size();
  std::vector<ExpectedRecorder> recorders;
  for (const Expected& e : expected)
    recorders.emplace_back(e, model_.size(e.signal), is_neuron_output(model_, e.signal), options_.tolerance);
  TRY(const std::uint32_t batch, batch_of(options_.data, model_, maker, data_.samples()));
  const std::uint32_t parts = (data_.samples() + batch - 1) / batch;
  Progress progress(terminal, data_.steps() * parts, "steps");
  for (std::uint32_t part = 0; part < parts; ++part) {
    const std::uint32_t first = part * batch, count = std::min(batch, data_.samples() - first);
    TRY(const auto engine, start(maker, first, count));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      recorders[i].begin(first);
      TRY_VOID(engine->record(model_.name_of(expected[i].signal), recorders[i], 0,
                              static_cast<std::uint32_t>(model_.size(expected[i].signal))));
    }
    RunOptions run_options;
    run_options.stop = stop;
    run_options.progress = [&](std::uint64_t done, std::uint64_t steps) {
      progress.update(part * steps + done);
    };
    TRY(outcome.steps, engine->run(data_.steps(), data_.source(first, count, 0), run_options));
    if (outcome.steps < data_.steps()) {
      outcome.is_interrupted = true;
      return outcome;
    }
  }
  for (const ExpectedRecorder& recorder : recorders) {
    outcome.values += recorder.compared();
    std::string line = recorder.name() + ": ";
    if (recorder.different() > 0)
      line += std::to_string(recorder.different()) + " of " + std::to_string(recorder.compared()) +
              " values differ";
    else
      line += recorder.exact() ? "equal" : "within tolerance";
    if (!recorder.exact()) line += ", largest difference " + decimal(recorder.largest());
    outcome.lines.push_back(std::move(line));
    if (recorder.first() && (!outcome.difference || recorder.first()->step < outcome.difference->step))
      outcome.difference = recorder.first();
  }
  if (outcome.difference) {
    const std::uint32_t first = outcome.difference->sample / batch * batch;
    TRY_VOID(explain_into(outcome, first, std::min(batch, data_.samples() - first)));
  }
  return outcome;
}

std::string json_of(const Model& model, const Outcome& outcome) {
  nlohmann::ordered_json json;
  json["ok"] = !outcome.difference && !outcome.is_interrupted;
  json["against"] = outcome.wanted_name;
  json["steps"] = outcome.steps;
  json["samples"] = outcome.samples;
  json["signals"] = outcome.signals;
  json["values"] = outcome.values;
  json["interrupted"] = outcome.is_interrupted;
  if (outcome.difference) {
    const Difference& d = *outcome.difference;
    auto& first = json["first_difference"];
    first = {{"signal", model.name_of(d.signal)},
             {"step", d.step},
             {"sample", d.sample},
             {"neuron", d.neuron},
             {"got", d.got},
             {"wanted", d.wanted}};
    for (const auto& input : outcome.explanation.inputs) first["inputs"][input.name] = input.value;
    for (const auto& state : outcome.explanation.states) first["states"][state.name] = state.value;
    if (outcome.explanation.margin) first["margin"] = *outcome.explanation.margin;
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Result<Outcome> verified(const VerifyOptions& options, Network& network, std::stop_token stop,
                         const Terminal& terminal) {
  const Model& model = *network.model;
  TRY(DataRequest request, options.data.request(network));
  std::vector<Expected> expected;
  if (!options.expect.empty() && !request.steps) {
    // Constant inputs have no length of their own: the recording says how long the run was.
    const bool is_constant = std::ranges::all_of(model.inputs, &ModelInput::constant);
    if (is_constant) request.steps = 0;
  }
  TRY(InputData data, InputData::open(model, request));
  if (!options.expect.empty()) {
    TRY(expected, open_expected(options.expect, model, data.samples()));
    if (!options.data.steps && request.steps) {
      request.steps = expected.front().steps;
      TRY(data, InputData::open(model, request));
    }
    for (const Expected& e : expected)
      if (e.steps != data.steps())
        return Error(ErrorKind::invalid,
                     "'" + escaped(e.name) + "' was recorded for " + std::to_string(e.steps) +
                         " steps, this run has " + std::to_string(data.steps()),
                     "--steps " + std::to_string(e.steps));
  }
  TRY(std::vector<StateFile> states, open_initial(*network.model, options.data.initial, data.samples()));
  for (const std::string& line : data.lines()) terminal.say(line);
  Verification verification(options, network, data, std::move(states));
  if (options.expect.empty()) {
    TRY(const auto compiled, compiled_maker(model, options.machine.target(terminal)));
    return verification.against_reference(*compiled, stop, terminal);
  }
  if (options.engine == "reference")
    return verification.against_recorded(*reference_maker(model), expected, stop, terminal);
  TRY(const auto compiled, compiled_maker(model, options.machine.target(terminal)));
  return verification.against_recorded(*compiled, expected, stop, terminal);
}

int verify(const VerifyOptions& options, const Terminal& terminal) {
  const std::stop_token stop = stop_on_interrupt();
  auto network = options.network.load(terminal);
  if (!network) return fail(terminal, network.error(), options.json);
  const auto outcome = verified(options, *network, stop, terminal);
  if (!outcome) return fail(terminal, outcome.error(), options.json);
  if (options.json) terminal.data(json_of(*network->model, *outcome));
  for (const std::string& line : outcome->lines) terminal.say(escaped(line));
  if (outcome->is_interrupted) {
    terminal.say("interrupted; no difference so far");
    return static_cast<int>(ErrorKind::interrupted);
  }
  if (outcome->difference) {
    terminal.say(
        terminal.bad("mismatch") + ", " +
        difference_text(*network->model, *outcome->difference, outcome->explanation, outcome->wanted_name));
    return static_cast<int>(ErrorKind::mismatch);
  }
  const std::string extent = std::to_string(outcome->signals) + " signals, " +
                             std::to_string(outcome->steps) + " steps, " + std::to_string(outcome->samples) +
                             (outcome->samples == 1 ? " sample, " : " samples, ") +
                             std::to_string(outcome->values) + " values";
  terminal.say(terminal.good("ok") + ": " +
               (outcome->wanted_name == "reference" ? "compiled code and reference give the same bits ("
                                                    : "as recorded (") +
               extent + ")");
  return 0;
}

}  // namespace

void declare_verify(OptionSet& set, Action& action) {
  auto options = std::make_shared<VerifyOptions>();
  options->network.declare(set);
  options->data.declare(set);
  set.option("--expect", options->expect,
             "compare with recorded results instead: a folder of run --out, .npz or .npy")
      .value_name("PATH");
  set.option("--rtol", options->tolerance.relative,
             "relative tolerance of recorded values (1e-5); spikes are exact")
      .value_name("X");
  set.option("--atol", options->tolerance.absolute, "absolute tolerance of recorded values (1e-6)")
      .value_name("X");
  set.option("--engine", options->engine, "what is compared with --expect")
      .one_of({"jit", "reference"})
      .value_name("jit|reference");
  options->machine.declare(set);
  options->threads.declare(set);
  set.flag("--json", options->json, "print the outcome to stdout as JSON");
  action = [options](const Terminal& terminal) { return verify(*options, terminal); };
}

}  // namespace spikeloom::tool
