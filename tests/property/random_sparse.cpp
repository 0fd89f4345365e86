#include "property/random_sparse.h"

#include <algorithm>

namespace spikeloom::property {
namespace {

using Json = nlohmann::ordered_json;

class SparseBuilder {
 public:
  SparseBuilder(Dice& dice, std::size_t in, std::size_t out) : dice_(dice), in_(in), out_(out) {}

  Json build() {
    node_ = {{"type", "sparse"}, {"shape", {out_, in_}}};
    switch (dice_.below(7)) {
      case 0:
        add_csr();
        break;
      case 1:
        add_coo();
        break;
      case 2:
        node_["rule"] = in_ == out_ ? "one_to_one" : "all_to_all";
        break;
      case 3:
        node_["rule"] = "all_to_all";
        if (dice_.chance(0.5)) node_["self_connections"] = false;
        break;
      case 4:
        node_["rule"] = "fixed_probability";
        node_["probability"] = dice_.of({0.0, 0.05, 0.3, 1.0});
        add_chance();
        break;
      default: {
        const bool indegree = dice_.chance(0.5);
        const std::size_t most = (indegree ? in_ : out_) - 1;  // one may be a neuron's own
        node_["rule"] = indegree ? "fixed_indegree" : "fixed_outdegree";
        const bool multapses = most > 0 && dice_.chance(0.5);
        node_["degree"] = multapses ? dice_.below(2 * most + 1) : dice_.below(most + 1);
        if (multapses) node_["multapses"] = true;
        add_chance();
        break;
      }
    }
    add_values();
    return std::move(node_);
  }

 private:
  void add_chance() {
    node_["seed"] = dice_.below(1000);
    if (dice_.chance(0.3)) node_["self_connections"] = false;
  }

  void add_csr() {
    Json starts = Json::array({0}), sources = Json::array();
    for (std::size_t o = 0; o < out_; ++o) {
      for (std::size_t k = dice_.below(5); k > 0; --k) sources.push_back(dice_.below(in_));
      starts.push_back(sources.size());
    }
    if (sources.empty()) return add_coo();
    synapses_ = sources.size();
    node_["indptr"] = starts;
    node_["indices"] = sources;
  }

  void add_coo() {
    Json rows = Json::array(), cols = Json::array();
    synapses_ = dice_.between(1, 3 * std::max(in_, out_));
    for (std::size_t k = 0; k < synapses_; ++k) {
      rows.push_back(dice_.below(out_));
      cols.push_back(dice_.below(in_));
    }
    node_["rows"] = rows;
    node_["cols"] = cols;
  }

  void add_values() {
    const double scale = dice_.of({0.2, 1.0});
    if (synapses_ > 0 && dice_.chance(0.5)) {
      node_["weight"] = Json::array();
      for (std::size_t k = 0; k < synapses_; ++k) node_["weight"].push_back(scale * dice_.normal());
    } else if (synapses_ == 0 && dice_.chance(0.5)) {
      node_["weight"] = {{"random", "normal"}, {"std", scale}, {"seed", dice_.below(1000)}};
      if (dice_.chance(0.5)) node_["weight"]["low"] = -0.1;
    } else {
      node_["weight"] = scale * dice_.normal();
    }
    if (dice_.chance(0.3)) return;
    if (synapses_ > 0 && dice_.chance(0.5)) {
      node_["delay"] = Json::array();
      for (std::size_t k = 0; k < synapses_; ++k) node_["delay"].push_back(dice_.below(7));
    } else if (synapses_ == 0 && dice_.chance(0.5)) {
      node_["delay_ms"] = {{"random", "uniform"}, {"low", 0.5}, {"high", 3}, {"seed", dice_.below(1000)}};
    } else {
      node_["delay"] = dice_.below(20);
    }
  }

  Dice& dice_;
  std::size_t in_, out_, synapses_ = 0;
  Json node_;
};

}  // namespace

Json random_sparse(Dice& dice, std::size_t in, std::size_t out) {
  return SparseBuilder(dice, in, out).build();
}

}  // namespace spikeloom::property
