#include <algorithm>
#include <array>

#include "layers/layer.h"
#include "model/draft.h"
#include "model/types.h"

namespace spikeloom {
namespace {

struct Word {
  std::string_view foreign, ours;
};

// Words of snnTorch, PyTorch and other simulators, and what they are here.
constexpr Word kWords[] = {{"leaky", "lif"},
                           {"Leaky", "lif"},
                           {"LIF", "lif"},
                           {"RLeaky", "rlif"},
                           {"rleaky", "rlif"},
                           {"Lapicque", "lapicque"},
                           {"Synaptic", "synaptic"},
                           {"RSynaptic", "synaptic"},
                           {"rsynaptic", "synaptic"},
                           {"Alpha", "alpha"},
                           {"DeltaLeaky", "delta_lif"},
                           {"delta_leaky", "delta_lif"},
                           {"StateLeaky", "state_lif"},
                           {"LinearLeaky", "state_lif"},
                           {"LeakyParallel", "relu_lif"},
                           {"ALIF", "adaptive_lif"},
                           {"alif", "adaptive_lif"},
                           {"IF", "if"},
                           {"SLSTM", "slstm"},
                           {"Izhikevich", "izhikevich"},
                           {"AdEx", "adex"},
                           {"QIF", "qif"},
                           {"CubaLIF", "cuba_lif"},
                           {"COBA", "lif_cond"},
                           {"Poisson", "poisson"},
                           {"spikegen.rate", "rate"},
                           {"spikegen.latency", "latency"},
                           {"spikegen.delta", "delta"},
                           {"PoissonGroup", "poisson"},
                           {"LI", "li"},
                           {"CubaLI", "cuba_li"},
                           {"Linear", "linear"},
                           {"Affine", "linear"},
                           {"affine", "linear"},
                           {"dense", "linear"},
                           {"Dense", "linear"},
                           {"fc", "linear"},
                           {"fully_connected", "linear"},
                           {"Flatten", "flatten"},
                           {"Reshape", "reshape"},
                           {"view", "reshape"},
                           {"Dropout", "dropout"},
                           {"Identity", "dropout"},
                           {"identity", "dropout"},
                           {"ReLU", "relu"},
                           {"Scale", "scale"},
                           {"Concat", "concat"},
                           {"concatenate", "concat"},
                           {"cat", "concat"},
                           {"sum", "add"},
                           {"Add", "add"},
                           {"mul", "multiply"},
                           {"Delay", "delay"},
                           {"heaviside", "threshold"},
                           {"Conv1d", "conv1d"},
                           {"Conv2d", "conv2d"},
                           {"conv", "conv2d"},
                           {"convolution", "conv2d"},
                           {"ConvTranspose2d", "conv_transpose2d"},
                           {"MaxPool2d", "max_pool2d"},
                           {"maxpool", "max_pool2d"},
                           {"AvgPool2d", "avg_pool2d"},
                           {"SumPool2d", "sum_pool2d"},
                           {"BatchNorm1d", "batch_norm"},
                           {"BatchNorm2d", "batch_norm"},
                           {"BatchNormTT1d", "batch_norm"},
                           {"BatchNormTT2d", "batch_norm"},
                           {"batchnorm", "batch_norm"}};

}  // namespace

std::vector<std::string> node_type_names() {
  std::vector<std::string> names;
  for (const LayerKind& kind : layer_kinds()) names.emplace_back(kind.name);
  for (std::string& name : builtin_neuron_names()) names.push_back(std::move(name));
  return names;
}

bool is_node_type_reserved(std::string_view name) {
  return find_layer(name) != nullptr || builtin_neuron(name) != nullptr;
}

namespace draft {

void check_module_names(Network& net) {
  const json::Value all = net.graph->document->root().find("modules");
  if (!all.is(json::Kind::object)) return;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& name = all.key(i);
    const bool is_own = net.graph->neurons.is(json::Kind::object) && net.graph->neurons.find(name);
    if (!is_own && !is_node_type_reserved(name)) continue;
    net.report->add(all.at_key(i,
                               "'" + json::escape(name) + "' is already the name of " +
                                   (is_own ? "one of \"neurons\"" : "a built-in node type"),
                               "", "", "choose another name"));
  }
}

void read_own_neurons(Network& net) {
  const json::Value all = net.graph->neurons;
  if (!all) return;
  if (!all.is(json::Kind::object)) {
    net.report->add(all.at("'neurons' must be an object", "neuron models by name", all.describe()));
    return;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& name = all.key(i);
    if (is_node_type_reserved(name)) {
      net.report->add(all.at_key(i,
                                 "'" + json::escape(name) + "' is already the name of a built-in node type",
                                 "", "", "choose another name"));
      net.own[name] = nullptr;
      continue;
    }
    Report problems;
    net.own[name] = read_neuron(name, all[i], problems);
    for (const Diagnostic& d : problems.diagnostics()) net.report->add(d);
  }
}

NodeType find_type(Network& net, const GraphNode& node) {
  const std::string& word = node.type;
  if (word.empty()) return {};  // missing or no string: reported when it was read
  if (const auto own = net.own.find(word); own != net.own.end()) return {.neuron = own->second};
  if (const LayerKind* layer = find_layer(word)) return {.layer = layer};
  if (auto neuron = builtin_neuron(word)) return {.neuron = std::move(neuron)};

  const json::Value type = node.place.find("type");
  const json::Value place = type ? type : node.place;
  std::vector<std::string> names = node_type_names();
  for (const auto& [name, model] : net.own) names.push_back(name);
  const json::Value modules = net.graph->document->root().find("modules");
  for (std::size_t i = 0; i < modules.size(); ++i) names.push_back(modules.key(i));
  std::string hint;
  for (const Word& w : kWords)
    if (w.foreign == word) hint = "here it is called '" + std::string(w.ours) + "'";
  if (hint.empty())
    if (const std::string near = json::nearest(word, names); !near.empty())
      hint = "did you mean '" + near + "'?";
  if (hint.empty()) {
    hint = "known are ";
    for (std::size_t i = 0; i < names.size(); ++i) hint += (i ? ", " : "") + names[i];
  }
  net.tell(node.use, place.at("unknown node type '" + json::escape(word) + "'", "", "", hint));
  return {};
}

}  // namespace draft
}  // namespace spikeloom
