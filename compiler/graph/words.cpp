#include "graph/words.h"

#include <string>
#include <utility>

namespace spikeloom {

namespace {

using Word = std::pair<std::string_view, std::string_view>;

// snnTorch, PyTorch, then NIR. In lower case, without "_" and "-".
constexpr Word kTypes[] = {
    {"leaky", "lif"},
    {"rleaky", "rlif"},
    {"deltaleaky", "delta_lif"},
    {"stateleaky", "state_lif"},
    {"linearleaky", "state_lif"},
    {"leakyparallel", "relu_lif"},
    {"rsynaptic", "synaptic"},
    {"adaptiveleaky", "adaptive_lif"},
    {"alif", "adaptive_lif"},
    {"conv", "conv2d"},
    {"convtranspose2d", "conv_transpose2d"},
    {"avgpool2d", "avg_pool2d"},
    {"maxpool2d", "max_pool2d"},
    {"batchnorm", "batch_norm"},
    {"batchnorm1d", "batch_norm"},
    {"batchnorm2d", "batch_norm"},
    {"batchnormtt1d", "batch_norm"},
    {"batchnormtt2d", "batch_norm"},
    {"dense", "linear"},
    {"fc", "linear"},
    {"fullyconnected", "linear"},
    {"unflatten", "reshape"},
    {"view", "reshape"},
    {"cat", "concat"},
    {"concatenate", "concat"},
    {"sum", "add"},
    {"mul", "multiply"},
    {"dropout1d", "dropout"},
    {"dropout2d", "dropout"},
    {"identity", "dropout"},
    {"heaviside", "threshold"},
    {"affine", "linear"},
    {"sumpool2d", "sum_pool2d"},
    {"cubalif", "cuba_lif"},
    {"cubali", "cuba_li"},
    {"integrateandfire", "if"},
    {"leakyintegrateandfire", "lif"},
};

constexpr Word kFields[] = {
    {"reset_mechanism", "reset"},
    {"graded_spikes_factor", "graded"},
    {"state_quant", "quantize"},
    {"refractory_period", "refractory"},
    {"init", "initial"},
    {"initial_state", "initial"},
    {"input", "from"},
    {"inputs", "from"},
    {"source", "from"},
    {"src", "from"},
    {"kind", "type"},
    {"class", "type"},
    {"weights", "weight"},
    {"biases", "bias"},
    {"v_threshold", "threshold"},
    {"v_th", "threshold"},
    {"vth", "threshold"},
    {"theta", "threshold"},
    {"tau", "tau_mem"},
    {"decay", "beta"},
    {"kernel_size", "kernel"},
    {"running_mean", "mean"},
    {"running_var", "variance"},
    {"var", "variance"},
    {"dim", "axis"},
};

std::string plain(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c == '_' || c == '-' || c == '.') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

}  // namespace

std::string_view our_type(std::string_view foreign) {
  if (foreign.size() > 64) return {};
  std::string word = plain(foreign);
  for (const std::string_view prefix : {"torchnn", "nn", "snntorch", "snn"})
    if (word.starts_with(prefix) && word.size() > prefix.size()) {
      word.erase(0, prefix.size());
      break;
    }
  for (const auto& [theirs, ours] : kTypes)
    if (word == theirs) return ours;
  // Ours, written as a class name: "Linear", "DeltaLIF".
  for (const std::string_view ours :
       {"linear", "flatten",   "reshape",      "scale",    "add",    "multiply",   "concat",
        "delay",  "threshold", "relu",         "dropout",  "conv1d", "conv2d",     "sparse",
        "lif",    "rlif",      "lapicque",     "synaptic", "alpha",  "delta_lif",  "state_lif",
        "if",     "li",        "adaptive_lif", "relu_lif", "slstm",  "izhikevich", "adex"})
    if (word == plain(ours) && foreign != ours) return ours;
  return {};
}

void translate_node_words(json::Fields& fields) {
  for (const auto& [theirs, ours] : kFields) fields.translate(theirs, ours);
}

}  // namespace spikeloom
