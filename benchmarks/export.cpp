#include "benchmarks/export.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "benchmarks/reference.h"

namespace spikeloom::benchmarks {
namespace {

void write_npy(const std::filesystem::path& file, std::span<const float> values,
               const std::vector<std::size_t>& shape) {
  std::string text;
  for (const std::size_t extent : shape) text += std::to_string(extent) + ", ";
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + text + "), }";
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  const auto low = static_cast<char>(header.size() % 256), high = static_cast<char>(header.size() / 256);
  std::ofstream out(file, std::ios::binary);
  out.write("\x93NUMPY\x01\x00", 8).put(low).put(high);
  out << header;
  out.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace

void export_workload(const Workload& workload, const std::filesystem::path& folder) {
  const std::filesystem::path own = folder / workload.name;
  std::filesystem::create_directories(own);
  const Reference reference(workload.graph);
  nlohmann::ordered_json json{{"name", workload.name},
                              {"batch", workload.batch},
                              {"steps", workload.steps},
                              {"constant", workload.constant},
                              {"recurrent", workload.limit == recurrent},
                              {"per_update", workload.unit == Unit::update}};
  nlohmann::ordered_json network = nlohmann::ordered_json::parse(workload.graph);
  for (const Stage& stage : workload.stages) {
    const char* kinds[] = {"lif", "synaptic", "alpha"};
    const Neuron& n = stage.neuron;
    json["stages"].push_back({{"linear", stage.linear},
                              {"outputs", stage.outputs},
                              {"kind", kinds[static_cast<int>(n.kind)]},
                              {"alpha", n.alpha},
                              {"beta", n.beta},
                              {"threshold", n.threshold}});
    if (stage.linear.empty()) continue;
    const std::string file = stage.linear + ".npy";
    const Picture& p = stage.picture;
    std::vector<std::size_t> sizes = {stage.outputs, stage.inputs};
    if (p.channels > 0) sizes = {p.outputs, p.channels, p.window, p.window};
    write_npy(own / file, reference.weight(stage.linear), sizes);
    network["nodes"][stage.linear]["weight"] = file;
  }
  const std::vector<float> input = workload.input();
  std::vector<std::size_t> shape = {workload.batch};
  if (!workload.constant) shape.insert(shape.begin(), workload.steps);
  for (const auto& extent : network["inputs"]["x"]["shape"]) shape.push_back(extent);
  write_npy(own / "input.npy", input, shape);
  std::ofstream(own / "network.json") << network.dump(1) << "\n";
  std::ofstream(own / "workload.json") << json.dump(1) << "\n";
}

}  // namespace spikeloom::benchmarks
