// The data of one input, whatever the file: blocks of rows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/bin.h"
#include "model/model.h"
#include "spikeloom/result.h"

namespace spikeloom::tool {

enum class Pad { none, zero, hold };
enum class Layout { steps_first, samples_first };

/// How files of inputs are read, whichever input they are of.
struct FileRules {
  std::optional<double> dt_ms;  // of a step: what events are put into
  Layout layout = Layout::steps_first;
  data::SampleRange samples;
  data::EventOptions events;  // but for the samples
  data::Edge edge = data::Edge::floor;
  data::Several several = data::Several::count;
};

struct DataRequest {
  std::vector<std::string> arguments;  // "x.npy" or "name=x.npy"
  std::optional<std::uint64_t> steps;  // absent: as long as the data
  Pad pad = Pad::none;
  FileRules rules;
  bool is_streamed = false;  // the varying input is not in a file
};

class InputReader {
 public:
  virtual ~InputReader() = default;

  std::string file, type;  // "float32"; "N-MNIST in steps of 1 ms"
  std::size_t n = 1;       // elements of a sample
  bool has_samples = false;
  bool is_open_ended = false;  // silence follows the last step: a list of events does not say when it ends
  std::uint64_t steps = 1;     // 1 if constant
  std::uint32_t samples = 1;
  std::vector<std::int64_t> labels;  // of the samples, where the file has them

  /// Steps [first_step, first_step + steps) of samples [first, first + count), into [steps][count][n]. All
  /// of them are there.
  virtual Result<void> read(std::uint64_t first_step, std::uint32_t steps, std::uint32_t first,
                            std::uint32_t count, std::span<float> rows) const = 0;
};

/// An array: .npy or .npz.
Result<std::unique_ptr<InputReader>> open_array_input(const ModelInput& input, const std::string& path,
                                                      const DataRequest& request);
/// Events, of a file, several files or a folder.
Result<std::unique_ptr<InputReader>> open_event_input(const ModelInput& input,
                                                      const std::vector<std::string>& paths,
                                                      const DataRequest& request);
/// Whether a file (or folder) holds events, by its ending, or by its content where .npy leaves it open. A
/// file that is neither is an error that says what is read.
Result<bool> holds_events(const std::string& path);
/// Whichever it is.
Result<std::unique_ptr<InputReader>> open_input(const ModelInput& input,
                                                const std::vector<std::string>& paths,
                                                const DataRequest& request);

}  // namespace spikeloom::tool
