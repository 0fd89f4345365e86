// What the other tests of this folder hold true, they hold true of every layer and every neuron model.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "model/types.h"
#include "property/random_network.h"

namespace spikeloom::property {
namespace {

void collect_types(const nlohmann::json& value, std::set<std::string>& types) {
  if (value.is_object())
    if (const auto type = value.find("type"); type != value.end() && type->is_string()) types.insert(*type);
  if (value.is_structured())
    for (const auto& inner : value) collect_types(inner, types);
}

TEST(RandomNetworks, HaveEveryLayerAndEveryNeuronThatShips) {
  std::set<std::string> types;
  for (std::uint64_t seed = 1; seed <= 400; ++seed)
    collect_types(nlohmann::json::parse(random_network(seed).json), types);
  for (const std::string& name : node_type_names()) EXPECT_TRUE(types.contains(name)) << name;
}

}  // namespace
}  // namespace spikeloom::property
