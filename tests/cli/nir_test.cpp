// NIR files: import, export, and the other verbs on a .nir itself.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

/// A case that was made with the nir Python package.
std::string nir_case(const std::string& file) {
  return std::string(SPIKELOOM_SOURCE_DIR) + "/tests/conformance/nir/" + file;
}

TEST_F(Command, ImportWritesAGraphThatRunsLikeTheNirFileItself) {
  const std::string nir = nir_case("recurrent_affine/model.nir"),
                    data = nir_case("recurrent_affine/input.npy");
  const Outcome imported = run({"import", nir, "-o", path("net.json")});
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_TRUE(has(imported.err, "assumed: dt = 0.1 ms; nothing in NIR says (--dt)")) << imported.err;
  EXPECT_TRUE(has(imported.err, "assumed: in loops, late by a step is 'lif' -> 'w' (--loop-cut spike)"))
      << imported.err;
  EXPECT_TRUE(exists("net.json") && exists("net.safetensors"));
  EXPECT_EQ(run({"check", path("net.json")}).code, 0);
  for (const std::string engine : {"jit", "reference"}) {
    if (engine == "jit" && !kHasCodeGenerator) continue;
    ASSERT_EQ(run({"run", nir, "--input", data, "--engine", engine, "--out", path("a")}).code, 0);
    ASSERT_EQ(run({"run", path("net.json"), "--input", data, "--engine", engine, "--out", path("b")}).code,
              0);
    EXPECT_EQ(read("a/output.npy"), read("b/output.npy"));
  }
}

TEST_F(Command, VerifyHoldsANirFileAgainstWhatWasExpectedOfIt) {
  if (!kHasCodeGenerator) GTEST_SKIP() << "this build has no code generator";
  const std::string nir = nir_case("lif/model.nir"), data = nir_case("lif/input.npy");
  const auto verify = [&](const std::string& integrator, const std::string& expected) {
    std::filesystem::copy_file(nir_case("lif/" + expected), path("output.npy"),
                               std::filesystem::copy_options::overwrite_existing);
    return run({"verify", nir, "--dt", "1e-4s", "--integrator", integrator, "--input", data, "--expect",
                path("output.npy")});
  };
  const Outcome same = verify("exact", "expected_exact_output.npy");
  EXPECT_EQ(same.code, 0) << same.err;
  const Outcome other = verify("exact", "expected_euler_output.npy");
  EXPECT_EQ(other.code, 1) << other.err;
  EXPECT_TRUE(has(other.err, "first difference: step")) << other.err;
}

/// The bytes behind the header of an array that others have written.
std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string all(std::istreambuf_iterator<char>(in), {});
  const std::size_t header =
      static_cast<unsigned char>(all.at(8)) + 256 * static_cast<unsigned char>(all.at(9));
  return all.substr(10 + header);
}

// The LIF experiment of the NIR paper, of which every framework published its spikes. The importers of
// Sinabs, Rockpool and Spyx that made them multiplied the weights by dt / tau = 0.04; since then they leave
// weights as they are, so it is the input that is multiplied here.
TEST_F(Command, VerifyFindsTheSpikesThatEachFrameworkRecorded) {
  if (!kHasCodeGenerator) GTEST_SKIP() << "this build has no code generator";
  const std::string folder = std::string(SPIKELOOM_SOURCE_DIR) + "/../shared/nir/paper_lif_norse/";
  if (!std::filesystem::exists(folder))
    GTEST_SKIP() << "the case is not here: it is of another project, beside the checkout";
  std::vector<double> input, scaled;
  for (const char value : content(folder + "input.npy")) {
    input.push_back(value);
    scaled.push_back(0.04 * value);
  }
  write("x.npy", npy("|u1", {input.size(), 1}, input));
  write("scaled.npy", npy("<f4", {input.size(), 1}, scaled));
  const auto verify = [&](const std::string& from, const std::string& data, const std::string& recorded) {
    const std::string table = content(folder + "published_" + recorded + ".npy");  // membrane, spike
    std::vector<double> spikes;
    for (std::size_t at = 8; at < table.size(); at += 16) {
      double spike = 0;
      std::memcpy(&spike, table.data() + at, sizeof spike);
      spikes.push_back(spike);
    }
    write("output.npy", npy("|u1", {spikes.size(), 1}, spikes));
    return run({"verify", folder + "model.nir", "--from", from, "--dt", "0.1", "--input", path(data),
                "--expect", path("output.npy")});
  };
  for (const std::string framework : {"snntorch", "norse", "nengo", "sinabs", "rockpool", "spyx"}) {
    const bool scaled_weights = framework == "sinabs" || framework == "rockpool" || framework == "spyx";
    const Outcome same = verify(framework, scaled_weights ? "scaled.npy" : "x.npy", framework);
    EXPECT_EQ(same.code, 0) << framework << "\n" << same.err;
    EXPECT_TRUE(has(same.err, "output: equal")) << same.err;
  }
  const Outcome other = verify("norse", "x.npy", "sinabs");
  EXPECT_EQ(other.code, 1) << other.err;
  EXPECT_TRUE(has(other.err, "first difference: step 450, sample 0, 1[0]")) << other.err;
}

TEST_F(Command, ExportSaysHowToComeBackAndThatIsTheSameNetwork) {
  const std::string net = shipped("recurrent/network.json"), data = shipped("recurrent/input.npy");
  const Outcome exported = run({"export", net, "-o", path("ring.nir")});
  ASSERT_EQ(exported.code, 0) << exported.err;
  EXPECT_TRUE(has(exported.err, "not in the file: the time of a step")) << exported.err;
  EXPECT_TRUE(has(exported.err, "--from snntorch --reset")) << exported.err;
  const std::size_t at = exported.err.find("--dt");
  std::vector<std::string> again = {"import", path("ring.nir"), "-o", path("ring.json")};
  std::istringstream words(exported.err.substr(at));
  for (std::string word; words >> word;) again.push_back(word);
  const Outcome imported = run(again);
  ASSERT_EQ(imported.code, 0) << imported.err;
  ASSERT_EQ(
      run({"run", net, "--input", data, "--steps", "300", "--engine", "reference", "--out", path("a")}).code,
      0);
  ASSERT_EQ(run({"run", path("ring.json"), "--input", data, "--steps", "300", "--engine", "reference",
                 "--out", path("b")})
                .code,
            0);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path("a")))
    if (entry.path().extension() == ".npy") {
      ++files;
      EXPECT_EQ(read("a/" + entry.path().filename().string()), read("b/" + entry.path().filename().string()));
    }
  EXPECT_GT(files, 0u);
}

TEST_F(Command, WhatNirCannotSayIsUnsupported) {
  const Outcome refused = run({"export", shipped("own-neuron/network.json"), "-o", path("own.nir")});
  EXPECT_EQ(refused.code, 4);
  EXPECT_TRUE(has(refused.err, "NIR has no neuron like")) << refused.err;
  EXPECT_FALSE(exists("own.nir"));
}

TEST_F(Command, FilesThatAreNoNirAreInvalidWhateverVerbMeetsThem) {
  const std::string broken = write("model.nir", "not HDF5 at all");
  for (const std::string verb : {"check", "describe", "import"}) {
    const Outcome outcome = run({verb, broken});
    EXPECT_EQ(outcome.code, 3) << verb;
    EXPECT_TRUE(has(outcome.err, "this is not an HDF5 file")) << outcome.err;
  }
  EXPECT_EQ(run({"import", path("absent.nir")}).code, 6);
  EXPECT_EQ(run({"import", nir_case("lif/model.nir"), "-o", path("net.txt")}).code, 2);
  EXPECT_EQ(run({"check", nir_case("lif/model.nir"), "--dt", "0"}).code, 2);
  EXPECT_EQ(run({"check", nir_case("lif/model.nir"), "--dt", "1min"}).code, 2);
  EXPECT_EQ(run({"check", nir_case("lif/model.nir"), "--from", "brian"}).code, 2);
}

}  // namespace
}  // namespace spikeloom::cli_test
