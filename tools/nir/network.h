// A NIR file as a flat network: nested graphs opened, names resolved, every parameter checked and in double.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hdf5/tree.h"
#include "nir/primitives.h"
#include "support/report.h"

namespace spikeloom::nir {

struct Values {
  Shape shape;
  std::vector<double> numbers;
  std::string word;   // in place of numbers: "same", "valid"
  std::string place;  // "/node/nodes/lif/tau"

  bool is_one() const { return numbers.size() == 1; }
  double at(std::size_t i) const { return numbers[is_one() ? 0 : i]; }
};

struct Node {
  std::string path;   // "lif", "net/lif" inside the nested graph "net"
  std::string place;  // "/node/nodes/net/nodes/lif"
  const Primitive* primitive = nullptr;
  bool is_inner = false;  // an Input or Output of a nested graph: hands on what it gets
  std::map<std::string, Values, std::less<>> values;

  std::string_view type() const { return primitive->type; }
  bool is(std::string_view type) const { return primitive->type == type; }
  const Values* find(std::string_view name) const;
  const Values& operator[](std::string_view name) const { return values.find(name)->second; }
};

struct Edge {
  std::size_t from = 0, to = 0;
  unsigned delay = 0;  // steps
};

struct Network {
  std::string file, version;
  std::vector<Node> nodes;
  std::vector<Edge> edges;  // in the order of the file, no two alike

  /// Edges by the node at their end.
  std::vector<std::vector<std::size_t>> into() const;
  std::vector<std::vector<std::size_t>> out_of() const;
};

/// Everything that is wrong with the file goes to `report`; what was left out or is not known, as warnings.
/// Nothing is returned once an error was found.
std::optional<Network> read_network(const hdf5::Object& root, const std::string& file, Report& report);

/// A problem of a place in the file.
Diagnostic problem(const std::string& file, const std::string& place, std::string what,
                   std::string expected = {}, std::string got = {}, std::string hint = {});
Diagnostic warning(const std::string& file, const std::string& place, std::string what,
                   std::string hint = {});

}  // namespace spikeloom::nir
