// Files that must be refused, with the words in which they are.
#include <gtest/gtest.h>

#include <map>

#include "conformance/cases.h"
#include "conformance/play.h"

namespace spikeloom::conformance {
namespace {

TEST(NirInvalid, EveryFileIsRefusedWithItsNodeAndReason) {
  const std::filesystem::path folder =
      std::filesystem::path(SPIKELOOM_SOURCE_DIR) / "tests/conformance/nir/invalid";
  const std::map<std::string, std::string> texts = {
      {"dangling_edge",
       "/node/edges: error: edge 'ghost' -> 'lif' names a node that does not exist\n"
       "  got       'ghost'"},
      {"missing_edges",
       "/node/edges: error: the graph has no edges\n"
       "  expected  a dataset of pairs of node names"},
      {"missing_tau", "/node/nodes/lif/tau: error: node 'lif' has no 'tau', which LIF needs"},
      {"nan_threshold",
       "/node/nodes/lif/v_threshold: error: 'v_threshold' of node 'lif' is not finite at [0]\n"
       "  expected  a finite number\n"
       "  got       NaN"},
      {"negative_tau",
       "/node/nodes/lif/tau: error: 'tau' of node 'lif' is not positive at [0]\n"
       "  expected  a number above 0\n"
       "  got       -1"},
      {"no_node_group",
       "/node: error: the file has no group 'node', in which NIR keeps its graph\n"
       "  expected  a file that nir.write has made"},
      {"not_hdf5",
       "error: this is not an HDF5 file\n"
       "  hint      the first bytes of one are \\x89HDF\\r\\n\\x1a\\n"},
      {"shape_mismatch",
       "/node/nodes/lif/tau: error: parameters of node 'lif' have different shapes\n"
       "  expected  'r' has [3]\n"
       "  got       'tau' has [7]"},
      {"truncated",
       "error: the HDF5 library cannot open this file\n"
       "  hint      it may be damaged or cut short"},
      {"unknown_type",
       "/node/nodes/lif/type: error: node 'lif' is of a type that NIR does not have\n"
       "  expected  NIRGraph, Input, Output, Affine, Linear, Scale, Conv1d, Conv2d, SumPool2d, AvgPool2d, "
       "Flatten, "
       "Delay, Threshold, I, IF, LI, LIF, CubaLI or CubaLIF\n"
       "  got       \"Izhikevich\""}};
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".nir") continue;
    ++files;
    const std::string name = entry.path().stem().string();
    tool::NetworkOptions options;
    options.hdf5 = SPIKELOOM_HDF5_HELPER;
    const auto network = tool::load_network(entry.path(), options);
    ASSERT_FALSE(network.ok()) << name;
    EXPECT_EQ(network.error().kind(), ErrorKind::invalid) << name;
    ASSERT_TRUE(texts.contains(name)) << name << " has no text yet:\n" << network.error().text();
    EXPECT_EQ(network.error().text(), entry.path().string() + ": " + texts.at(name));
  }
  EXPECT_EQ(files, texts.size());
}

}  // namespace
}  // namespace spikeloom::conformance
