#include "analysis/affine.h"

#include <gtest/gtest.h>

#include <set>

#include "equations/neuron.h"

namespace spikeloom {
namespace {

TEST(Affine, AreAllStatesButThoseThatMultiplyOrBendThem) {
  std::set<std::string> bent;
  for (const std::string& name : builtin_neuron_names()) {
    const Cell cell = make_cell(*builtin_neuron(name), {});
    const std::vector<bool> affine = affine_states(cell);
    ASSERT_EQ(affine.size(), cell.states.size());
    for (std::size_t i = 0; i < affine.size(); ++i)
      if (!affine[i]) bent.insert(name + "." + cell.states[i].name);
  }
  EXPECT_EQ(bent, (std::set<std::string>{"adex.v", "hodgkin_huxley.h", "hodgkin_huxley.m", "hodgkin_huxley.n",
                                         "hodgkin_huxley.v", "izhikevich.u", "izhikevich.v", "lif_cond.v",
                                         "qif.v", "slstm.mem"}));
}

TEST(Affine, IsADegreeInTheStates) {
  const auto is_affine = [](const char* next) -> bool {
    // The port stands for a state.
    Cell cell = elementwise(next, {"s"}, {"p"});
    for (ExprNode& node : cell.nodes)
      if (node.op == Op::Port) node.op = Op::State;
    cell.next_state = {cell.output};
    return affine_states(cell)[0];
  };
  for (const char* text : {"p * s + 1", "s / p", "-s", "abs(s)", "min(s, p) - s", "s > p ? 2 * s : p",
                           "p * p", "(s > 1) * s", "exp(p) * s", "fma(s, p, s)"})
    EXPECT_TRUE(is_affine(text)) << text;
  for (const char* text :
       {"s * s", "p / s", "exp(s)", "s > p ? s * s : p", "pow(s, p)", "fma(s, s, p)", "floor(s)"})
    EXPECT_FALSE(is_affine(text)) << text;
}

}  // namespace
}  // namespace spikeloom
