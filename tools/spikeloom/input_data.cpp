#include "input_data.h"

#include <algorithm>
#include <cmath>

#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

Error no_data(const ModelInput& input) {
  std::string axes = input.constant ? "[samples" : "[steps, samples";
  for (const std::size_t extent : input.shape) axes += ", " + std::to_string(extent);
  return Error(ErrorKind::usage, "input '" + input.name + "' has no data",
               "--input " + input.name + "=FILE.npy, an array " + axes + "]" +
                   (input.constant ? "" : "; or a file of events"));
}

}  // namespace

Result<InputData> InputData::open(const Model& model, const DataRequest& request) {
  std::vector<std::string> names;
  for (const ModelInput& input : model.inputs) names.push_back(input.name);
  std::vector<std::vector<std::string>> paths(model.inputs.size());
  for (const std::string& argument : request.arguments) {
    const auto equals = argument.find('=');
    std::string name = equals == std::string::npos ? "" : argument.substr(0, equals);
    // A path may hold '=' too: without a slash before it, it is a name.
    if (name.find('/') != std::string::npos) name.clear();
    const std::string path = name.empty() ? argument : argument.substr(equals + 1);
    std::size_t which = 0;
    if (name.empty()) {
      if (names.size() != 1)
        return Error(ErrorKind::usage, "--input " + escaped(argument) + " does not say for which input",
                     names.empty() ? "this network has no inputs"
                                   : "write NAME=" + escaped(path) + "; inputs: " + listed(names, "and"));
    } else {
      which = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
      if (which == names.size()) {
        const std::string near = nearest_name(name, names);
        return Error(ErrorKind::usage, "the network has no input '" + escaped(name) + "'",
                     !near.empty()   ? "did you mean '" + near + "'?"
                     : names.empty() ? "it has none"
                                     : "inputs: " + listed(names, "and"));
      }
    }
    paths[which].push_back(path);
  }
  InputData data;
  data.pad_ = request.pad;
  std::vector<Diagnostic> problems;
  const auto note = [&](const Error& error) {
    problems.insert(problems.end(), error.diagnostics.begin(), error.diagnostics.end());
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ModelInput& input = model.inputs[i];
    const bool is_streamed = request.is_streamed && !input.constant;
    if (paths[i].empty() || is_streamed) {
      if (!is_streamed)
        note(no_data(input));
      else if (!paths[i].empty())
        note(Error(ErrorKind::usage, "input '" + input.name + "' comes from standard input",
                   "leave out its --input, or the '-'"));
      data.inputs_.push_back({input.name, input.constant, nullptr});
      continue;
    }
    auto reader = open_input(input, paths[i], request);
    if (reader)
      data.inputs_.push_back({input.name, input.constant, *std::move(reader)});
    else
      note(reader.error());
  }
  if (!problems.empty()) return Error(std::move(problems));
  TRY_VOID(data.settle(model, request));
  return data;
}

/// How many samples and steps there are.
Result<void> InputData::settle(const Model& model, const DataRequest& request) {
  const Input* shortest = nullptr;
  const Input* sampled = nullptr;
  std::uint64_t longest = 0;
  for (const Input& input : inputs_) {
    if (input.reader == nullptr) continue;
    const InputReader& reader = *input.reader;
    if (varies(input)) {
      longest = std::max(longest, reader.steps);
      if (!reader.is_open_ended && (shortest == nullptr || reader.steps < shortest->reader->steps))
        shortest = &input;
    }
    if (!reader.has_samples) continue;
    if (sampled != nullptr && sampled->reader->samples != reader.samples)
      return Error(ErrorKind::invalid,
                   "'" + sampled->name + "' has " + counted(sampled->reader->samples, "sample") + ", '" +
                       input.name + "' has " + std::to_string(reader.samples),
                   "every input needs the same samples, in the same order, or no sample axis");
    sampled = &input;
  }
  if (sampled != nullptr) {
    samples_ = sampled->reader->samples;
    first_sample_ = static_cast<std::uint32_t>(request.rules.samples.first);
  }
  const bool has_varying = std::ranges::any_of(inputs_, [this](const Input& i) { return varies(i); });
  if (request.is_streamed) {
    steps_ = request.steps.value_or(0);
    return {};
  }
  if (!request.steps && !has_varying)
    return Error(ErrorKind::usage, "how many steps?",
                 model.inputs.empty() ? "the network has no inputs; give --steps"
                                      : "all inputs are constant; give --steps");
  steps_ = request.steps                                     ? *request.steps
           : request.pad == Pad::none && shortest != nullptr ? shortest->reader->steps
                                                             : longest;
  for (const Input& input : inputs_) {
    if (!varies(input)) continue;
    const InputReader& reader = *input.reader;
    if (reader.is_open_ended && steps_ == 0 && !request.steps)
      return file_error(reader.file, "there are no events, so nothing says how many steps there are", {}, {},
                        "give --steps");
    if (request.pad == Pad::none &&
        ((reader.steps < steps_ && !reader.is_open_ended) || (!request.steps && reader.steps > steps_)))
      return file_error(reader.file,
                        request.steps ? "input '" + input.name + "' has too few steps"
                                      : "the inputs have different numbers of steps",
                        std::to_string(steps_) + " steps", std::to_string(reader.steps),
                        reader.has_samples && request.steps && reader.samples == *request.steps
                            ? "time comes first; --layout btn takes samples first"
                            : "--pad zero or --pad hold fills what is missing" +
                                  std::string(request.steps ? "" : "; --steps takes fewer"));
    if (steps_ > 0 && request.pad == Pad::hold && reader.steps == 0)
      return file_error(reader.file, "there is no step that could be held");
  }
  return {};
}

const std::vector<std::int64_t>& InputData::labels() const {
  static const std::vector<std::int64_t> kNone;
  for (const Input& input : inputs_)
    if (input.reader != nullptr && !input.reader->labels.empty()) return input.reader->labels;
  return kNone;
}

std::vector<std::string> InputData::lines() const {
  std::vector<std::string> lines;
  for (const Input& input : inputs_) {
    if (input.reader == nullptr) {
      lines.push_back(input.name + ": 1 sample, from standard input");
      continue;
    }
    const InputReader& reader = *input.reader;
    std::string line = input.name + ": ";
    line += reader.has_samples ? counted(reader.samples, "sample") + ", "
            : samples_ > 1     ? "the same for all samples, "
                               : "1 sample, ";
    line += input.is_constant ? "constant, " : counted(reader.steps, "step") + ", ";
    line += reader.type;
    if (varies(input) && reader.steps < steps_)
      line += ", then " + std::string(pad_ == Pad::hold      ? "the last step held"
                                      : reader.is_open_ended ? "silence"
                                                             : "zeros");
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<void> InputData::read(std::size_t which, std::uint64_t first_step, std::uint32_t steps,
                             std::uint32_t first, std::uint32_t count, std::span<float> rows) const {
  const Input& input = inputs_[which];
  const InputReader& reader = *input.reader;
  const std::size_t row = reader.n * count;
  if (input.is_constant) {
    TRY_VOID(reader.read(0, 1, first, count, rows.first(row)));
    for (std::uint32_t s = 1; s < steps; ++s) std::ranges::copy(rows.first(row), &rows[s * row]);
    return {};
  }
  const std::uint64_t there = reader.steps - std::min(reader.steps, first_step);
  const auto from_file = static_cast<std::uint32_t>(std::min<std::uint64_t>(steps, there));
  if (from_file > 0) TRY_VOID(reader.read(first_step, from_file, first, count, rows.first(from_file * row)));
  if (from_file == steps) return {};
  const std::span<float> rest = rows.subspan(from_file * row);
  if (pad_ != Pad::hold) {
    std::ranges::fill(rest, 0.0f);
    return {};
  }
  TRY_VOID(reader.read(reader.steps - 1, 1, first, count, rest.first(row)));
  for (std::uint32_t s = 1; s < steps - from_file; ++s)
    std::ranges::copy(rest.first(row), rest.begin() + static_cast<std::ptrdiff_t>(s * row));
  return {};
}

Result<void> InputData::set_constants(Engine& engine, std::uint32_t first, std::uint32_t count) const {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (!inputs_[i].is_constant) continue;
    std::vector<float> values(inputs_[i].reader->n * count);
    TRY_VOID(read(i, 0, 1, first, count, values));
    TRY_VOID(engine.set_input(inputs_[i].name, values));
  }
  return {};
}

InputSource InputData::source(std::uint32_t first, std::uint32_t count, std::uint64_t start_step) const {
  return [this, first, count, start_step](std::string_view name, std::uint64_t first_step,
                                          std::uint32_t steps, std::span<float> rows) -> Result<void> {
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      if (inputs_[i].name == name) return read(i, first_step - start_step, steps, first, count, rows);
    return Error(ErrorKind::internal, "the program asks for an input that the network has not");
  };
}

}  // namespace spikeloom::tool
