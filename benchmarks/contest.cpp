#include "benchmarks/contest.h"

#include <algorithm>
#include <cstring>

#include "benchmarks/compiled.h"

namespace spikeloom::benchmarks {
namespace {

template <class Options>
constexpr bool takes_threads = requires(Options options) { options.threads; };

template <class Options>
void set_threads(Options& options, unsigned threads) {
  if constexpr (takes_threads<Options>) options.threads = threads;
}

std::size_t outputs(const Workload& workload) {
  return workload.stages.back().outputs;
}

Shape shape_of(const Workload& workload, const Reference& reference, const float* input) {
  Shape shape{
      .batch = workload.batch, .steps = workload.steps, .input = input, .constant = workload.constant};
  for (const Stage& stage : workload.stages) {
    Layer layer{
        .inputs = stage.inputs, .outputs = stage.outputs, .neuron = stage.neuron, .picture = stage.picture};
    if (!stage.linear.empty()) layer.weight = reference.weight(stage.linear);
    if (stage.neuron.kind == Kind::alpha) layer.neuron.gain = reference.alpha_gain(stage.neuron);
    shape.layers.push_back(layer);
  }
  return shape;
}

}  // namespace

bool Contest::has_threads() {
  return takes_threads<SessionOptions>;
}

Contest::Contest(Workload workload) : workload_(std::move(workload)), input_(workload_.input()) {
  reference_.emplace(workload_.graph);
  limit_ = workload_.limit(shape_of(workload_, *reference_, input_.data()));
  program_.emplace(or_exit(compile_text(workload_.graph, ".")));
}

Session Contest::create_session(unsigned threads) const {
  SessionOptions options;
  options.batch = workload_.batch;
  set_threads(options, threads);
  return or_exit(Session::create(*program_, options));
}

void Contest::run(Session& session) const {
  const std::size_t row = input_.size() / (workload_.constant ? 1 : workload_.steps);
  or_exit(session.run_in_place(
      workload_.steps,
      [&](std::string_view, std::uint64_t first, std::uint32_t count) -> Result<std::span<const float>> {
        return std::span<const float>(&input_[first * row], count * row);
      }));
}

std::string Contest::difference(double reference_work) {
  const std::size_t n = outputs(workload_);
  Raster by_limit(n, workload_.batch, workload_.steps);
  limit_->reset();
  Sink* sink = &by_limit;
  limit_->run({&sink, 1});
  const std::vector<std::uint64_t> hidden = limit_->hidden_spikes();
  rates_.clear();
  const double runs = static_cast<double>(workload_.batch) * workload_.steps;
  for (std::size_t i = 0; i < hidden.size(); ++i)
    rates_.push_back(static_cast<double>(hidden[i]) / runs /
                     static_cast<double>(workload_.stages[i].outputs));
  rates_.push_back(static_cast<double>(by_limit.total()) / runs / static_cast<double>(n));

  Raster by_compiled(n, workload_.batch, workload_.steps);
  std::vector<std::unique_ptr<SpikeTotal>> counters;
  {
    Session session = create_session(1);
    or_exit(session.record(workload_.stages.back().population, by_compiled));
    for (std::size_t i = 0; i < hidden.size(); ++i) {
      counters.push_back(std::make_unique<SpikeTotal>(workload_.stages[i].outputs));
      or_exit(session.record(workload_.stages[i].population, *counters.back()));
    }
    if (workload_.constant) or_exit(session.set_input("x", input_));
    run(session);
    or_exit(session.finish_recording());
  }
  if (!(by_compiled == by_limit)) return "the output's spikes of compiled and limit";
  for (std::size_t i = 0; i < hidden.size(); ++i)
    if (hidden[i] != counters[i]->total) return "spike counts of " + workload_.stages[i].population;

  double step_work = 50.0 * static_cast<double>(n);
  for (const Stage& stage : workload_.stages) step_work += static_cast<double>(stage.inputs * stage.outputs);
  const std::size_t samples = std::min<std::size_t>(workload_.batch, 2);
  const double affordable = reference_work / (step_work * static_cast<double>(samples));
  const auto steps =
      static_cast<std::size_t>(std::clamp(affordable, 2.0, static_cast<double>(workload_.steps)));
  Raster by_reference(n, samples, steps);
  reference_->run(workload_, input_, samples, steps, by_reference);
  for (std::size_t step = 0; step < steps; ++step)
    for (std::size_t sample = 0; sample < samples; ++sample)
      if (std::memcmp(by_reference.row(step, sample), by_limit.row(step, sample), by_limit.row_words() * 8) !=
          0)
        return "spikes of reference and limit at step " + std::to_string(step);
  return {};
}

Session& Contest::ready(unsigned threads) {
  for (Ready& r : sessions_)
    if (r.threads == threads) return r.session;
  sessions_.push_back({threads, std::make_unique<SpikeTotal>(outputs(workload_)), create_session(threads)});
  or_exit(sessions_.back().session.record(workload_.stages.back().population, *sessions_.back().total));
  return sessions_.back().session;
}

void Contest::reset() {
  if (!workload_.continues) return;
  limit_->reset();
  ready(1);
  for (Ready& r : sessions_) {
    or_exit(r.session.reset());
    or_exit(r.session.set_input("x", input_));
  }
}

std::uint64_t Contest::run_compiled(unsigned threads) {
  Session& session = ready(threads);
  const auto mine = std::ranges::find(sessions_, threads, &Ready::threads);
  mine->total->total = 0;
  if (!workload_.continues) {
    // A picture is a new one in every run, as far as the session can tell.
    or_exit(session.reset());
    if (workload_.constant) or_exit(session.set_input("x", input_));
  }
  run(session);
  return mine->total->total;
}

std::uint64_t Contest::run_limit(unsigned threads) {
  std::vector<SpikeTotal> totals(threads, SpikeTotal(outputs(workload_)));
  std::vector<Sink*> sinks;
  for (SpikeTotal& total : totals) sinks.push_back(&total);
  limit_->run(sinks);
  std::uint64_t sum = 0;
  for (const SpikeTotal& total : totals) sum += total.total;
  return sum;
}

}  // namespace spikeloom::benchmarks
