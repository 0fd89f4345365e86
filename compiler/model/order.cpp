#include <algorithm>
#include <queue>

#include "model/draft.h"
#include "model/sources.h"
#include "support/check.h"

namespace spikeloom::draft {
namespace {

/// The nodes that `node` reads in the same step.
std::vector<std::uint32_t> read_now(const Node& node) {
  std::vector<std::uint32_t> all;
  const auto visit = [&](const Source& s) {
    if (s.delay == 0 && s.signal.of == Signal::Of::node) all.push_back(s.signal.index);
  };
  if (node.kind) {
    for_each_source(*node.kind, visit);
  } else {  // broken, yet its place in a cycle is known
    for (const auto& port : node.ports)
      for (const Input& in : port)
        if (in.known) visit(in.source);
  }
  return all;
}

/// A way from `start` back to itself along undelayed reads, among the nodes that are left; shortest.
std::vector<std::uint32_t> cycle_through(const Network& net, std::uint32_t start,
                                         const std::vector<bool>& placed) {
  constexpr std::uint32_t kNone = 0xffffffffu;
  std::vector<std::uint32_t> reader(net.nodes.size(), kNone);
  std::queue<std::uint32_t> next;
  next.push(start);
  while (!next.empty()) {
    const std::uint32_t at = next.front();
    next.pop();
    for (const std::uint32_t source : read_now(net.nodes[at])) {
      if (source == start) {
        // `at` is read-from's end: walk the readers back to the start.
        std::vector<std::uint32_t> cycle{start};
        for (std::uint32_t n = at; n != start; n = reader[n]) cycle.push_back(n);
        return cycle;
      }
      if (placed[source] || reader[source] != kNone) continue;
      reader[source] = at;
      next.push(source);
    }
  }
  return {};
}

/// Some node of a cycle: whoever is left waits for one that is left.
std::uint32_t inside_cycle(const Network& net, std::uint32_t at, const std::vector<bool>& placed) {
  std::vector<bool> walked(net.nodes.size());
  while (!walked[at]) {
    walked[at] = true;
    for (const std::uint32_t source : read_now(net.nodes[at]))
      if (!placed[source]) {
        at = source;
        break;
      }
  }
  return at;
}

void report_cycle(Network& net, std::vector<std::uint32_t> cycle) {
  // Told from the node that stands first in the file, in the direction in which values flow.
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  std::string way;
  for (const std::uint32_t n : cycle)
    if (net.nodes[n].what == Node::What::node) way += net.nodes[n].name + " -> ";
  const Node& first = net.nodes[cycle.front()];
  way += first.name;
  std::string last;
  for (const std::uint32_t n : cycle)
    if (net.nodes[n].what == Node::What::node) last = net.nodes[n].name;
  const json::Value from = first.place.find("from");
  const std::int32_t use = first.given ? first.given->use : -1;
  net.tell(use, (from ? from : first.place)
                    .at("this cycle has no delay: " + way, "a delay of at least 1 on one of its edges", "",
                        "write \"from\": { \"node\": \"" + local_name(*net.graph, use, last) +
                            "\", \"delay\": 1 }"));
}

}  // namespace

std::optional<std::vector<std::uint32_t>> execution_order(Network& net) {
  const std::size_t count = net.nodes.size();
  std::vector<std::size_t> waiting(count);
  std::vector<std::vector<std::uint32_t>> readers(count);
  for (std::uint32_t i = 0; i < count; ++i)
    for (const std::uint32_t source : read_now(net.nodes[i])) {
      readers[source].push_back(i);
      ++waiting[i];
    }
  // The order of the file wherever the edges leave a choice.
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> ready;
  for (std::uint32_t i = 0; i < count; ++i)
    if (waiting[i] == 0) ready.push(i);

  std::vector<std::uint32_t> order;
  std::vector<bool> placed(count);
  constexpr std::size_t kMostCycles = 20;  // reported; cutting one more each time takes time
  std::size_t cycles = 0;
  for (;;) {
    while (!ready.empty()) {
      const std::uint32_t next = ready.top();
      ready.pop();
      if (placed[next]) continue;
      placed[next] = true;
      order.push_back(next);
      for (const std::uint32_t reader : readers[next])
        if (--waiting[reader] == 0) ready.push(reader);
    }
    if (order.size() == count) break;

    // Report one cycle and go on as if it were cut at its first node.
    const auto left =
        static_cast<std::uint32_t>(std::find(placed.begin(), placed.end(), false) - placed.begin());
    std::vector<std::uint32_t> cycle = cycle_through(net, inside_cycle(net, left, placed), placed);
    SPIKELOOM_CHECK(!cycle.empty(), "model", "nodes wait in a circle that is none");
    const std::uint32_t cut = *std::min_element(cycle.begin(), cycle.end());
    report_cycle(net, std::move(cycle));
    if (++cycles == kMostCycles) break;
    ready.push(cut);
  }
  if (cycles > 0) return {};
  return order;
}

}  // namespace spikeloom::draft
