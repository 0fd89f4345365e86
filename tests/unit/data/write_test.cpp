// What each format looks like, byte by byte where it is short.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "arrays/files.h"
#include "data/event_array.h"
#include "data/hdf5_tree.h"
#include "data/recording.h"

namespace spikeloom::data {
namespace {

class Write : public testing::Test {
 protected:
  void SetUp() override {
    std::string form = (std::filesystem::temp_directory_path() / "spikeloom-data-XXXXXX").string();
    ASSERT_NE(mkdtemp(form.data()), nullptr);
    folder_ = form;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string bytes(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string written(const Recording& recording, Format format, const std::string& name) const {
    const auto done = write(recording, format, folder_ / name);
    return done ? bytes(name) : done.error().text();
  }
  Tensor read_npz(const std::string& name, const std::string& member) const {
    const InputFile file = *InputFile::open(folder_ / name);
    return *read_array(bytes_of(file), ArrayFileKind::npz, member, {});
  }

  /// Two samples of two neurons over three steps, and a trace of one value.
  static Recording recording() {
    Recording r;
    r.info = {"net \"a\"", "1.2", 0.5, 7, 0, 3, 0, 2};
    r.series.push_back({"lif.spk", {2}, true, {0, 2, 3}, {{0, 1, 1}, {2, 0, 1}, {1, 0, 1}}, {}});
    r.series.push_back({"lif.mem", {1}, false, {0}, {}, {1, 2, 3, 4, 5, 6}});
    return r;
  }

  std::filesystem::path folder_;
};

constexpr const char* kInfo =
    R"({"spikeloom": "1.2", "network": "net \"a\"", "dt": 0.5, "first_step": 0, "steps": 3, "first_sample": 0, "samples": 2, "seed": 7})";

TEST_F(Write, TheHeaderSaysNetworkDtStepsSeedAndVersion) {
  EXPECT_EQ(info_json(recording().info), kInfo);
  RunInfo converted;
  converted.version = "1.2";
  EXPECT_EQ(
      info_json(converted),
      R"({"spikeloom": "1.2", "network": "", "dt": null, "first_step": 0, "steps": 0, "first_sample": 0, "samples": 1, "seed": null})");
}

TEST_F(Write, CsvHasAColumnForWhatThereAreSeveralOf) {
  EXPECT_EQ(written(recording(), Format::csv, "x.csv"),
            "# " + std::string(kInfo) + "\nsample,step,neuron\n0,0,1\n0,2,0\n1,1,0\n");
  Recording one = recording();
  one.info.samples = 1;
  one.series[0].starts = {0, 2};
  one.series[0].spikes = {{0, 1, 1}, {2, 0, 2.5f}};
  EXPECT_TRUE(written(one, Format::csv, "y.csv").ends_with("\nstep,neuron,value\n0,1,1\n2,0,2.5\n"));
  EXPECT_EQ(left_out(Format::csv, one),
            std::vector<std::string>{"'lif.mem' holds values, and the file only spikes"});
}

TEST_F(Write, ValuesOfSpikesThatAFormatDoesNotKeepAreCounted) {
  Recording graded = recording();
  for (const Format format : {Format::sonata, Format::nwb}) EXPECT_EQ(lost_values(format, graded), "");
  graded.series[0].spikes[1].value = 2.5f;
  for (const Format format : {Format::sonata, Format::nwb})
    EXPECT_EQ(
        lost_values(format, graded),
        "1 of 3 spikes have another value than 1, which the file does not keep: a .csv, .npz or NIRData "
        "does");
  for (const Format format : {Format::csv, Format::npz, Format::nirdata})
    EXPECT_EQ(lost_values(format, graded), "");
}

TEST_F(Write, NpzHoldsEverySignalAsStepsSamplesNeurons) {
  written(recording(), Format::npz, "x.npz");
  const Tensor spikes = read_npz("x.npz", "lif.spk"), mem = read_npz("x.npz", "lif.mem");
  EXPECT_EQ(spikes.shape, (Shape{3, 2, 2}));
  EXPECT_EQ(spikes.values, (std::vector<float>{0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0}));
  EXPECT_EQ(mem.shape, (Shape{3, 2, 1}));
  EXPECT_EQ(mem.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  const std::string first = bytes("x.npz");
  EXPECT_EQ(written(recording(), Format::npz, "x.npz"), first) << "the same run must write the same bytes";
}

TEST_F(Write, EventsAreReadBackAsTheyWere) {
  Recording r = recording();
  r.series.pop_back();
  written(r, Format::npy, "x.events.npy");
  const InputFile file = *InputFile::open(folder_ / "x.events.npy");
  const auto events = read_event_array(bytes_of(file), {});
  ASSERT_TRUE(events.ok()) << events.error().text();
  const Binned binned = *bin(*events, {});
  EXPECT_EQ(binned.starts, r.series[0].starts);
  EXPECT_EQ(binned.spikes, r.series[0].spikes);
}

TEST_F(Write, AnHdf5FileEndsWhereItSays) {
  for (const Format format : {Format::sonata, Format::nwb, Format::nirdata}) {
    const std::string file = written(recording(), format, "x.h5");
    ASSERT_GT(file.size(), 96u) << file;
    EXPECT_EQ(file.substr(0, 8), "\x89HDF\r\n\x1a\n");
    std::uint64_t end = 0;
    std::memcpy(&end, file.data() + 40, 8);
    EXPECT_EQ(end, file.size());
    EXPECT_EQ(written(recording(), format, "x.h5"), file);
  }
}

TEST_F(Write, WhatAFormatCannotHoldIsRefused) {
  Recording r = recording();
  EXPECT_EQ(written(r, Format::npy, "x.npy"),
            "error: a .npy file holds a single signal\n  hint      a .npz holds several");
  r.info.dt_ms.reset();
  EXPECT_EQ(written(r, Format::sonata, "x.h5"),
            "error: times need to know how long a step is\n  hint      give the graph its \"dt\" in ms "
            "(convert: --dt MS)");
  r = recording();
  r.series.erase(r.series.begin());
  EXPECT_EQ(
      written(r, Format::csv, "x.csv"),
      "error: a CSV file holds spikes, and there are none to write\n  hint      a .npz holds values, too");
  r.info.dt_ms = 1;
  r.series.push_back(r.series.front());
  EXPECT_EQ(written(r, Format::nirdata, "x.h5"),
            "error: two signals would both be 'lif/mem' of the file\n"
            "  hint      rename the output in the graph, or record less");
  r.info.samples = 3000;
  EXPECT_EQ(written(r, Format::sonata, "x.h5"),
            "error: a SONATA file has a population for each sample: at most 2000\n"
            "  hint      --samples takes a part of a data set");
}

TEST_F(Write, AFormatIsNamedOrKnownByTheEnding) {
  EXPECT_EQ(*format_of("x.NPZ", ""), Format::npz);
  EXPECT_EQ(*format_of("x", "nwb"), Format::nwb);
  EXPECT_EQ(format_of("x.h5", "").error().text(),
            "error: 'x.h5' could be written in two formats\n  hint      --format sonata or --format nirdata "
            "says which");
  EXPECT_EQ(
      format_of("x.zip", "").error().text(),
      "error: 'x.zip' does not say which format is meant\n"
      "  hint      end it in .npy, .npz, .csv or .nwb, or give --format: sonata and nirdata are others");
  EXPECT_EQ(format_of("x", "sonnata").error().text(),
            "error: there is no format 'sonnata'\n  hint      did you mean 'sonata'?");
}

}  // namespace
}  // namespace spikeloom::data
