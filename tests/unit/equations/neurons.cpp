// The models that ship: every one can be read, and every variant of it, with every choice of the frame, is a
// cell that the engines can rely on.
#include <gtest/gtest.h>

#include "equations/neuron.h"
#include "equations/text.h"

namespace spikeloom {
namespace {

/// What evaluators and code generators take for granted.
void expect_sound(const Cell& cell, const std::string& what) {
  const auto list = [&](const std::vector<ExprNode>& nodes, bool setup) {
    for (NodeId id = 0; id < nodes.size(); ++id) {
      const ExprNode& n = nodes[id];
      for (int k = 0; k < arity(n.op); ++k) {
        ASSERT_LT(n.arg[k], id) << what;
        const Type type = nodes[n.arg[k]].type;
        const bool condition = takes_condition(n.op, k) || n.op == Op::Real;
        // The branches of a Select that is a condition are conditions.
        const bool branch = n.op == Op::Select && n.type == Type::Bool;
        EXPECT_EQ(type, condition || branch ? Type::Bool : Type::Real) << what;
      }
      if (n.op == Op::Parameter) {
        EXPECT_TRUE(setup && n.index < cell.parameters.size()) << what;
      } else if (n.op == Op::Dt) {
        EXPECT_TRUE(setup) << what;
      } else if (n.op == Op::Fixed) {
        EXPECT_TRUE(!setup && n.index < cell.fixed.size()) << what;
      } else if (n.op == Op::Port) {
        EXPECT_TRUE(!setup && n.index < cell.ports.size()) << what;
      } else if (n.op == Op::State) {
        EXPECT_TRUE(!setup && n.index < cell.states.size()) << what;
      } else if (n.op == Op::Quantize) {
        EXPECT_TRUE(!setup && n.index < cell.tables.size()) << what;
      }
    }
  };
  list(cell.setup, true);
  list(cell.nodes, false);
  for (const NodeId id : cell.fixed) {
    ASSERT_LT(id, cell.setup.size()) << what;
    EXPECT_EQ(cell.setup[id].type, Type::Real) << what;
  }
  ASSERT_EQ(cell.next_state.size(), cell.states.size()) << what;
  for (const NodeId id : cell.next_state) {
    ASSERT_LT(id, cell.nodes.size()) << what;
    EXPECT_EQ(cell.nodes[id].type, Type::Real) << what;
  }
  ASSERT_LT(cell.output, cell.nodes.size()) << what;
}

class EveryNeuron : public testing::TestWithParam<std::string> {};

TEST_P(EveryNeuron, MakesASoundCellInEveryVariant) {
  const auto model = builtin_neuron(GetParam());
  ASSERT_TRUE(model);
  EXPECT_FALSE(model->doc.empty());
  for_each_variant(model->options, [&](const Variant& variant) {
    CellChoice choice;
    for (std::size_t i = 0; i < variant.size(); ++i)
      choice.options[model->options[i].name] = model->options[i].values[variant[i]];
    for (int frame = 0; frame < 16; ++frame) {
      if (frame > 1 && !model->spikes) break;
      choice.quantize.reset();
      if (frame & 1) choice.quantize = quantizer_levels(3, true, true, 1, 0, 0.2, {});
      choice.refractory = (frame & 2) != 0;
      choice.graded = (frame & 4) != 0;
      choice.inhibition = (frame & 8) != 0 && model->has_comparison;
      const Cell cell = make_cell(*model, choice);
      expect_sound(cell, print(cell));
      EXPECT_EQ(cell.winner != kNoNode, choice.inhibition);
      EXPECT_EQ(cell.spikes(), model->spikes && (!choice.graded || choice.inhibition));
      EXPECT_EQ(cell.states.size(), model->states.size() + (choice.refractory ? 1 : 0));
      if (choice.inhibition) {
        EXPECT_EQ(cell.nodes[cell.winner].op, Op::Winner);
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(All, EveryNeuron, testing::ValuesIn(builtin_neuron_names()),
                         [](const auto& model) { return model.param; });

TEST(Neurons, TheModelsOfThisVersionShip) {
  for (const char* name :
       {"lif", "rlif",     "lapicque",       "synaptic", "alpha",    "delta_lif",  "state_lif",
        "if",  "li",       "adaptive_lif",   "cuba_lif", "cuba_li",  "izhikevich", "adex",
        "qif", "lif_cond", "hodgkin_huxley", "slstm",    "relu_lif", "poisson"})
    EXPECT_TRUE(builtin_neuron(name)) << name;
  EXPECT_FALSE(builtin_neuron("no_such_model"));
  EXPECT_TRUE(builtin_neuron_text("lif").starts_with("{"));
}

}  // namespace
}  // namespace spikeloom
