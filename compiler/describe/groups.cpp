#include "describe/groups.h"

#include <map>

namespace spikeloom {

Group grouped(const Model& model) {
  std::map<std::string, const ModelUse*> uses;
  for (const ModelUse& use : model.uses) uses.emplace(use.name, &use);
  Group top;
  std::map<std::string, Group*> groups;  // by the name of the use
  const auto group_of = [&](const std::string& name) {
    Group* group = &top;
    for (std::size_t slash = 0; (slash = name.find('/', slash)) != std::string::npos; ++slash) {
      const std::string path = name.substr(0, slash);
      Group*& inner = groups[path];
      if (!inner) {
        group->items.push_back({0, std::make_unique<Group>()});
        inner = group->items.back().inner.get();
        inner->use = uses.at(path);
      }
      group = inner;
    }
    return group;
  };
  for (std::size_t i = 0; i < model.nodes.size(); ++i)
    if (!model.nodes[i].implicit) group_of(model.nodes[i].name)->items.push_back({i, nullptr});
  return top;
}

std::string words_of(const ModelUse& use) {
  return use.label.empty() ? use.module : use.module + ", " + use.label;
}

}  // namespace spikeloom
