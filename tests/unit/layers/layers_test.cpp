#include <gtest/gtest.h>

#include "layers/builder.h"
#include "unit/model/networks.h"

namespace spikeloom {
namespace {

TEST(Layers, HaveNamesOfTheFormatAndSayWhatTheyAre) {
  for (const LayerKind& kind : layer_kinds()) {
    EXPECT_EQ(find_layer(kind.name), &kind);
    EXPECT_FALSE(kind.doc.empty()) << kind.name;
    for (const FieldDeclaration& f : declare(kind).fields)
      EXPECT_FALSE(f.doc.empty()) << kind.name << " " << f.name;
  }
  EXPECT_EQ(find_layer("Linear"), nullptr);
}

TEST(Layers, DeclareWhatTheyRead) {
  const auto fields = declare(*find_layer("linear")).fields;
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].name, "weight");
  EXPECT_TRUE(fields[0].required);
  EXPECT_EQ(fields[1].name, "bias");
  EXPECT_FALSE(fields[1].required);
}

TEST(Broadcast, GoesFromTheRight) {
  PerNeuron all;
  EXPECT_TRUE(broadcast({{2, 1}, {1, 2}}, {2, 3}, all));
  EXPECT_EQ(all.values, std::vector<float>({1, 1, 1, 2, 2, 2}));
  EXPECT_TRUE(broadcast({{3}, {1, 2, 3}}, {2, 3}, all));
  EXPECT_EQ(all.values, std::vector<float>({1, 2, 3, 1, 2, 3}));
  EXPECT_TRUE(broadcast({{1, 1}, {5}}, {2, 3}, all));
  EXPECT_EQ(all.values, std::vector<float>({5}));
  EXPECT_FALSE(broadcast({{2}, {1, 2}}, {2, 3}, all));
  EXPECT_FALSE(broadcast({{1, 2, 3}, {1, 2, 3, 4, 5, 6}}, {2, 3}, all));
}

TEST(Linear, TakesOneNumberAsBiasOfAll) {
  const Built b =
      build("'fc': { 'type': 'linear', 'from': 'x', 'weight': [[1,1,1,1],[2,2,2,2]], 'bias': 0.5 }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(std::get<Linear>(b.node("fc").kind).bias->values, std::vector<float>({0.5, 0.5}));
}

TEST(Linear, SaysWhichOfItsFieldsDoesNotFit) {
  const Built b =
      build("'fc': { 'type': 'linear', 'from': 'x', 'weight': [[1,1,1,1],[2,2,2,2]], 'bias': [1, 2, 3] }");
  EXPECT_EQ(b.problems(), "/nodes/fc/bias: 'bias' has the wrong shape | [2] | [3] | \n");
}

TEST(Linear, KnowsTheWordsOfPyTorch) {
  const Built b = build("'fc': { 'type': 'linear', 'from': 'x', 'in_features': 4, 'weight': [[1,1,1,1]] }");
  EXPECT_EQ(b.problems(),
            "/nodes/fc/in_features: unknown field 'in_features' |  |  | here it is called 'weight'\n");
}

TEST(Flatten, JoinsTheAxesItIsToldTo) {
  const Built b = build(R"(
    'all':  { 'type': 'flatten', 'from': 'x' },
    'tail': { 'type': 'flatten', 'from': 'x', 'start_dim': 1 },
    'head': { 'type': 'flatten', 'from': 'x', 'end_dim': -2 })",
                        "'x': { 'shape': [2, 3, 4] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.node("all").shape, Shape({24}));
  EXPECT_EQ(b.node("tail").shape, Shape({2, 12}));
  EXPECT_EQ(b.node("head").shape, Shape({6, 4}));
}

TEST(Axes, ThatASampleDoesNotHaveAreReported) {
  const Built b = build(R"(
    'f': { 'type': 'flatten', 'from': 'x', 'start_dim': 2 },
    'c': { 'type': 'concat', 'from': ['x', 'x'], 'axis': 1 },
    'r': { 'type': 'reshape', 'from': 'x', 'shape': [3, -1] })");
  EXPECT_EQ(b.problems(),
            "/nodes/f/start_dim: the sample has no such axis | a number from -1 to 0 for [4] | 2 | axes do "
            "not count steps "
            "or batch\n"
            "/nodes/c/axis: the operands have no such axis | a number from -1 to 0 for [4] | 1 | axes do not "
            "count steps or "
            "batch\n"
            "/nodes/r/shape: x gives [4], which cannot take this shape | 4 elements | 3 elements | \n");
}

TEST(Operands, MustHaveOneShape) {
  const Built b = build("'a': { 'type': 'add', 'from': ['x', 'y', 'x'] }",
                        "'x': { 'shape': [4] }, 'y': { 'shape': [2] }");
  EXPECT_EQ(b.problems(),
            "/nodes/a/from/1: y gives [2], a expects [4] |  |  | all operands must have the shape of the "
            "first, x\n");
}

}  // namespace
}  // namespace spikeloom
