// Trees of NIR files, written in a few lines.
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "hdf5/tree.h"

namespace spikeloom::nir::test {

using Edges = std::vector<std::pair<std::string, std::string>>;

inline hdf5::Object text(const std::string& value) {
  hdf5::Object object;
  object.kind = hdf5::Object::Kind::dataset;
  object.array = {hdf5::Type::text, {}, false, true, "", {}, {value}, ""};
  return object;
}

/// [] if `shape` is empty.
inline hdf5::Object numbers(const std::vector<double>& values, Shape shape) {
  hdf5::Object object;
  object.kind = hdf5::Object::Kind::dataset;
  std::string bytes(values.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  object.array = {hdf5::Type::f64, std::move(shape), false, true, std::move(bytes), {}, {}, ""};
  return object;
}
inline hdf5::Object numbers(const std::vector<double>& values) {
  return numbers(values, {values.size()});
}

inline hdf5::Object node(const std::string& type,
                         std::vector<std::pair<std::string, hdf5::Object>> parameters) {
  hdf5::Object group;
  group.children["type"] = text(type);
  for (auto& [name, value] : parameters) group.children[name] = std::move(value);
  return group;
}

inline hdf5::Object graph(std::vector<std::pair<std::string, hdf5::Object>> nodes, const Edges& edges) {
  hdf5::Object group = node("NIRGraph", {});
  hdf5::Object& all = group.children["nodes"];
  for (auto& [name, value] : nodes) all.children[name] = std::move(value);
  hdf5::Object& list = group.children["edges"];
  list.kind = hdf5::Object::Kind::dataset;
  list.array = {hdf5::Type::text, {edges.size(), 2}, false, true, "", {}, {}, ""};
  for (const auto& [from, to] : edges) {
    list.array.texts.push_back(from);
    list.array.texts.push_back(to);
  }
  return group;
}

inline hdf5::Object file(hdf5::Object top) {
  hdf5::Object root;
  root.children["version"] = text("1.0.7");
  root.children["node"] = std::move(top);
  return root;
}

inline hdf5::Object input(double n) {
  return node("Input", {{"shape", numbers({n})}});
}
inline hdf5::Object output(double n) {
  return node("Output", {{"shape", numbers({n})}});
}
inline hdf5::Object linear(std::size_t out, std::size_t in, double value = 0.5) {
  return node("Linear", {{"weight", numbers(std::vector<double>(out * in, value), {out, in})}});
}
inline hdf5::Object affine(std::size_t n, double value = 0.5, double bias = 0.25) {
  return node("Affine", {{"weight", numbers(std::vector<double>(n * n, value), {n, n})},
                         {"bias", numbers(std::vector<double>(n, bias))}});
}
/// tau 2 ms, r 1, threshold 1.
inline hdf5::Object lif(std::size_t n, double tau = 2e-3, double r = 1) {
  const auto all = [&](double value) { return numbers(std::vector<double>(n, value)); };
  return node(
      "LIF",
      {{"tau", all(tau)}, {"r", all(r)}, {"v_leak", all(0)}, {"v_threshold", all(1)}, {"v_reset", all(0)}});
}

}  // namespace spikeloom::nir::test
