// A graph file, read and checked, ready to run on either engine.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "model/model.h"
#include "nir/options.h"
#include "spikeloom/result.h"
#include "stages.h"

namespace spikeloom::tool {

struct Network {
  std::string file;                  // as the user named it
  std::unique_ptr<Graph> graph;      // the model's tensors and text live on their own
  std::optional<Model> model;        // absent after an error
  std::vector<Diagnostic> problems;  // errors and warnings, by place
  StageTimes times;                  // of reading and checking
  std::vector<std::string> assumed;  // of a NIR file: what it does not say

  /// ms per step if the file says so.
  std::optional<double> dt_ms() const { return graph == nullptr ? std::nullopt : graph->dt; }
  double load_seconds() const;
};

struct NetworkOptions {
  bool tensors_anywhere = false;
  nir::Options nir;            // of a NIR file
  std::filesystem::path hdf5;  // the program that reads HDF5; "": beside this one
};

/// By the ending of its name.
bool is_nir(const std::filesystem::path& file);

/// Reads a graph file, or a NIR file as the graph that it becomes, and reports everything that is wrong with
/// it.
Network read_network(const std::filesystem::path& file, const NetworkOptions& options);

/// The same where a network is needed: errors are the result; warnings stay in `problems`.
Result<Network> load_network(const std::filesystem::path& file, const NetworkOptions& options);

/// Frees the weights of a model that has been compiled: a program holds its own, packed. Names, shapes and
/// parameters stay.
void drop_weights(Model& model);

/// The signal a reference such as "lif1.mem" or "lif1[0:16]" names, with a "did you mean" if there is none.
struct Selection {
  std::string text;    // as written
  std::string signal;  // Model::name_of
  Signal of;
  std::uint32_t first = 0, count = 0;  // neurons
  bool is_sliced = false;
};
Result<Selection> select(const Model& model, const std::string& text);

/// "lif1.mem,lif1[0:16]" in parts.
std::vector<std::string> comma_separated(const std::string& text);

/// True where the signal is 0 or 1 in every step and recorded as such.
bool is_spikes(const Model& model, Signal signal);
/// True for the main output of a neuron that spikes, graded or not.
bool is_neuron_output(const Model& model, Signal signal);

}  // namespace spikeloom::tool
