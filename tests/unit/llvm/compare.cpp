#include "unit/llvm/compare.h"

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "cache/code_cache.h"
#include "native/codegen.h"
#include "reference/simulator.h"
#include "schedule/plan.h"
#include "spikeloom/session.h"
#include "unit/cache/own_folder.h"

namespace spikeloom::testing {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

bool same_bits(float x, float y) {
  return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) ||
         (std::isnan(x) && std::isnan(y));
}

/// Inputs of every step, made once so that all runs get the same.
struct Inputs {
  std::vector<std::vector<std::vector<float>>> of;  // [input][step][batch * n]; one step for constants

  Inputs(const Model& model, const Comparison& how) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> uniform(0, 1);
    std::normal_distribution<float> normal(0, how.scale);
    static constexpr float kSpecial[] = {1e-42f, -1e-40f, 3e38f, -3e38f, -0.0f, 1.0f, 1e-20f, 16777217.0f};
    for (const ModelInput& in : model.inputs) {
      auto& steps = of.emplace_back(in.constant ? 1 : how.steps);
      for (auto& rows : steps) {
        rows.resize(how.batch * in.size);
        if (!how.rows.empty()) {
          const auto& given = how.rows[of.size() - 1];
          for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = given[i % in.size];
          continue;
        }
        for (float& x : rows) {
          x = uniform(random) < how.density ? normal(random) : 0.0f;
          if (how.special_values && uniform(random) < 0.1f) x = kSpecial[random() % std::size(kSpecial)];
        }
      }
    }
  }
};

struct Named {
  std::string name;
  Signal signal;
};

std::vector<Named> all_signals(const Model& model) {
  std::vector<Named> all;
  for (std::uint32_t i = 0; i < model.nodes.size(); ++i)
    for (std::int32_t s = -1; s < static_cast<std::int32_t>(model.nodes[i].states()); ++s) {
      const Signal signal{.index = i, .state = s};
      all.push_back({model.name_of(signal), signal});
    }
  return all;
}

/// [step][signal][batch * n]
using History = std::vector<std::vector<std::vector<float>>>;

History reference_run(const Model& model, const Inputs& inputs, const Comparison& how) {
  reference::Simulator simulator(model, how.batch);
  History history;
  for (std::uint32_t t = 0; t < how.steps; ++t) {
    for (std::uint32_t i = 0; i < model.inputs.size(); ++i)
      simulator.set_input(i, inputs.of[i][model.inputs[i].constant ? 0 : t]);
    simulator.step();
    auto& now = history.emplace_back();
    for (const Named& s : all_signals(model)) {
      const auto v = simulator.value(s.signal);
      now.emplace_back(v.begin(), v.end());
    }
  }
  return history;
}

AssertionResult same_row(const std::vector<float>& want, std::span<const float> got, const std::string& name,
                         std::uint32_t step, const char* how, unsigned lanes) {
  for (std::size_t j = 0; j < want.size(); ++j)
    if (!same_bits(want[j], got[j]))
      return AssertionFailure() << name << "[" << j << "] of step " << step << " is " << got[j]
                                << " instead of " << want[j] << " (" << how << ", " << lanes << " lanes)";
  return AssertionSuccess();
}

AssertionResult set_constants(Session& session, const Model& model, const Inputs& inputs) {
  for (std::uint32_t i = 0; i < model.inputs.size(); ++i)
    if (model.inputs[i].constant) {
      const auto set = session.set_input(model.inputs[i].name, inputs.of[i][0]);
      if (!set.ok()) return AssertionFailure() << set.error().text();
    }
  return AssertionSuccess();
}

/// Whether the values of a signal are only there for who asked to see them.
bool is_observed(const Program& program, std::uint32_t buffer) {
  return program.table().buffer[buffer].memory == SPIKELOOM_OBSERVED;
}

AssertionResult compare_steps(const Model& model, const Inputs& inputs, const History& want,
                              const Program& program, const Comparison& how, unsigned lanes) {
  auto session = Session::create(program, {.batch = how.batch});
  if (!session.ok()) return AssertionFailure() << session.error().text();
  if (const auto set = set_constants(*session, model, inputs); !set) return set;
  const auto signals = all_signals(model);
  for (std::uint32_t t = 0; t < how.steps; ++t) {
    std::vector<std::span<const float>> now;
    for (std::uint32_t i = 0; i < model.inputs.size(); ++i)
      if (!model.inputs[i].constant) now.emplace_back(inputs.of[i][t]);
    if (const auto done = session->step(now); !done.ok()) return AssertionFailure() << done.error().text();
    for (std::size_t s = 0; s < signals.size(); ++s) {
      if (is_observed(program, program.find(signals[s].name)->buffer)) continue;
      std::vector<float> got(want[t][s].size());
      if (const auto read = session->read(signals[s].name, got); !read.ok())
        return AssertionFailure() << read.error().text();
      if (const auto same = same_row(want[t][s], got, signals[s].name, t, "single steps", lanes); !same)
        return same;
    }
  }
  return AssertionSuccess();
}

struct Keeper : Recorder {
  std::vector<std::vector<float>> rows;  // [step][batch * n]
  Result<void> record(const Block& block) override {
    for (std::uint32_t t = 0; t < block.steps; ++t) {
      auto& row = rows.emplace_back();
      for (std::uint32_t b = 0; b < block.samples; ++b)
        for (std::uint32_t j = 0; j < block.neurons; ++j) row.push_back(block.at(t, b, j));
    }
    return {};
  }
};

/// Rows of an input in memory that ends behind the last value: whoever reads further is caught.
class EndOfMemory {
 public:
  explicit EndOfMemory(const std::vector<std::vector<float>>& rows) {
    for (const auto& row : rows) count_ += row.size();
    const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    bytes_ = (count_ * sizeof(float) + page - 1) / page * page + page;
    pages_ = static_cast<unsigned char*>(
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    unsigned char* end = pages_ + bytes_ - page;
    mprotect(end, page, PROT_NONE);
    values_ = reinterpret_cast<float*>(end) - count_;
    float* to = values_;
    for (const auto& row : rows) to = std::ranges::copy(row, to).out;
  }
  EndOfMemory(const EndOfMemory&) = delete;
  EndOfMemory& operator=(const EndOfMemory&) = delete;
  ~EndOfMemory() { munmap(pages_, bytes_); }

  std::span<const float> values() const { return {values_, count_}; }

 private:
  unsigned char* pages_;
  std::size_t bytes_, count_ = 0;
  float* values_;
};

Result<std::uint64_t> run_in_place(Session& session, const Model& model, const Inputs& inputs,
                                   std::uint32_t steps) {
  std::vector<std::unique_ptr<EndOfMemory>> rows;
  for (const auto& of : inputs.of) rows.push_back(std::make_unique<EndOfMemory>(of));
  return session.run_in_place(
      steps,
      [&](std::string_view name, std::uint64_t first, std::uint32_t count) -> Result<std::span<const float>> {
        std::size_t i = 0;
        while (model.inputs[i].name != name) ++i;
        const std::size_t row = inputs.of[i][0].size();
        return rows[i]->values().subspan(first * row, count * row);
      });
}

/// In blocks. With `observe` everything is recorded that can be; without, nothing that runs other code.
AssertionResult compare_blocks(const Model& model, const Inputs& inputs, const History& want,
                               const Program& program, const Comparison& how, unsigned lanes, bool observe) {
  auto session = Session::create(program, {.batch = how.batch});
  if (!session.ok()) return AssertionFailure() << session.error().text();
  if (const auto set = set_constants(*session, model, inputs); !set) return set;
  const InputSource source = [&](std::string_view name, std::uint64_t first, std::uint32_t steps,
                                 std::span<float> rows) -> Result<void> {
    for (std::uint32_t i = 0; i < model.inputs.size(); ++i)
      if (model.inputs[i].name == name)
        for (std::uint32_t t = 0; t < steps; ++t)
          std::ranges::copy(inputs.of[i][first + t], rows.begin() + t * inputs.of[i][0].size());
    return {};
  };
  // What has one slot would make the session run single steps; the last step shows those.
  const auto signals = all_signals(model);
  std::vector<std::unique_ptr<Keeper>> keepers(signals.size());
  for (std::size_t s = 0; s < signals.size(); ++s) {
    const spikeloom_signal* signal = program.find(signals[s].name);
    if (!signal) return AssertionFailure() << "no signal " << signals[s].name;
    const std::uint32_t buffer = signal->history != SPIKELOOM_NONE ? signal->history : signal->buffer;
    if (program.table().buffer[buffer].slots == 1 || (!observe && is_observed(program, buffer))) continue;
    keepers[s] = std::make_unique<Keeper>();
    if (const auto r = session->record(signals[s].name, *keepers[s]); !r.ok())
      return AssertionFailure() << r.error().text();
  }
  const auto done =
      observe ? session->run(how.steps, source) : run_in_place(*session, model, inputs, how.steps);
  if (!done.ok()) return AssertionFailure() << done.error().text();
  for (std::size_t s = 0; s < signals.size(); ++s) {
    std::vector<float> last(want.back()[s].size());
    if (!observe && is_observed(program, program.find(signals[s].name)->buffer)) continue;
    if (const auto read = session->read(signals[s].name, last); !read.ok())
      return AssertionFailure() << read.error().text();
    if (const auto same =
            same_row(want.back()[s], last, signals[s].name, how.steps - 1, "blocks, last step", lanes);
        !same)
      return same;
    if (!keepers[s]) continue;
    if (keepers[s]->rows.size() != how.steps)
      return AssertionFailure() << signals[s].name << ": steps are missing";
    for (std::uint32_t t = 0; t < how.steps; ++t)
      if (const auto same = same_row(want[t][s], keepers[s]->rows[t], signals[s].name, t, "blocks", lanes);
          !same)
        return same;
  }
  return AssertionSuccess();
}

/// Networks of equal structure share code, in a test as well. Null where no folder is closed to others.
const CodeCache* shared_code() {
  static const OwnFolder folder;
  static const auto cache = folder.exists() ? CodeCache::open(folder.path(), 4u << 20)
                                            : Result<CodeCache>(Error(ErrorKind::io, "no folder"));
  return cache.ok() ? &*cache : nullptr;
}

}  // namespace

AssertionResult same_as_reference(const Model& model, const Comparison& how) {
  const Inputs inputs(model, how);
  const History want = reference_run(model, inputs, how);
  const PlanOptions schedules[] = {{},
                                   {.drive = Drive::events, .fuse = false},
                                   {.drive = Drive::dense, .block_steps = 7, .group = 1},
                                   {.panel = 32, .input_block = 64}};
  for (const unsigned lanes : {1u, 4u, 8u, 16u}) {
    const auto target = resolve_target({.lanes = lanes, .cpu = how.cpu});
    if (!target.ok()) return AssertionFailure() << target.error().text();
    for (const PlanOptions& options : schedules) {
      const Plan plan = make_plan(model, *target, options);
      verify(plan);
      const auto program = generate(plan, {.cache = shared_code()});
      if (!program.ok()) return AssertionFailure() << program.error().text();
      if (auto same = compare_steps(model, inputs, want, *program, how, lanes); !same) return same;
      for (const bool observe : {false, true})
        if (auto same = compare_blocks(model, inputs, want, *program, how, lanes, observe); !same)
          return same;
    }
  }
  return AssertionSuccess();
}

}  // namespace spikeloom::testing
