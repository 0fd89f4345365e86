// Every run of every case: exact where it is exact, within its tolerance where it is not, by the reference
// and, with the same bits, by compiled code.
#include <gtest/gtest.h>

#include <algorithm>

#include <bit>
#include <cmath>
#include <ostream>

#include "conformance/cases.h"
#include "conformance/play.h"

namespace spikeloom::conformance {
namespace {

/// How the cases call a quantity, in a graph.
std::string state_of(const Trace& trace) {
  if (trace.quantity == "v (after reset)") return "v";
  if (trace.quantity == "i") return "i";
  return "";
}

/// "" if the trace is what was expected (it may be shorter: the first steps), else the first place where it
/// is not.
std::string difference(const Trace& trace, const std::vector<float>& got) {
  const Tensor want = read_array(trace.file);
  if (want.values.empty() || want.values.size() > got.size())
    return trace.node + ": " + std::to_string(got.size()) + " values, expected are " + to_string(want.shape);
  for (std::size_t i = 0; i < want.values.size(); ++i) {
    const double off = std::abs(double{got[i]} - want.values[i]);
    const bool is_fine =
        trace.exact ? got[i] == want.values[i] : off <= trace.atol + trace.rtol * std::abs(want.values[i]);
    if (!is_fine)
      return trace.node + ", " + trace.quantity + " at " + place_of(i, want.shape) + ": " +
             std::to_string(got[i]) + ", expected is " + std::to_string(want.values[i]);
  }
  return "";
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::ranges::equal(a, b, [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

class EveryNirCase : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryNirCase, GivesWhatWasExpected) {
  const std::filesystem::path folder = folder_of(GetParam());
  if (folder.empty()) GTEST_SKIP() << "the case is not here: it is of another project, beside the checkout";
  const Case c = read_case(folder);
  ASSERT_FALSE(c.runs.empty());
  const Tensor input = read_array(folder / "input.npy");
  for (const Replay& run : c.runs) {
    SCOPED_TRACE(run.name);
    const tool::Network network = import(c.model(), run.options);
    std::vector<Signal> signals;
    for (const Trace& trace : run.traces)
      signals.push_back(signal_of(*network.model, trace.node, state_of(trace)));
    const auto reference = play(*network.model, signals, input, c.steps);
    for (std::size_t i = 0; i < signals.size(); ++i) EXPECT_EQ(difference(run.traces[i], reference[i]), "");
    for (const unsigned lanes : {1u, 8u}) {
      const auto compiled = play_compiled(*network.model, signals, input, c.steps, lanes);
      for (std::size_t i = 0; i < compiled.size(); ++i)
        EXPECT_TRUE(same_bits(compiled[i], reference[i])) << run.traces[i].node << ", " << lanes << " lanes";
    }
  }
}

/// Those of other projects are asked for by name, so that their absence is seen.
std::vector<std::string> names() {
  std::vector<std::string> all = {"paper_braille_bias_zero",    "paper_lif_norse",
                                  "paper_lif_rockpool",         "paper_two_lif",
                                  "snntorch_export_leaky_zero", "snntorch_export_synaptic_zero"};
  for (const std::filesystem::path& folder : case_folders())
    if (std::ranges::find(all, folder.filename().string()) == all.end())
      all.push_back(folder.filename().string());
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, EveryNirCase, ::testing::ValuesIn(names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace spikeloom::conformance
