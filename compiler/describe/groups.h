// The nodes of a model as its file has them: those of a use of a module together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/model.h"

namespace spikeloom {

struct Group {
  struct Item {
    std::size_t node = 0;          // of Model::nodes
    std::unique_ptr<Group> inner;  // or a use inside this one
  };

  const ModelUse* use = nullptr;  // null: the network itself
  std::vector<Item> items;        // in the order in which their first nodes compute; no implicit ones
};

Group grouped(const Model& model);

/// "block", or "block, its label".
std::string words_of(const ModelUse& use);

}  // namespace spikeloom
