// A NIRData file as the nir Python package writes it.
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "conformance/cases.h"
#include "data/bin.h"
#include "data/hdf5_events.h"
#include "hdf5/read.h"

namespace spikeloom::conformance {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(SPIKELOOM_SOURCE_DIR) / "tests/conformance/nir/nirdata_basic";
constexpr std::size_t kSamples = 2, kSteps = 40, kNeurons = 5;

data::Events events_of(const std::string& member) {
  const std::filesystem::path file = kFolder / "data.h5";
  const hdf5::ReadOptions options{{}, SPIKELOOM_HDF5_HELPER};
  const auto structure = hdf5::read(file, {}, options);
  if (!structure) throw std::runtime_error(structure.error().text());
  const auto found = data::Hdf5Events::find(file.string(), *structure, member);
  if (!found) throw std::runtime_error(found.error().text());
  const auto values = hdf5::read(file, found->parts(0, found->samples()), options);
  if (!values) throw std::runtime_error(values.error().text());
  auto events = found->events(*values, 0, found->samples(), {});
  if (!events) throw std::runtime_error(events.error().text());
  return *std::move(events);
}

/// [samples][steps][neurons]
std::vector<float> rows_of(data::Events events, const data::Grid& grid) {
  const auto binned = data::bin(std::move(events), grid);
  if (!binned) throw std::runtime_error(binned.error().text());
  EXPECT_EQ(binned->samples(), kSamples);
  EXPECT_EQ(binned->steps, kSteps);
  EXPECT_TRUE(binned->has_end);
  EXPECT_EQ(binned->shape, Shape{kNeurons});
  std::vector<float> rows(kSamples * kSteps * kNeurons);
  for (std::size_t sample = 0; sample < kSamples; ++sample)
    for (std::size_t step = 0; step < kSteps; ++step)
      binned->fill(sample, step, std::span(rows).subspan((sample * kSteps + step) * kNeurons, kNeurons));
  return rows;
}

/// The padding of times is infinite, which no array of ours may be.
std::vector<double> last_doubles(const std::filesystem::path& path, std::size_t count) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(-static_cast<std::streamoff>(count * sizeof(double)), std::ios::end);
  std::vector<double> values(count);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(double)));
  return values;
}

TEST(NirData, AGridIsWhatWasWritten) {
  EXPECT_EQ(rows_of(events_of("lif/spikes"), {}), read_array(kFolder / "spikes.npy").values);
  EXPECT_EQ(rows_of(events_of("lif/voltage"), {}), read_array(kFolder / "voltage.npy").values);
}

TEST(NirData, EventsAreThoseThatWereWrittenAndMakeTheSameGrid) {
  const Tensor idx = read_array(kFolder / "event_idx.npy"), value = read_array(kFolder / "event_value.npy");
  const std::vector<double> time = last_doubles(kFolder / "event_time.npy", idx.values.size());
  const std::size_t each = idx.shape[1];
  for (const bool has_values : {false, true}) {
    const data::Events events = events_of(has_values ? "li/samples" : "input/spikes");
    std::size_t at = 0;
    for (std::size_t i = 0; i < idx.values.size(); ++i) {
      if (idx.values[i] == -1) continue;  // padding
      ASSERT_LT(at, events.events.size());
      const data::Event& event = events.events[at++];
      EXPECT_EQ(event.neuron, idx.values[i]);
      EXPECT_EQ(event.time, time[i]);
      EXPECT_EQ(event.value, has_values ? value.values[i] : 1.0f);
      EXPECT_EQ(at <= events.starts[1], i < each);
    }
    EXPECT_EQ(at, events.events.size());
  }
  EXPECT_EQ(rows_of(events_of("input/spikes"), {.dt_ms = 1.0}), read_array(kFolder / "spikes.npy").values);
}

}  // namespace
}  // namespace spikeloom::conformance
