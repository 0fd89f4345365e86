#include <array>
#include <charconv>

#include "data/write.h"
#include "support/text.h"

namespace spikeloom::data {

Result<void> write_csv(const Recording& recording, const std::filesystem::path& path) {
  std::size_t signals = 0;
  bool is_graded = false;
  for (const Series& series : recording.series) {
    if (!series.is_spikes) continue;
    ++signals;
    is_graded = is_graded || series.is_graded();
  }
  if (signals == 0)
    return Error(ErrorKind::usage, "a CSV file holds spikes, and there are none to write",
                 "a .npz holds values, too");
  const bool has_samples = recording.info.samples > 1, has_signals = signals > 1;
  std::string text = "# " + info_json(recording.info) + "\n";
  text += std::string(has_signals ? "signal," : "") + (has_samples ? "sample," : "") + "step,neuron" +
          (is_graded ? ",value\n" : "\n");
  const auto append = [&text](auto value) {
    std::array<char, 40> digits{};
    text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
  };
  for (const Series& series : recording.series) {
    if (!series.is_spikes) continue;
    for (std::size_t sample = 0; sample + 1 < series.starts.size(); ++sample)
      for (std::uint64_t i = series.starts[sample]; i < series.starts[sample + 1]; ++i) {
        const Spike& spike = series.spikes[i];
        if (has_signals) text += series.name + ",";
        if (has_samples) {
          append(sample);
          text += ',';
        }
        append(recording.info.first_step + spike.step);
        text += ',';
        append(spike.neuron);
        if (is_graded) {
          text += ',';
          append(spike.value);
        }
        text += '\n';
      }
  }
  return write_whole(path, text);
}

}  // namespace spikeloom::data
