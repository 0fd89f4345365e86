#include <gtest/gtest.h>

#include <bit>
#include <cfenv>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "graph/graph.h"
#include "unit/arrays/build_files.h"

namespace spikeloom {
namespace {

class Tensors : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "spikeloom-tensor-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    top = name;
    std::filesystem::create_directories(top / "net");
    write("net/a.npy", npy("<f4", "(2,)", raw<float>({1, 2})));
    write("outside.npy", npy("<f4", "(1,)", raw<float>({9})));
    write("net/w.safetensors",
          safetensors(R"({"x:y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", raw<float>({3})));
  }
  void TearDown() override { std::filesystem::remove_all(top); }
  void write(const std::string& path, const std::string& bytes) {
    std::ofstream(top / path, std::ios::binary) << bytes;
  }

  std::optional<Tensor> read(const std::string& text) {
    Report quiet;
    graph = read_graph(
        R"({"spikeloom": 1, "tensors": {"w": "w.safetensors", "one": "a.npy"}, "nodes": {"n": {"type": "t", "v":
)" + text + "}}}",
        "", top / "net", options, quiet);
    report = Report();
    return read_tensor(graph->nodes[0].place.find("v"), *graph, report);
  }
  std::string problem(const std::string& text) { return read(text) ? "" : report.error().text(); }

  std::filesystem::path top;
  GraphOptions options;
  std::unique_ptr<Graph> graph;
  Report report;
};

TEST_F(Tensors, NumbersAndNestedArraysAreRounded) {
  EXPECT_EQ(read("0.1")->values, (std::vector<float>{0.1f}));
  EXPECT_TRUE(read("0.1")->shape.empty());
  EXPECT_TRUE(std::signbit(read("-0")->values[0]));
  EXPECT_EQ(read("1e-50")->values[0], 0.0f);
  // The nearest double lies on the middle of two floats: ties to even, although the text is above the middle.
  EXPECT_EQ(read("1.000000059604644775390626")->values[0], 1.0f);
  const auto nested = read("[[1, 2, 3], [4, 5, -6e0]]");
  EXPECT_EQ(nested->shape, (Shape{2, 3}));
  EXPECT_EQ(nested->values, (std::vector<float>{1, 2, 3, 4, 5, -6}));
  EXPECT_EQ(read("[]")->shape, (Shape{0}));
}

TEST_F(Tensors, DoNotDependOnTheRoundingModeOfTheProgram) {
  // The nearest float lies below 0.7.
  write("net/d.npy", npy("<f8", "(1,)", raw<double>({0.7})));
  std::fesetround(FE_UPWARD);
  const auto number = read("7e-1"), file = read("\"d.npy\""),
             random = read(R"({"random": "normal", "mean": 1, "std": 0.5, "seed": 7, "shape": [1]})");
  const int mode = std::fegetround();
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(mode, FE_UPWARD);
  EXPECT_EQ(number->values, (std::vector<float>{0.7f}));
  EXPECT_EQ(file->values, (std::vector<float>{0.7f}));
  EXPECT_EQ(std::bit_cast<std::uint32_t>(random->values[0]), 1062020717u);
}

TEST_F(Tensors, OverflowIsAnErrorThatNamesTheFirstPlace) {
  EXPECT_EQ(problem("[[1, 2], [1e39, 1e40]]"),
            "2:11: /nodes/n/v/1/0: error: this number is outside the range of float32\n"
            "  expected  at most 3.4028235e38 in magnitude\n  got       1e39");
}

TEST_F(Tensors, ThatAreRaggedAreRefused) {
  EXPECT_EQ(problem("[[1, 2], [3]]"),
            "2:10: /nodes/n/v/1: error: the rows of a nested array must be equally long\n"
            "  expected  an array of 2, as the first one\n  got       an array of 1");
  EXPECT_EQ(problem("[1, [2]]"),
            "2:5: /nodes/n/v/1: error: this array is nested deeper than those before it\n"
            "  expected  a number\n  got       an array of 1");
  EXPECT_EQ(
      problem("[1, \"2\"]"),
      "2:5: /nodes/n/v/1: error: this is not a number\n  expected  a number\n  got       the string \"2\"");
}

TEST_F(Tensors, AreFoundInFilesAndThroughAliases) {
  EXPECT_EQ(read("\"a.npy\"")->values, (std::vector<float>{1, 2}));
  EXPECT_EQ(read("\"one\"")->values, (std::vector<float>{1, 2}));
  EXPECT_EQ(read("\"w:x:y\"")->values, (std::vector<float>{3}));
  EXPECT_EQ(read("\"w.safetensors:x:y\"")->values, (std::vector<float>{3}));
}

TEST_F(Tensors, StayInTheFolderUnlessAllowed) {
  EXPECT_NE(problem("\"../outside.npy\"").find("leads out of the folder"), std::string::npos);
  options.tensors_anywhere = true;
  EXPECT_EQ(read("\"../outside.npy\"")->values, (std::vector<float>{9}));
  EXPECT_EQ(read("\"" + (top / "outside.npy").string() + "\"")->values, (std::vector<float>{9}));
}

TEST_F(Tensors, OfPicklesAreNotEvenOpened) {
  EXPECT_EQ(problem("\"gone's.pt\""),
            "2:1: /nodes/n/v: error: 'gone's.pt': a pickle can run any program when it is opened, so it is "
            "never read\n"
            "  expected  .npz or .safetensors\n"
            "  hint      in Python:\n"
            "            import torch, numpy\n"
            "            state = torch.load('gone\\'s.pt', map_location='cpu', weights_only=True)\n"
            "            numpy.savez('gone\\'s.npz', **{k: v.numpy() for k, v in state.items()})");
}

TEST_F(Tensors, OfUnknownFormsAreRefused) {
  EXPECT_NE(problem("true").find("this is not a tensor"), std::string::npos);
  EXPECT_NE(problem("\"weights.h5\"").find("this does not name a tensor"), std::string::npos);
  EXPECT_NE(problem("\"W:x\"").find("did you mean 'w:...'?"), std::string::npos);
  EXPECT_NE(problem("\"one:x\"").find("a .npy file holds one array"), std::string::npos);
  EXPECT_NE(problem("\"gone.npy\"").find("there is no file 'gone.npy'"), std::string::npos);
}

TEST_F(Tensors, BeyondTheLimitAreRefused) {
  options.tensors.elements = 3;
  EXPECT_NE(problem("[1, 2, 3, 4]"), "");
  EXPECT_EQ(report.error().kind(), ErrorKind::limit);
  EXPECT_NE(problem(R"({"random": "normal", "seed": 1, "shape": [4]})"), "");
  EXPECT_EQ(report.error().kind(), ErrorKind::limit);
  EXPECT_EQ(problem("[1, 2, 3]"), "");
}

TEST_F(Tensors, GeneratedAreTheSameEverywhere) {
  const auto normal = read(R"({"random": "normal", "mean": 1, "std": 0.5, "seed": 7, "shape": [2, 3]})");
  const std::vector<std::uint32_t> bits = [&] {
    std::vector<std::uint32_t> out;
    for (const float x : normal->values) out.push_back(std::bit_cast<std::uint32_t>(x));
    return out;
  }();
  EXPECT_EQ(normal->shape, (Shape{2, 3}));
  EXPECT_EQ(bits, (std::vector<std::uint32_t>{1062020717, 1055069680, 1064640398, 1055632150, 1063048534,
                                              1061718153}));
  const auto longer = read(R"({"random": "normal", "mean": 1, "std": 0.5, "seed": 7, "shape": [100]})");
  EXPECT_TRUE(std::equal(normal->values.begin(), normal->values.end(), longer->values.begin()));
  const auto other = read(R"({"random": "normal", "mean": 1, "std": 0.5, "seed": 8, "shape": [6]})");
  EXPECT_NE(other->values, normal->values);
}

TEST_F(Tensors, GeneratedHaveTheirDistribution) {
  const auto normal = read(R"({"random": "normal", "mean": -2, "std": 3, "seed": 1, "shape": [100000]})");
  double sum = 0, squares = 0;
  for (const float x : normal->values) {
    sum += x;
    squares += (x + 2.0) * (x + 2.0);
  }
  EXPECT_NEAR(sum / 1e5, -2, 0.05);
  EXPECT_NEAR(squares / 1e5, 9, 0.2);
  const auto uniform = read(R"({"random": "uniform", "low": -1, "high": 3, "seed": 1, "shape": [100000]})");
  sum = 0;
  for (const float x : uniform->values) {
    sum += x;
    ASSERT_GE(x, -1.0f);
    ASSERT_LE(x, 3.0f);
  }
  EXPECT_NEAR(sum / 1e5, 1, 0.02);
}

TEST_F(Tensors, GeneratorsAreChecked) {
  EXPECT_NE(problem(R"({"random": "gamma", "seed": 1, "shape": [2]})").find("this distribution is not known"),
            std::string::npos);
  EXPECT_NE(problem(R"({"random": "normal", "shape": [2]})").find("'seed' is missing"), std::string::npos);
  EXPECT_NE(problem(R"({"random": "normal", "seed": -1, "shape": [2]})").find("'seed' is out of range"),
            std::string::npos);
  EXPECT_NE(problem(R"({"random": "normal", "seed": 1})").find("'shape' is missing"), std::string::npos);
  EXPECT_NE(
      problem(R"({"random": "normal", "std": -1, "seed": 1, "shape": [2]})").find("'std' is out of range"),
      std::string::npos);
  EXPECT_NE(
      problem(R"({"random": "uniform", "low": 2, "seed": 1, "shape": [2]})").find("'low' is above 'high'"),
      std::string::npos);
  EXPECT_NE(problem(R"({"random": "uniform", "mean": 2, "seed": 1, "shape": [2]})")
                .find("unknown field of a generator 'mean'"),
            std::string::npos);
  EXPECT_NE(
      problem(R"({"random": "normal", "std": 1e38, "seed": 1, "shape": [2]})").find("may leave the range"),
      std::string::npos);
}

}  // namespace
}  // namespace spikeloom
