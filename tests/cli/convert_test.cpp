// convert: a format into every other, and back; and the HDF5 files that the field keeps spikes in.
#include <hdf5.h>

#include "cli/command.h"
#include "unit/data/samples.h"

namespace spikeloom::cli_test {
namespace {

class Convert : public Command {
 protected:
  Outcome convert(const std::string& from, const std::string& to, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"convert", path(from), "-o", path(to)});
    return run(more);
  }
  /// The spikes of a file as lines of CSV, its header left out.
  std::string lines(const std::string& from, std::vector<std::string> more = {}) {
    const Outcome outcome = convert(from, "lines.csv", more);
    if (outcome.code != 0) return std::to_string(outcome.code) + ": " + outcome.err;
    const std::string text = read("lines.csv");
    return text.substr(text.find('\n') + 1);
  }

  /// Spiking Heidelberg Digits: spikes/times (s) and spikes/units are lists, one a sample; labels beside them
  /// (Cramer et al. 2020).
  void write_shd(const std::string& name) const {
    const hid_t file = H5Fcreate(path(name).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t group = H5Gcreate2(file, "spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t times = H5Tvlen_create(H5T_IEEE_F32LE), units = H5Tvlen_create(H5T_STD_I64LE);
    float time[] = {0.0004f, 0.0031f, 0.002f, 0.0005f};
    std::int64_t unit[] = {3, 0, 699, 2};
    const hvl_t time_lists[] = {{2, time}, {0, nullptr}, {2, time + 2}};
    const hvl_t unit_lists[] = {{2, unit}, {0, nullptr}, {2, unit + 2}};
    const hsize_t three = 3;
    const hid_t space = H5Screate_simple(1, &three, nullptr);
    const auto dataset = [&](hid_t at, const char* called, hid_t type, const void* values) {
      const hid_t set = H5Dcreate2(at, called, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      ASSERT_GE(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
      H5Dclose(set);
    };
    dataset(group, "times", times, time_lists);
    dataset(group, "units", units, unit_lists);
    const std::int64_t labels[] = {1, 0, 2};
    dataset(file, "labels", H5T_STD_I64LE, labels);
    H5Sclose(space);
    H5Tclose(times);
    H5Tclose(units);
    H5Gclose(group);
    H5Fclose(file);
  }
};

TEST_F(Convert, EveryFormatGivesTheSpikesBackThatItWasGiven) {
  const std::string same = "sample,step,neuron\n0,0,1\n0,7,2\n1,3,0\n";
  write("x.csv", "sample,t,neuron\n0,0,1\n1,3,0\n0,7,2\n");
  const std::vector<std::vector<std::string>> formats = {
      {"x.npy"}, {"x.events.npy"}, {"x.npz"}, {"y.csv"}, {"x.nwb"}, {"s.h5", "sonata"}, {"n.h5", "nirdata"}};
  for (const auto& format : formats) {
    std::vector<std::string> more = {"--dt", "0.1", "--neurons", "4"};
    if (format.size() > 1) more.insert(more.end(), {"--format", format[1]});
    const Outcome outcome = convert("x.csv", format[0], more);
    ASSERT_EQ(outcome.code, 0) << format[0] << outcome.err;
    EXPECT_EQ(outcome.err,
              path("x.csv") + ": 2 samples, 8 steps, [4], 3 events, CSV\nwrote " + path(format[0]) + "\n");
    EXPECT_EQ(lines(format[0], {"--dt", "0.1"}), same) << format[0];
  }
  // A step of 0.1 ms is no number of binary digits: times must come back to their steps all the same.
  std::string many = "step,neuron\n";
  for (int step = 0; step < 3000; ++step) many += std::to_string(step) + ",0\n";
  write("many.csv", many);
  for (const char* file : {"many.nwb", "many.h5"}) {
    ASSERT_EQ(convert("many.csv", file,
                      {"--dt", "0.1", "--format", file == std::string("many.h5") ? "sonata" : "nwb"})
                  .code,
              0);
    EXPECT_EQ(lines(file, {"--dt", "0.1"}), many) << file;
  }
}

TEST_F(Convert, CamerasAndArraysOfValues) {
  write("a.bin", data::samples::nmnist({{1, 0, false, 10}, {1, 0, false, 20}, {3, 0, true, 2500}}));
  EXPECT_EQ(lines("a.bin", {"--bin", "1", "--sensor", "4x1"}), "step,neuron,value\n0,1,2\n2,7,1\n");
  ASSERT_EQ(convert("a.bin", "a.npy", {"--bin", "1", "--sensor", "4x1", "--several", "one"}).code, 0);
  EXPECT_EQ(array("a.npy").shape, (std::vector<std::size_t>{3, 1, 2, 1, 4}));
  EXPECT_TRUE(has(array("a.npy").header, "|u1"));
  write("v.npy", npy("<f4", {2, 3}, {0, 0.5, 0, 0, 0, -1}));
  EXPECT_EQ(lines("v.npy"), "step,neuron,value\n0,1,0.5\n1,2,-1\n");
  const Outcome times = convert("v.npy", "v.nwb", {"--dt", "1"});
  EXPECT_EQ(times.code, 0);
  EXPECT_TRUE(has(times.err, "warning: 2 of 2 spikes have another value than 1")) << times.err;
  write("btn.npy", npy("<f4", {2, 3, 1}, {0, 1, 0, 0, 0, 1}));
  ASSERT_EQ(convert("btn.npy", "tbn.npy", {"--layout", "btn"}).code, 0);
  EXPECT_EQ(array("tbn.npy").shape, (std::vector<std::size_t>{3, 2, 1}));
  EXPECT_EQ(array("tbn.npy").floats(), (std::vector<float>{0, 0, 1, 0, 0, 1}));
}

TEST_F(Convert, TheHeaderSaysWhereTheDataCameFrom) {
  write("x.csv", "t,neuron\n2,1\n");
  ASSERT_EQ(convert("x.csv", "y.csv").code, 0);
  EXPECT_TRUE(has(read("y.csv"),
                  "x.csv\", \"dt\": null, \"first_step\": 0, \"steps\": 3, \"first_sample\": 0, "
                  "\"samples\": 1, \"seed\": null}\n"))
      << read("y.csv");
}

TEST_F(Convert, RefusesWithTheReason) {
  write("x.csv", "t,neuron\n2,1\n");
  const auto refused = [&](const std::string& to, std::vector<std::string> more, int code,
                           const std::string& what) {
    const Outcome outcome = convert("x.csv", to, more);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_TRUE(has(outcome.err, what)) << outcome.err;
  };
  refused("y.nwb", {}, 2, "times need to know how long a step is");
  refused("y", {}, 2, "does not say which format is meant");
  refused("y.csv", {"--neurons", "1"}, 3, "event 0 is of a neuron that is not there");
  refused("y.csv", {"--samples", "4:"}, 3, "there are no such samples");
  refused("y.csv", {"--bin", "0"}, 2, "--bin");
  refused("missing/y.csv", {}, 6, "cannot write");
  EXPECT_EQ(run({"convert", path("none.csv"), "-o", path("y.csv")}).code, 6);
  EXPECT_EQ(run({"convert", write("x.raw", ""), "-o", path("y.csv")}).code, 3);
}

TEST_F(Convert, SpikingHeidelbergDigitsAreAnInputWithLabels) {
  write_shd("shd.h5");
  EXPECT_EQ(lines("shd.h5", {"--bin", "1"}), "sample,step,neuron\n0,0,3\n0,3,0\n2,0,2\n2,2,699\n");
  EXPECT_EQ(lines("shd.h5", {"--bin", "1", "--samples", "2"}), "step,neuron\n0,2\n2,699\n");
  const std::string net =
      write("net.json", R"({ "spikeloom": 1, "dt": 1, "inputs": { "x": { "shape": [700] } },
    "nodes": { "lif": { "type": "lif", "from": "x", "beta": 0, "threshold": 0.5 } }, "outputs": { "spikes": "lif" } })");
  const Outcome outcome =
      run({"run", net, "--input", path("shd.h5"), "--labels", "input", "--out", path("o.csv")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "x: 3 samples, 4 steps, SHD events in steps of 1 ms\n")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, " of 3 samples, by spike count")) << outcome.err;
  EXPECT_TRUE(has(read("o.csv"), "\nsample,step,neuron\n0,0,3\n0,3,0\n2,0,2\n2,2,699\n")) << read("o.csv");
  const Outcome unbinned = run({"convert", path("shd.h5"), "-o", path("y.csv")});
  EXPECT_EQ(unbinned.code, 3);
  EXPECT_TRUE(has(unbinned.err, "times are in s, and nothing says how long a step is")) << unbinned.err;
}

TEST_F(Convert, SignalsOfAFileAreChosenByName) {
  const std::string net = write("net.json", R"({ "spikeloom": 1, "dt": 1, "inputs": { "x": { "shape": [2] } },
    "nodes": { "a": { "type": "lif", "from": "x", "beta": 0, "threshold": 0.5, "reset": "none" },
               "b": { "type": "lif", "from": "x", "beta": 0, "threshold": 1.5, "reset": "none" } },
    "outputs": { "low": "a", "high": "b" } })");
  write("x.csv", "0,0,1\n1,1,2\n");
  for (const auto& [file, format, low] :
       std::vector<std::array<std::string, 3>>{{"s.h5", "sonata", "low"},
                                               {"n.h5", "nirdata", "low/spikes"},
                                               {"u.nwb", "nwb", "low"},
                                               {"c.csv", "csv", "low"}}) {
    ASSERT_EQ(run({"run", net, "--input", path("x.csv"), "--out", path(file), "--format", format}).code, 0);
    EXPECT_EQ(lines(file + ":" + low, {"--bin", "1"}), "step,neuron\n0,0\n1,1\n") << file;
    EXPECT_EQ(lines(file + ":high", {"--bin", "1"}), "step,neuron\n1,1\n") << file;
    const std::string unnamed = lines(file, {"--bin", "1"}), wrong = lines(file + ":middle", {"--bin", "1"});
    EXPECT_TRUE(has(unnamed, "3: ") && has(unnamed, "of the file is meant?") && has(unnamed, "it has "))
        << unnamed;
    EXPECT_TRUE(has(wrong, "3: ") && has(wrong, "'middle'")) << wrong;
    const Outcome again =
        run({"run", net, "--input", path(file) + ":" + low, "--steps", "2", "--out", path("again.csv")});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_TRUE(has(read("again.csv"), "signal,step,neuron\nlow,0,0\nlow,1,1\n")) << read("again.csv");
  }
}

TEST_F(Convert, AFileThatKnowsItsNeuronsIsHeldAgainstTheGraphAndTheOption) {
  const std::string data = SPIKELOOM_SOURCE_DIR "/tests/conformance/nir/nirdata_basic/data.h5:input/spikes";
  const auto net = [&](const std::string& shape) {
    return write("net.json", R"({ "spikeloom": 1, "dt": 1, "inputs": { "x": { "shape": )" + shape + R"( } },
      "nodes": { "a": { "type": "lif", "from": "x", "beta": 0, "threshold": 0.5, "reset": "none" } },
      "outputs": { "a": "a" } })");
  };
  const Outcome larger = run({"run", net("[6]"), "--input", data, "--out", path("o.csv")});
  EXPECT_EQ(larger.code, 3);
  EXPECT_TRUE(has(larger.err, "these events do not fit input 'x'\n  expected  [6]\n  got       [5]"))
      << larger.err;
  for (const char* shape : {"[5]", "[1, 5]"}) {
    const Outcome fits = run({"run", net(shape), "--input", data, "--out", path("o.csv")});
    EXPECT_EQ(fits.code, 0) << fits.err;
    EXPECT_TRUE(has(read("o.csv"), "\nsample,step,neuron\n0,1,4\n0,7,1\n")) << read("o.csv").substr(0, 300);
  }
  const Outcome told = run({"convert", data, "--dt", "1", "--neurons", "6", "-o", path("y.csv")});
  EXPECT_EQ(told.code, 3);
  EXPECT_TRUE(has(told.err, "the file says itself how many neurons it has")) << told.err;
}

TEST_F(Convert, ARunSaysWhenItsFileDoesNotKeepValues) {
  const std::string net = write("net.json", R"({ "spikeloom": 1, "dt": 1, "inputs": { "x": { "shape": [2] } },
    "nodes": { "a": { "type": "lif", "from": "x", "beta": 0, "threshold": 2, "reset": "none", "graded": 3 } },
    "outputs": { "a": "a" } })");
  write("x.csv", "0,0,3\n1,1,4\n");
  for (const bool keeps : {false, true}) {
    const Outcome outcome =
        run({"run", net, "--input", path("x.csv"), "--out", path(keeps ? "o.csv" : "o.nwb")});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(has(outcome.err, "warning: 2 of 2 spikes have another value than 1"), keeps) << outcome.err;
  }
}

TEST_F(Convert, AnHdf5FileWithoutSpikesIsRefused) {
  const hid_t file = H5Fcreate(path("other.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);
  EXPECT_TRUE(has(lines("other.h5"), "the file holds no spikes that are known")) << lines("other.h5");
  write("broken.h5", "\x89HDF\r\n\x1a\nrubbish");
  EXPECT_TRUE(lines("broken.h5").starts_with("3: ")) << lines("broken.h5");
}

}  // namespace
}  // namespace spikeloom::cli_test
