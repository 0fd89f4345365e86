// Data sets of many files: what is held, and what is read again.
#include "data/event_files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "unit/data/samples.h"

namespace spikeloom::data {
namespace {

class EventFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string form = (std::filesystem::temp_directory_path() / "spikeloom-events-XXXXXX").string();
    ASSERT_NE(mkdtemp(form.data()), nullptr);
    folder_ = form;
    for (std::uint32_t i = 0; i < 4; ++i)
      write(std::to_string(i) + ".bin", samples::nmnist({{i, 0, false, 10}, {i, 0, false, 1000 * i}}));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  /// The neuron of every spike of a sample.
  static std::string neurons(const EventSet& set, std::uint32_t sample) {
    std::string text;
    for (const Spike& spike : set.sample(sample)) text += std::to_string(spike.neuron) + " ";
    return text;
  }
  std::filesystem::path folder_;
};

TEST_F(EventFiles, SamplesThatWereDroppedAreReadAgain) {
  for (const std::uint64_t most_held : {0u, 4u, 1u << 24}) {
    auto set = EventSet::open({folder_}, {}, {.dt_ms = 1.0}, most_held);
    ASSERT_TRUE(set.ok()) << set.error().text();
    EXPECT_EQ(set->samples(), 4u);
    EXPECT_EQ(set->steps(), 4u);
    ASSERT_TRUE(set->hold(1, 2).ok());
    EXPECT_EQ(neurons(*set, 1), "1 1 ");
    EXPECT_EQ(neurons(*set, 2), "2 2 ");
    ASSERT_TRUE(set->hold(3, 1).ok());
    EXPECT_EQ(neurons(*set, 3), "3 3 ");
    ASSERT_TRUE(set->hold(0, 4).ok());
    EXPECT_EQ(neurons(*set, 0), "0 ");  // both in step 0
    EXPECT_EQ(neurons(*set, 3), "3 3 ");
  }
}

TEST_F(EventFiles, AFileThatIsGoneWhenItIsReadAgainIsAnError) {
  auto set = EventSet::open({folder_}, {}, {.dt_ms = 1.0}, 0);
  ASSERT_TRUE(set.ok());
  std::filesystem::remove(folder_ / "2.bin");
  EXPECT_TRUE(set->hold(0, 2).ok());
  EXPECT_FALSE(set->hold(2, 2).ok());
}

TEST_F(EventFiles, ANameBehindAColonIsOfAnHdf5File) {
  EXPECT_EQ(file_and_member("a.h5:lif/spikes"),
            (std::pair<std::filesystem::path, std::string>("a.h5", "lif/spikes")));
  EXPECT_EQ(file_and_member("c:/a.csv").second, "");
  EXPECT_EQ(event_format_of("x.NWB"), EventFormat::hdf5);
  EXPECT_EQ(event_format_of("x.h5:a"), EventFormat::hdf5);
  EXPECT_EQ(event_format_of("x.npy"), std::nullopt);
}

}  // namespace
}  // namespace spikeloom::data
