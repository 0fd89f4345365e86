// Events as inputs: lists of spikes and recordings of cameras, put into steps.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "array_file.h"
#include "arrays/files.h"
#include "data/event_array.h"
#include "data/event_files.h"
#include "describe/columns.h"
#include "input_reader.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

/// [1, 34, 34] is [34, 34], and [2, 34, 34] is [2312], and the other way round: what has a shape may come as
/// it is or in a row.
bool is_same_shape(const Shape& file, const Shape& input) {
  if (file.empty()) return true;
  const auto without_ones = [](Shape shape) {
    std::erase(shape, std::size_t{1});
    return shape;
  };
  return without_ones(file) == without_ones(input) ||
         ((file.size() == 1 || input.size() == 1) && element_count(file) == element_count(input));
}

class EventInput final : public InputReader {
 public:
  explicit EventInput(data::EventSet set) : set_(std::move(set)) {
    has_samples = true;
    is_open_ended = !set_.has_end();
    steps = set_.steps();
    samples = set_.samples();
    labels = set_.labels();
  }

  Result<void> read(std::uint64_t first_step, std::uint32_t count_steps, std::uint32_t first,
                    std::uint32_t count, std::span<float> rows) const override {
    TRY_VOID(set_.hold(first, count));
    std::ranges::fill(rows, 0.0f);
    const std::uint64_t end = first_step + count_steps;
    for (std::uint32_t sample = 0; sample < count; ++sample) {
      const auto spikes = set_.sample(first + sample);
      auto at = std::ranges::lower_bound(spikes, first_step, {},
                                         [](const data::Spike& s) { return std::uint64_t{s.step}; });
      for (; at != spikes.end() && at->step < end; ++at)
        rows[((at->step - first_step) * count + sample) * n + at->neuron] = at->value;
    }
    return {};
  }

 private:
  mutable data::EventSet set_;  // brings samples to memory as they are asked for
};

}  // namespace

Result<std::unique_ptr<InputReader>> open_event_input(const ModelInput& input,
                                                      const std::vector<std::string>& paths,
                                                      const DataRequest& request) {
  if (input.constant)
    return file_error(paths.front(), "input '" + input.name + "' is constant, and events vary with time", {},
                      {}, "without \"time\": \"constant\" in the graph it may vary");
  data::EventOptions options = request.rules.events;
  options.samples = request.rules.samples;
  const data::Grid grid{request.rules.dt_ms, request.steps, input.size, request.rules.edge,
                        request.rules.several};
  const std::vector<std::filesystem::path> files(paths.begin(), paths.end());
  TRY(data::EventSet set, data::EventSet::open(files, options, grid));
  if (!is_same_shape(set.shape(), input.shape))
    return file_error(paths.front(), "these events do not fit input '" + input.name + "'",
                      to_string(input.shape), to_string(set.shape()),
                      set.shape().size() == 3 && set.shape()[0] == 2
                          ? "channels are OFF and ON; --polarity merge, on or off gives a single one"
                          : "");
  std::string type = set.format() == "events" ? "events" : set.format() + " events";
  if (set.unit() != data::TimeUnit::step) type += " in steps of " + number_text(*request.rules.dt_ms) + " ms";
  auto reader = std::make_unique<EventInput>(std::move(set));
  reader->file = paths.front();
  reader->type = std::move(type);
  reader->n = input.size;
  return std::unique_ptr<InputReader>(std::move(reader));
}

Result<bool> holds_events(const std::string& path) {
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem) || data::event_format_of(path)) return true;
  if (array_file_kind(path) == ArrayFileKind::npy) {
    TRY(const InputFile file, InputFile::open(path));
    return data::is_event_array(bytes_of(file));
  }
  if (array_file_kind(path.substr(0, path.rfind(':'))) == ArrayFileKind::npz) return false;
  return file_error(path, "this kind of file is not read", {}, {}, data::readable_words(path));
}

Result<std::unique_ptr<InputReader>> open_input(const ModelInput& input,
                                                const std::vector<std::string>& paths,
                                                const DataRequest& request) {
  TRY(const bool are_events, holds_events(paths.front()));
  if (are_events) return open_event_input(input, paths, request);
  if (paths.size() > 1)
    return Error(ErrorKind::usage, "input '" + input.name + "' is given twice",
                 "several files are samples only where they hold events");
  return open_array_input(input, paths.front(), request);
}

}  // namespace spikeloom::tool
