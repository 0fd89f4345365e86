// The models that ship: every one can be read, and every variant of it makes a cell.
#include <gtest/gtest.h>

#include "equations/neuron.h"

namespace spikeloom {
namespace {

TEST(Neurons, EveryFileIsReadAndDescribed) {
  const std::vector<std::string> names = builtin_neuron_names();
  ASSERT_GE(names.size(), 12u);
  for (const std::string& name : names) {
    const auto model = builtin_neuron(name);
    ASSERT_TRUE(model) << name;
    EXPECT_TRUE(describe(*model).starts_with(name + ": ")) << name;
  }
}

}  // namespace
}  // namespace spikeloom
