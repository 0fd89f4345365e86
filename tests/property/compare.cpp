#include "property/compare.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <sstream>

#include "native/codegen.h"
#include "property/dice.h"
#include "reference/simulator.h"
#include "spikeloom/session.h"
#include "support/try.h"

namespace spikeloom::property {
namespace {

bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

/// Compares each block as it arrives.
class Comparer : public Recorder {
 public:
  Comparer(const Expected& expected, std::size_t signal, std::uint32_t batch)
      : expected_(expected), signal_(signal), batch_(batch) {}

  Result<void> record(const Block& block) override {
    if (block.first_step != next_) note(block.first_step, 0, 0, "a block that does not follow the last one");
    next_ = block.first_step + block.steps;
    const std::size_t n = expected_.sizes[signal_];
    for (std::uint32_t s = 0; s < block.steps; ++s)
      for (std::uint32_t b = 0; b < batch_; ++b)
        for (std::uint32_t j = 0; j < n; ++j) {
          const std::size_t step = block.first_step + s;
          const float want = expected_.values[signal_][(step * batch_ + b) * n + j], got = block.at(s, b, j);
          if (!same(want, got)) {
            std::ostringstream text;
            text << std::hexfloat << "reference " << want << ", compiled " << got;
            note(step, b, j, text.str());
          }
        }
    return {};
  }

  const std::string& problem() const { return problem_; }
  std::uint64_t problem_step() const { return problem_step_; }
  std::uint64_t steps() const { return next_; }

 private:
  void note(std::uint64_t step, std::uint32_t sample, std::uint32_t neuron, const std::string& what) {
    if (!problem_.empty()) return;
    problem_step_ = step;
    problem_ = "step " + std::to_string(step) + ", sample " + std::to_string(sample) + ", " +
               expected_.names[signal_] + "[" + std::to_string(neuron) + "]: " + what;
  }

  const Expected& expected_;
  std::size_t signal_;
  std::uint32_t batch_;
  std::uint64_t next_ = 0, problem_step_ = 0;
  std::string problem_;
};

/// One session with its recorders and the network's data.
class Runner {
 public:
  Runner(const Program& program, const RandomNetwork& net, const Expected& expected, bool record_states,
         Dice& dice)
      : program_(program), net_(net), expected_(expected), record_states_(record_states), dice_(dice) {}

  Result<void> start() {
    SessionOptions options{.batch = net_.batch, .first_sample = net_.first_sample};
    // No network here is large enough for a second thread to pay: it is forced.
    if (dice_.chance(0.5)) {
      options.threads = static_cast<std::uint32_t>(dice_.between(1, 4));
      options.sharing = dice_.of({Sharing::samples, Sharing::neurons});
    }
    is_in_place_ = dice_.chance(0.3);
    auto made = Session::create(program_, options);
    if (!made) return std::move(made).error();
    session_ = std::make_unique<Session>(*std::move(made));
    for (const NetworkInput& input : net_.inputs)
      if (input.constant)
        if (auto set = session_->set_input(input.name, input.values); !set) return set;
    return {};
  }

  Result<void> record_all() {
    for (std::size_t i = 0; i < expected_.names.size(); ++i) {
      if (expected_.is_state[i] && !record_states_) continue;
      comparers_.push_back(std::make_unique<Comparer>(expected_, i, net_.batch));
      if (auto r = session_->record(expected_.names[i], *comparers_.back()); !r) return r;
    }
    return {};
  }

  Result<void> run(std::uint64_t steps) {
    const auto source = [&](std::string_view name, std::uint64_t first, std::uint32_t count,
                            std::span<float> rows) -> Result<void> {
      for (const NetworkInput& input : net_.inputs)
        if (input.name == name) {
          const std::size_t row = input.size * net_.batch;
          std::memcpy(rows.data(), input.values.data() + first * row, count * row * sizeof(float));
        }
      return {};
    };
    const auto view = [&](std::string_view name, std::uint64_t first,
                          std::uint32_t count) -> Result<std::span<const float>> {
      for (const NetworkInput& input : net_.inputs)
        if (input.name == name) {
          const std::size_t row = input.size * net_.batch;
          return std::span(input.values).subspan(first * row, count * row);
        }
      return Error(ErrorKind::internal, "an input without a name");
    };
    auto done = is_in_place_ ? session_->run_in_place(steps, view) : session_->run(steps, source);
    if (!done) return std::move(done).error();
    return {};
  }

  Result<void> step() {
    std::vector<std::span<const float>> rows;
    for (const spikeloom_signal& signal : program_.signals()) {
      if (signal.role != SPIKELOOM_INPUT || signal.constant) continue;
      for (const NetworkInput& input : net_.inputs)
        if (input.name == program_.name(signal.name)) {
          const std::size_t row = input.size * net_.batch;
          rows.push_back(std::span(input.values).subspan(session_->step_count() * row, row));
        }
    }
    return session_->step(rows);
  }

  /// States that were not recorded are compared as they stand now.
  std::string compare_last_states() const {
    if (session_->step_count() == 0) return {};
    for (std::size_t i = 0; i < expected_.names.size(); ++i) {
      if (!expected_.is_state[i]) continue;
      const std::size_t row = expected_.sizes[i] * net_.batch;
      std::vector<float> values(row);
      if (auto r = session_->read(expected_.names[i], values); !r) return r.error().text();
      for (std::size_t k = 0; k < row; ++k)
        if (!same(values[k], expected_.values[i][(session_->step_count() - 1) * row + k]))
          return "state " + expected_.names[i] + " differs after step " +
                 std::to_string(session_->step_count() - 1);
    }
    return {};
  }

  std::string first_problem() const {
    const Comparer* first = nullptr;
    for (const auto& c : comparers_)
      if (!c->problem().empty() && (!first || c->problem_step() < first->problem_step())) first = c.get();
    if (first) return first->problem();
    for (const auto& c : comparers_)
      if (c->steps() != net_.steps) return "a recorder saw " + std::to_string(c->steps()) + " steps";
    return compare_last_states();
  }

  Session& session() { return *session_; }

 private:
  Program program_;
  const RandomNetwork& net_;
  const Expected& expected_;
  bool record_states_, is_in_place_ = false;
  Dice& dice_;
  std::unique_ptr<Session> session_;
  std::vector<std::unique_ptr<Comparer>> comparers_;
};

Result<std::string> run_it(const Program& program, const RandomNetwork& net, const Expected& expected,
                           Manner manner, Dice& dice) {
  Runner runner(program, net, expected, manner != Manner::blocks, dice);
  if (auto r = runner.start(); !r) return std::move(r).error();
  if (manner == Manner::restored) {
    // Run a part, save, and go on in another session; the first part was compared by the other manners.
    const std::uint64_t part = dice.below(net.steps + 1u);
    if (auto r = runner.run(part); !r) return std::move(r).error();
    const std::vector<unsigned char> saved = runner.session().save();
    Runner other(program, net, expected, false, dice);
    if (auto r = other.start(); !r) return std::move(r).error();
    if (auto r = other.session().restore(saved); !r) return std::move(r).error();
    if (auto r = other.run(net.steps - part); !r) return std::move(r).error();
    return other.compare_last_states();
  }
  if (auto r = runner.record_all(); !r) return std::move(r).error();
  std::uint64_t done = 0;
  while (done < net.steps) {
    if (manner == Manner::single_steps) {
      if (auto r = runner.step(); !r) return std::move(r).error();
      ++done;
    } else {
      const std::uint64_t piece =
          manner == Manner::random_pieces ? dice.between(1, net.steps - done) : net.steps;
      if (auto r = runner.run(piece); !r) return std::move(r).error();
      done += piece;
    }
  }
  return runner.first_problem();
}

/// What the planner would choose, or anything else that it could have chosen.
PlanOptions random_schedule(Dice& dice) {
  PlanOptions options;
  if (dice.chance(0.3)) return options;
  options.drive = dice.of({Drive::by_density, Drive::events, Drive::dense});
  options.fuse = dice.chance(0.8);
  if (dice.chance(0.6)) options.block_steps = static_cast<std::uint32_t>(dice.between(1, kLongestBlock));
  if (dice.chance(0.6)) options.group = static_cast<std::uint32_t>(dice.between(1, 4));
  if (dice.chance(0.6)) options.panel = dice.of({16u, 32u, 64u, kWidestPanel});
  if (dice.chance(0.3)) options.list_steps = static_cast<std::uint32_t>(dice.between(1, 8));
  if (dice.chance(0.3)) options.input_block = 64;
  options.near = dice.chance(0.3);
  // Where events and dense cross, and so when a run changes from one to the other.
  options.costs.fma_per_ns *= dice.of({0.1, 1.0, 10.0, 100.0});
  options.many = dice.chance(0.3);
  return options;
}

/// Unless another network of equal structure has left it there, the code is generated first.
Result<Program> found_in(const CodeCache& cache, const Plan& plan) {
  TRY_VOID(generate(plan, {.cache = &cache}));
  std::size_t generated = 0;
  auto program = generate(plan, {.cache = &cache, .generated = &generated});
  if (program && generated != 0) return Error(ErrorKind::internal, "the code was not found");
  return program;
}

}  // namespace

const char* name_of(Manner manner) {
  switch (manner) {
    case Manner::one_piece:
      return "in one piece";
    case Manner::random_pieces:
      return "in random pieces";
    case Manner::single_steps:
      return "step by step";
    case Manner::blocks:
      return "in whole blocks";
    case Manner::restored:
      return "saved and restored";
    case Manner::from_cache:
      return "with code from a cache";
  }
  return "";
}

Expected run_reference(const Model& model, const RandomNetwork& net) {
  Expected e;
  std::vector<Signal> signals;
  for (std::uint32_t i = 0; i < model.nodes.size(); ++i)
    for (std::int32_t state = -1; state < static_cast<std::int32_t>(model.nodes[i].states()); ++state) {
      const Signal s{Signal::Of::node, i, state};
      Signal found;
      // Nodes that the builder added have no name of their own; they cannot be asked for.
      if (!model.find(model.name_of(s), found) || !(found == s)) continue;
      signals.push_back(s);
      e.names.push_back(model.name_of(s));
      e.sizes.push_back(model.size(s));
      e.is_state.push_back(state >= 0);
    }
  e.values.resize(signals.size());
  reference::Simulator simulator(model, net.batch, {}, net.first_sample);
  for (std::uint32_t t = 0; t < net.steps; ++t) {
    for (std::uint32_t i = 0; i < model.inputs.size(); ++i)
      for (const NetworkInput& input : net.inputs)
        if (input.name == model.inputs[i].name) {
          const std::size_t row = input.size * net.batch;
          simulator.set_input(i, std::span(input.values).subspan(input.constant ? 0 : t * row, row));
        }
    simulator.step();
    for (std::size_t i = 0; i < signals.size(); ++i) {
      const auto now = simulator.value(signals[i]);
      e.values[i].insert(e.values[i].end(), now.begin(), now.end());
    }
  }
  return e;
}

std::string compare(const Model& model, const RandomNetwork& net, const Expected& expected,
                    const Target& wanted, Manner manner, std::uint64_t seed, const CodeCache* cache) {
  auto target = resolve_target(wanted);
  if (!target) return target.error().text();
  Dice dice(seed);
  const Plan plan = make_plan(model, *target, random_schedule(dice));
  verify(plan);
  auto program = cache && manner == Manner::from_cache ? found_in(*cache, plan) : generate(plan);
  if (!program) return program.error().text();
  auto problem = run_it(*program, net, expected, manner, dice);
  return problem ? *problem : problem.error().text();
}

}  // namespace spikeloom::property
