#include "nir/loops.h"

#include <algorithm>
#include <deque>
#include <limits>

#include "support/text.h"

namespace spikeloom::nir {
namespace {

constexpr std::size_t kUnseen = std::numeric_limits<std::size_t>::max();
using Lists = std::vector<std::vector<std::size_t>>;

/// From the Inputs; then from what has no input; then from whatever is left.
std::vector<std::size_t> depths(const Network& network, const Lists& into, const Lists& out_of) {
  std::vector<std::size_t> depth(network.nodes.size(), kUnseen);
  std::deque<std::size_t> open;
  const auto flood = [&] {
    for (; !open.empty(); open.pop_front())
      for (const std::size_t e : out_of[open.front()])
        if (std::size_t& to = depth[network.edges[e].to]; to == kUnseen) {
          to = depth[open.front()] + 1;
          open.push_back(network.edges[e].to);
        }
  };
  const auto start = [&](std::size_t node) {
    if (depth[node] != kUnseen) return;
    depth[node] = 0;
    open.push_back(node);
  };
  for (std::size_t i = 0; i < network.nodes.size(); ++i)
    if (network.nodes[i].is("Input") && !network.nodes[i].is_inner) start(i);
  flood();
  for (std::size_t i = 0; i < network.nodes.size(); ++i)
    if (into[i].empty()) start(i);
  flood();
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    start(i);
    flood();
  }
  return depth;
}

/// Strongly connected components (Tarjan 1972), without recursion.
std::vector<std::size_t> components(const Network& network, const Lists& out_of) {
  const std::size_t n = network.nodes.size();
  std::vector<std::size_t> of(n, kUnseen), index(n, kUnseen), low(n, 0), at(n, 0), stack, path;
  std::size_t next = 0, count = 0;
  for (std::size_t root = 0; root < n; ++root) {
    if (index[root] != kUnseen) continue;
    path.push_back(root);
    while (!path.empty()) {
      const std::size_t node = path.back();
      if (index[node] == kUnseen) {
        index[node] = low[node] = next++;
        stack.push_back(node);
      }
      if (at[node] < out_of[node].size()) {
        const std::size_t to = network.edges[out_of[node][at[node]++]].to;
        if (index[to] == kUnseen)
          path.push_back(to);
        else if (of[to] == kUnseen)
          low[node] = std::min(low[node], index[to]);
        continue;
      }
      path.pop_back();
      if (!path.empty()) low[path.back()] = std::min(low[path.back()], low[node]);
      if (low[node] != index[node]) continue;
      for (std::size_t member = kUnseen; member != node;) {
        member = stack.back();
        stack.pop_back();
        of[member] = count;
      }
      ++count;
    }
  }
  return of;
}

class Cutter {
 public:
  Cutter(Network& network, Report& report)
      : network_(network),
        report_(report),
        into_(network.into()),
        out_of_(network.out_of()),
        depth_(depths(network, into_, out_of_)),
        component_(components(network, out_of_)) {}

  std::vector<std::size_t> cut(LoopCut how, std::vector<std::string>& loops) {
    std::vector<bool> is_back(network_.edges.size());
    for (std::size_t e = 0; e < network_.edges.size(); ++e) {
      const Edge& edge = network_.edges[e];
      is_back[e] = component_[edge.from] == component_[edge.to] && depth_[edge.to] <= depth_[edge.from];
    }
    for (std::size_t e = 0; e < network_.edges.size(); ++e) {
      if (!is_back[e]) continue;
      const std::size_t late = how == LoopCut::spike ? before_weights(e, is_back) : e;
      network_.edges[late].delay = 1;
      loops.push_back(name(late));
    }
    return depth_;
  }

 private:
  std::string name(std::size_t e) const {
    const auto quoted = [&](std::size_t node) {
      return "'" + escaped(network_.nodes[node].path, Quotes::keep, 80) + "'";
    };
    return quoted(network_.edges[e].from) + " -> " + quoted(network_.edges[e].to);
  }

  /// The edge from the node with a state to the layers that end in back edge `e`. If these layers also lead
  /// elsewhere, or read more than that node, moving the delay would change more than the loop.
  std::size_t before_weights(std::size_t e, const std::vector<bool>& is_back) {
    std::size_t late = e;
    for (std::size_t steps = 0; steps <= network_.nodes.size(); ++steps) {
      const std::size_t node = network_.edges[late].from;
      if (network_.nodes[node].primitive->has_state) return late;
      const auto leads_back = [&](std::size_t out) { return late == e ? is_back[out] : out == late; };
      if (into_[node].size() != 1 || !std::ranges::all_of(out_of_[node], leads_back)) {
        report_.add(warning(network_.file, network_.nodes[node].place,
                            "the loop over " + name(e) +
                                " is cut at that edge: its layers also lead elsewhere, or "
                                "read more than the neurons [loop-cut]"));
        return e;
      }
      late = into_[node][0];
    }
    return e;  // layers alone
  }

  Network& network_;
  Report& report_;
  Lists into_, out_of_;
  std::vector<std::size_t> depth_, component_;
};

}  // namespace

std::vector<std::size_t> cut_loops(Network& network, LoopCut cut, std::vector<std::string>& loops,
                                   Report& report) {
  return Cutter(network, report).cut(cut, loops);
}

}  // namespace spikeloom::nir
