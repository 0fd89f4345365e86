// A network whose loops are cut, as the lines of a graph file.
#pragma once

#include <map>
#include <set>

#include "nir/import.h"
#include "nir/network.h"
#include "nir/shapes.h"
#include "nir/text.h"

namespace spikeloom::nir {

class GraphWriter {
 public:
  GraphWriter(const Network& network, const Settled& settled, Imported& result, Report& report);

  /// In the order of `depth`.
  void write(const std::vector<std::size_t>& depth);
  std::string text(const std::string& name, const std::string& weights_file) const;

 private:
  /// Names given out: each once, and fit for a graph file.
  class Names {
   public:
    std::string fresh(std::string_view wanted);

   private:
    std::set<std::string> taken_;
    std::map<std::string, std::size_t> next_;  // by what was wanted
  };
  /// What stands behind the ports of nested graphs.
  struct Origin {
    std::size_t node = 0;
    unsigned delay = 0;
  };

  void name(std::size_t i);
  void put(std::size_t i);
  void put_input(const std::string& name, const std::string& label, const Shape& shape);
  void put_port(std::size_t i, const std::vector<std::string>& from);
  void put_primitive(std::size_t i, const std::vector<std::string>& from);
  void put_output(std::size_t i);
  void add_output(const std::string& path, std::string json);

  bool is_alias(std::size_t i) const;
  Origin origin(std::size_t i, unsigned delay);
  std::string reference(std::size_t edge);
  std::vector<std::string> sources(std::size_t i);
  bool is_usable(std::size_t i, const Shape& shape);
  void add_node(NodeText text, std::size_t labelled);

  std::string quoted(std::size_t i) const;
  void wrong(std::size_t i, std::string what, std::string expected = {}, std::string got = {});
  void warn(std::size_t i, std::string what);
  void mismatch(std::size_t edge, const Shape& given, const Shape& expected);

  const Network& network_;
  const Settled& settled_;
  Imported& result_;
  Report& report_;
  std::vector<std::vector<std::size_t>> into_, out_of_;
  std::vector<NodeShapes> shapes_;
  std::vector<std::string> names_, read_names_;  // of nodes; what others read (another node for late spikes)
  Names taken_, taken_outputs_;
  std::vector<std::string> inputs_, nodes_, outputs_;  // lines of the file
};

}  // namespace spikeloom::nir
