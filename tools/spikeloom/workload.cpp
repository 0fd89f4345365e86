#include "workload.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include "choices.h"
#include "input_data.h"
#include "options.h"
#include "support/file.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

// Longer input is repeated: to a benchmark it looks the same.
constexpr std::uint64_t kMostBytes = 512ull << 20;

std::string shown(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", number);
  return text.data();
}

/// In [0, 1), the same everywhere.
float uniform(std::mt19937_64& random) {
  return static_cast<float>(random() >> 40) * 0x1p-24f;
}

}  // namespace

void WorkloadChoice::declare(OptionSet& set) {
  set.option("--input", inputs,
             "data of an input, as run takes it: x.npy, events.csv, name=FILE; without it, seeded spikes")
      .one_value_each()
      .value_name("[NAME=]FILE");
  set.option("--steps", steps, "steps of a run (as many as the data has; 100)")
      .between(std::uint64_t{1}, std::uint64_t{1} << 40)
      .value_name("N");
  set.option("--batch", batch, "samples computed at once, taken from the data in turn (all; 1)")
      .between(1u, 1u << 24)
      .value_name("N");
  set.option("--density", density, "share of inputs that spike in a step, where no data is given (0.1)")
      .check(is_share)
      .value_name("P");
  set.option("--seed", seed, "of input that is not given (1)").value_name("N");
  files.declare(set);
}

Result<Workload> Workload::prepare(const Network& network, const WorkloadChoice& choice) {
  const Model& model = *network.model;
  Workload load;
  std::optional<InputData> data;
  const bool varies = std::ranges::any_of(model.inputs, [](const ModelInput& in) { return !in.constant; });
  if (!choice.inputs.empty()) {
    if (choice.density)
      return Error(ErrorKind::usage, "--density is of seeded spikes, and --input gives data",
                   "leave out one of them");
    DataRequest request{.arguments = choice.inputs, .steps = choice.steps};
    TRY(request.rules, choice.files.rules(network.dt_ms()));
    if (!varies && !request.steps) request.steps = WorkloadChoice::kUsualSteps;
    TRY(data, InputData::open(model, request));
    if (data->steps() == 0) return Error(ErrorKind::usage, "the data has no step that could be timed");
  }
  const std::uint32_t samples = data ? data->samples() : 1;
  load.steps_ = data ? data->steps() : choice.steps.value_or(WorkloadChoice::kUsualSteps);
  load.batch_ = choice.batch != 0 ? choice.batch : model.fixed_batch > 0 ? model.fixed_batch : samples;
  if (model.fixed_batch > 0 && load.batch_ != model.fixed_batch)
    return Error(ErrorKind::usage,
                 "the graph has initial states for " + std::to_string(model.fixed_batch) + " samples",
                 "leave out --batch");

  std::uint64_t step_bytes = 0;
  for (const ModelInput& in : model.inputs)
    step_bytes += std::uint64_t{in.size} * load.batch_ * sizeof(float);
  if (step_bytes > kMostBytes)
    return Error(
        ErrorKind::limit,
        "one step of input takes " + bytes_text(step_bytes) + ", more than " + bytes_text(kMostBytes),
        "take a smaller --batch");
  const std::uint64_t kept =
      std::clamp<std::uint64_t>(kMostBytes / std::max<std::uint64_t>(step_bytes, 1), 1, load.steps_);
  if (data) load.lines_ = data->lines();
  if (kept < load.steps_)
    load.lines_.push_back("only " + std::to_string(kept) + " steps of input are kept, and repeated");

  const double density = choice.density.value_or(WorkloadChoice::kUsualDensity);
  std::mt19937_64 random(choice.seed);
  for (std::size_t k = 0; k < model.inputs.size(); ++k) {
    const ModelInput& in = model.inputs[k];
    Input input{in.name, in.constant, in.size * load.batch_, in.constant ? 1 : kept, {}};
    input.values.resize(input.row * input.steps);
    if (data) {
      const std::uint32_t read = std::min(samples, load.batch_);
      std::vector<float> step(in.size * read);
      for (std::uint64_t s = 0; s < input.steps; ++s) {
        TRY_VOID(data->read(k, s, 1, 0, read, step));
        for (std::size_t i = 0; i < input.row; ++i) input.values[s * input.row + i] = step[i % step.size()];
      }
    } else {
      for (float& value : input.values) {
        const float u = uniform(random);
        value = in.constant ? u : u < static_cast<float>(density) ? 1.0f : 0.0f;
      }
      const std::string count = std::to_string(in.size);
      load.lines_.push_back(in.name + ": " +
                            (in.constant ? count + " seeded values between 0 and 1, constant"
                                         : count + " seeded spike trains of density " + shown(density)));
    }
    load.inputs_.push_back(std::move(input));
  }
  return load;
}

Result<void> Workload::set_constants(Session& session) const {
  for (const Input& input : inputs_)
    if (input.is_constant) TRY_VOID(session.set_input(input.name, input.values));
  return {};
}

InputSource Workload::source() const {
  return [this](std::string_view name, std::uint64_t first, std::uint32_t steps,
                std::span<float> rows) -> Result<void> {
    for (const Input& input : inputs_) {
      if (input.name != name) continue;
      for (std::uint32_t s = 0; s < steps; ++s)
        std::ranges::copy(rows_of(input, first + s),
                          rows.begin() + static_cast<std::ptrdiff_t>(s * input.row));
    }
    return {};
  };
}

std::size_t Workload::varying_inputs() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(inputs_, [](const Input& input) { return !input.is_constant; }));
}

void Workload::rows_of(std::uint64_t step, std::span<std::span<const float>> rows) const {
  std::size_t k = 0;
  for (const Input& input : inputs_)
    if (!input.is_constant) rows[k++] = rows_of(input, step);
}

}  // namespace spikeloom::tool
