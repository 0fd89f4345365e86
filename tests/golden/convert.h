// A recorded case, in snnTorch's words, as a spikeloom graph.
// Comes in: a case folder. Goes out: graph text and what to compare. Knows nothing of how a graph is run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "golden/npy.h"

namespace spikeloom::golden {

/// The case uses a node type or an argument that this program has no words for.
struct Unknown : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The case records an accident of snnTorch that the product does not copy; the text says which.
struct Declined : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Record {
  std::string signal;  // "n1", "n1.mem"
  Array want;          // [steps][batch][...]
  bool exact = false;
  double rtol = 0, atol = 0;
};

struct NetworkCase {
  std::string name;
  std::string graph;              // JSON text
  std::filesystem::path folder;   // where its tensors lie
  std::string input;              // name of the graph's input
  bool constant = false;          // one row a sample; else one row a step and sample
  std::vector<float> input_rows;  // [batch][n] or [steps][batch][n]
  std::uint32_t steps = 0, batch = 0;
  std::vector<Record> records;
};

/// Throws Unknown, Declined, or std::runtime_error for a case that cannot be read.
NetworkCase convert_network(const std::filesystem::path& folder);

}  // namespace spikeloom::golden
