#include "input_data.h"

#include <algorithm>
#include <cmath>

#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

Diagnostic about_file(const std::string& file, ErrorKind kind, std::string what) {
  Diagnostic d;
  d.kind = kind;
  d.file = file;
  d.what = std::move(what);
  return d;
}

Error one(Diagnostic d) {
  return Error(std::vector<Diagnostic>{std::move(d)});
}

/// "[steps, samples, 64]"
std::string shape_words(const std::vector<std::string>& axes, const Shape& shape) {
  std::string words = "[";
  for (const std::string& axis : axes) words += (words.size() > 1 ? ", " : "") + axis;
  for (const std::size_t extent : shape) words += (words.size() > 1 ? ", " : "") + std::to_string(extent);
  return words + "]";
}

bool ends_with(const Shape& whole, const Shape& end) {
  return whole.size() >= end.size() && std::equal(end.rbegin(), end.rend(), whole.rbegin());
}

/// What a first axis that is not time would look like.
std::string axis_hint(const Shape& got, const ModelInput& input, const DataRequest& request) {
  if (!input.constant && got == input.shape)
    return "this is one sample without a time axis; if it is the same in every step, give the input "
           "\"time\": "
           "\"constant\" in the graph";
  if (input.constant && got.size() == input.shape.size() + 2 && ends_with(got, input.shape))
    return "the graph calls this input constant; without \"time\": \"constant\" it may vary with time";
  if (!input.constant && got.size() == input.shape.size() + 2 && request.steps && got.size() > 1 &&
      got[1] == *request.steps)
    return "time comes first; transpose the first two axes";
  std::size_t elements = 1;
  for (const std::size_t extent : input.shape) elements *= extent;
  if (!got.empty() && got.back() == elements && input.shape.size() > 1)
    return "reshape the last axis to " + to_string(input.shape);
  return "axes are time first, then samples, then the shape of one sample";
}

std::string place_of(std::uint64_t element, const Shape& shape) {
  std::vector<std::uint64_t> place(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const std::uint64_t extent = std::max<std::uint64_t>(shape[axis], 1);
    place[axis] = element % extent;
    element /= extent;
  }
  std::string words = "[";
  for (const std::uint64_t index : place) words += (words.size() > 1 ? ", " : "") + std::to_string(index);
  return words + "]";
}

}  // namespace

Result<InputData::Input> InputData::open_input(const ModelInput& input, const std::string& path,
                                               const DataRequest& request) {
  TRY(ArrayFile file, ArrayFile::open(path));
  const Shape shape = file.shape();
  const std::vector<std::string> with_samples =
      input.constant ? std::vector<std::string>{"samples"} : std::vector<std::string>{"steps", "samples"};
  const std::vector<std::string> without =
      input.constant ? std::vector<std::string>{} : std::vector<std::string>{"steps"};
  const std::size_t extra = shape.size() - std::min(shape.size(), input.shape.size());
  const bool fits = ends_with(shape, input.shape) &&
                    (extra == with_samples.size() || extra == without.size()) && !file.is_events();
  if (!fits) {
    Diagnostic d = about_file(path, ErrorKind::invalid, "this array does not fit input '" + input.name + "'");
    d.expected = shape_words(with_samples, input.shape) + " or " + shape_words(without, input.shape);
    d.got = file.is_events() ? "an array of events" : to_string(shape);
    d.hint = file.is_events() ? "" : axis_hint(shape, input, request);
    return one(std::move(d));
  }
  Input opened{std::move(file), input.name, input.size, input.constant, extra == with_samples.size(), 1, 1};
  if (!input.constant) opened.steps = shape[0];
  if (opened.has_samples) {
    const std::size_t samples = shape[input.constant ? 0 : 1];
    if (samples == 0 || samples > UINT32_MAX)
      return one(
          about_file(path, ErrorKind::invalid, "this array has " + std::to_string(samples) + " samples"));
    opened.samples = static_cast<std::uint32_t>(samples);
  }
  return opened;
}

Result<InputData> InputData::open(const Model& model, const DataRequest& request) {
  std::vector<std::string> names;
  for (const ModelInput& input : model.inputs) names.push_back(input.name);
  std::vector<std::string> paths(model.inputs.size());
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
    if (!paths[which].empty()) return Error(ErrorKind::usage, "input '" + names[which] + "' is given twice");
    paths[which] = path;
  }
  InputData data;
  data.pad_ = request.pad;
  std::vector<Diagnostic> problems;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (paths[i].empty()) {
      const ModelInput& input = model.inputs[i];
      const std::vector<std::string> axes =
          input.constant ? std::vector<std::string>{"samples"} : std::vector<std::string>{"steps", "samples"};
      problems.push_back(
          Error(ErrorKind::usage, "input '" + names[i] + "' has no data",
                "--input " + names[i] + "=FILE.npy, an array " + shape_words(axes, input.shape))
              .diagnostics.front());
      continue;
    }
    auto input = open_input(model.inputs[i], paths[i], request);
    if (input)
      data.inputs_.push_back(*std::move(input));
    else
      problems.insert(problems.end(), input.error().diagnostics.begin(), input.error().diagnostics.end());
  }
  if (!problems.empty()) return Error(std::move(problems));

  const Input* shortest = nullptr;
  const Input* sampled = nullptr;
  for (const Input& input : data.inputs_) {
    if (!input.is_constant && (shortest == nullptr || input.steps < shortest->steps)) shortest = &input;
    if (!input.has_samples) continue;
    if (sampled != nullptr && sampled->samples != input.samples)
      return Error(ErrorKind::invalid,
                   "'" + sampled->name + "' has " + std::to_string(sampled->samples) + " samples, '" +
                       input.name + "' has " + std::to_string(input.samples),
                   "every input needs the same samples, in the same order, or no sample axis");
    sampled = &input;
  }
  if (sampled != nullptr) data.samples_ = sampled->samples;
  if (!request.steps && shortest == nullptr)
    return Error(ErrorKind::usage, "how many steps?",
                 model.inputs.empty() ? "the network has no inputs; give --steps"
                                      : "all inputs are constant; give --steps");
  data.steps_ = request.steps ? *request.steps : 0;
  if (!request.steps)
    for (const Input& input : data.inputs_)
      if (!input.is_constant)
        data.steps_ = request.pad == Pad::none ? shortest->steps : std::max(data.steps_, input.steps);
  if (request.pad == Pad::none)
    for (const Input& input : data.inputs_)
      if (!input.is_constant &&
          (input.steps < data.steps_ || (!request.steps && input.steps != data.steps_))) {
        Diagnostic d = about_file(input.file.name(), ErrorKind::invalid,
                                  request.steps ? "input '" + input.name + "' has too few steps"
                                                : "the inputs have different numbers of steps");
        d.expected = std::to_string(data.steps_) + " steps";
        d.got = std::to_string(input.steps);
        d.hint = input.has_samples && request.steps && input.samples == *request.steps
                     ? "time comes first: are the first two axes the other way round?"
                     : "--pad zero or --pad hold fills what is missing" +
                           std::string(request.steps ? "" : "; --steps takes fewer");
        return one(std::move(d));
      }
  if (data.steps_ > 0 && request.pad == Pad::hold)
    for (const Input& input : data.inputs_)
      if (!input.is_constant && input.steps == 0)
        return one(about_file(input.file.name(), ErrorKind::invalid, "there is no step that could be held"));
  return data;
}

std::vector<std::string> InputData::lines() const {
  std::vector<std::string> lines;
  for (const Input& input : inputs_) {
    std::string line = input.name + ": ";
    line += input.has_samples
                ? std::to_string(input.samples) + (input.samples == 1 ? " sample, " : " samples, ")
            : samples_ > 1 ? "the same for all samples, "
                           : "1 sample, ";
    line += input.is_constant ? "constant, "
                              : std::to_string(input.steps) + (input.steps == 1 ? " step, " : " steps, ");
    line += input.file.type();
    if (!input.is_constant && input.steps < steps_)
      line += ", then " + std::string(pad_ == Pad::hold ? "the last step held" : "zeros");
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<void> InputData::read_checked(const Input& input, std::uint64_t first, std::span<float> into) const {
  TRY_VOID(input.file.read(first, into));
  for (std::size_t i = 0; i < into.size(); ++i)
    if (!std::isfinite(into[i])) {
      Diagnostic d = about_file(
          input.file.name(), ErrorKind::invalid,
          "input '" + input.name + "' is not finite at " + place_of(first + i, input.file.shape()));
      d.expected = "finite numbers within the range of float32";
      d.got = std::isnan(into[i]) ? "nan" : into[i] > 0 ? "inf" : "-inf";
      return one(std::move(d));
    }
  return {};
}

Result<void> InputData::read(std::size_t which, std::uint64_t first_step, std::uint32_t steps,
                             std::uint32_t first, std::uint32_t count, std::span<float> rows) const {
  const Input& input = inputs_[which];
  const std::size_t row = input.n * count;
  for (std::uint32_t s = 0; s < steps; ++s) {
    const std::span<float> target = rows.subspan(s * row, row);
    std::uint64_t step = first_step + s;
    if (input.is_constant) {
      step = 0;
    } else if (step >= input.steps) {
      if (pad_ != Pad::hold) {
        std::ranges::fill(target, 0.0f);
        continue;
      }
      step = input.steps - 1;
    }
    if (input.has_samples) {
      TRY_VOID(read_checked(input, (step * input.samples + first) * input.n, target));
      continue;
    }
    TRY_VOID(read_checked(input, step * input.n, target.first(input.n)));
    for (std::uint32_t sample = 1; sample < count; ++sample)
      std::copy_n(target.begin(), input.n, target.begin() + static_cast<std::ptrdiff_t>(sample * input.n));
  }
  return {};
}

Result<void> InputData::set_constants(Engine& engine, std::uint32_t first, std::uint32_t count) const {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (!inputs_[i].is_constant) continue;
    std::vector<float> values(inputs_[i].n * count);
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

Result<StateFile> open_state(const Model& model, const std::string& argument, std::uint32_t samples) {
  const auto equals = argument.find('=');
  if (equals == std::string::npos)
    return Error(ErrorKind::usage, "--initial " + escaped(argument) + " does not name a state",
                 "write --initial lif1.mem=" + escaped(argument));
  const std::string name = argument.substr(0, equals), path = argument.substr(equals + 1);
  Signal signal;
  std::string near;
  if (!model.find(name, signal, &near) || signal.state < 0)
    return Error(ErrorKind::usage, "the network has no state '" + escaped(name) + "'",
                 near.empty() ? "spikeloom describe lists them" : "did you mean '" + near + "'?");
  TRY(ArrayFile file, ArrayFile::open(path));
  const Shape& shape = model.shape(signal);
  Shape with_samples = shape;
  with_samples.insert(with_samples.begin(), samples);
  const bool is_shared = file.shape() == shape || file.size() == 1;
  if (!is_shared && file.shape() != with_samples) {
    Diagnostic d = about_file(path, ErrorKind::invalid, "this array does not fit state '" + name + "'");
    d.expected = to_string(shape) + " or " + to_string(with_samples);
    d.got = to_string(file.shape());
    return one(std::move(d));
  }
  StateFile state{name, std::move(file), model.size(signal), is_shared ? 0 : samples};
  return state;
}

Result<void> set_state(const StateFile& state, Engine& engine, std::uint32_t first, std::uint32_t count) {
  std::vector<float> values(state.samples == 0 ? state.n : state.n * count);
  if (state.file.size() == 1) {
    TRY_VOID(state.file.read(0, std::span(values).first(1)));
    std::ranges::fill(values, values[0]);
  } else {
    TRY_VOID(state.file.read(state.samples == 0 ? 0 : std::uint64_t{first} * state.n, values));
  }
  for (const float value : values)
    if (!std::isfinite(value))
      return one(about_file(state.file.name(), ErrorKind::invalid, "an initial value is not finite"));
  return engine.set_state(state.state, values);
}

}  // namespace spikeloom::tool
