#include "schedule/components.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace spikeloom {
namespace {

using NodeList = std::vector<std::uint32_t>;

std::vector<NodeList> node_sources(const Model& model) {
  std::vector<NodeList> sources(model.nodes.size());
  for (std::size_t i = 0; i < model.nodes.size(); ++i)
    for (const Source& s : model.nodes[i].sources())
      if (s.signal.of == Signal::Of::node) sources[i].push_back(s.signal.index);
  return sources;
}

/// Tarjan 1972 with an explicit stack: the depth of a network is the user's to choose.
std::vector<std::uint32_t> component_numbers(const std::vector<NodeList>& edges, std::uint32_t& count) {
  constexpr std::uint32_t kNone = 0xffffffffu;
  const std::size_t n = edges.size();
  std::vector<std::uint32_t> number(n, kNone), low(n), component(n, kNone);
  struct Visit {
    std::uint32_t node;
    std::size_t next_edge;
  };
  std::vector<Visit> path;
  NodeList open;
  std::uint32_t visited = 0;
  count = 0;
  for (std::uint32_t root = 0; root < n; ++root) {
    if (number[root] != kNone) continue;
    path.push_back({root, 0});
    while (!path.empty()) {
      const std::uint32_t node = path.back().node;
      if (path.back().next_edge == 0) {
        number[node] = low[node] = visited++;
        open.push_back(node);
      }
      bool descends = false;
      while (path.back().next_edge < edges[node].size()) {
        const std::uint32_t to = edges[node][path.back().next_edge++];
        if (number[to] == kNone) {
          path.push_back({to, 0});
          descends = true;
          break;
        }
        if (component[to] == kNone) low[node] = std::min(low[node], number[to]);
      }
      if (descends) continue;
      if (low[node] == number[node]) {
        std::uint32_t member;
        do {
          member = open.back();
          open.pop_back();
          component[member] = count;
        } while (member != node);
        ++count;
      }
      path.pop_back();
      if (!path.empty()) low[path.back().node] = std::min(low[path.back().node], low[node]);
    }
  }
  return component;
}

}  // namespace

std::vector<Component> components(const Model& model) {
  const std::vector<NodeList> sources = node_sources(model);
  std::uint32_t count = 0;
  const std::vector<std::uint32_t> number = component_numbers(sources, count);

  std::vector<Component> found(count);
  for (std::uint32_t i = 0; i < number.size(); ++i) {
    Component& c = found[number[i]];
    c.nodes.push_back(i);
    if (c.nodes.size() > 1 || std::ranges::find(sources[i], i) != sources[i].end()) c.cyclic = true;
  }

  // Among the components that are ready, the one that stands first in the model: the plan reads like the
  // file.
  std::vector<NodeList> readers(count);
  std::vector<std::uint32_t> waits_for(count, 0);
  for (std::uint32_t i = 0; i < number.size(); ++i)
    for (std::uint32_t s : sources[i])
      if (number[s] != number[i]) {
        readers[number[s]].push_back(number[i]);
        ++waits_for[number[i]];
      }
  using Ready = std::pair<std::uint32_t, std::uint32_t>;  // first node, component
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
  for (std::uint32_t c = 0; c < count; ++c)
    if (waits_for[c] == 0) ready.push({found[c].nodes.front(), c});
  std::vector<Component> ordered;
  ordered.reserve(count);
  while (!ready.empty()) {
    const std::uint32_t c = ready.top().second;
    ready.pop();
    for (std::uint32_t reader : readers[c])
      if (--waits_for[reader] == 0) ready.push({found[reader].nodes.front(), reader});
    ordered.push_back(std::move(found[c]));
  }
  return ordered;
}

}  // namespace spikeloom
