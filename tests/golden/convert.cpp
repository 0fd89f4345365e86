#include "golden/convert.h"

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace spikeloom::golden {
namespace {

using Json = nlohmann::ordered_json;

// Steers training, or how snnTorch returns its values: no meaning in the forward pass (semantics of the
// classes).
const std::set<std::string> kWithoutMeaning = {
    "spike_grad",      "surrogate_disable", "init_hidden",    "output",          "learn_beta",
    "learn_threshold", "learn_alpha",       "learn_V",        "learn_recurrent", "learn_graded_spikes_factor",
    "in_features",     "out_features",      "linear_features"};

/// Our node type, the arguments it takes and what they are called here.
struct Words {
  const char* type;
  std::map<std::string, std::string> arguments;
  std::set<std::string> ignored;  // accepted by the class, without effect in it
};

const std::map<std::string, std::string> kEverySpiking = {{"threshold", "threshold"},
                                                          {"reset_mechanism", "reset"},
                                                          {"inhibition", "inhibition"},
                                                          {"state_quant", "quantize"}};

Words words(const char* type, std::map<std::string, std::string> own, std::set<std::string> ignored = {}) {
  own.insert(kEverySpiking.begin(), kEverySpiking.end());
  return {type, std::move(own), std::move(ignored)};
}

const std::map<std::string, Words>& neurons() {
  static const std::map<std::string, Words> table = {
      {"Leaky",
       words("lif", {{"beta", "beta"}, {"reset_delay", "reset_delay"}, {"graded_spikes_factor", "graded"}})},
      {"RLeaky", words("rlif", {{"beta", "beta"}, {"reset_delay", "reset_delay"}},
                       {"all_to_all", "V", "conv2d_channels", "kernel_size"})},
      {"Lapicque", words("lapicque", {{"beta", "beta"}, {"R", "R"}, {"C", "C"}, {"time_step", "time_step"}})},
      {"Synaptic", words("synaptic", {{"alpha", "alpha"}, {"beta", "beta"}, {"reset_delay", "reset_delay"}})},
      {"RSynaptic", words("synaptic", {{"alpha", "alpha"}, {"beta", "beta"}, {"reset_delay", "reset_delay"}},
                          {"all_to_all", "V", "conv2d_channels", "kernel_size"})},
      {"Alpha", words("alpha", {{"alpha", "alpha"}, {"beta", "beta"}})},
      {"DeltaLeaky",
       {"delta_lif",
        {{"beta", "beta"}, {"delta_threshold", "delta_threshold"}},
        {"threshold", "reset_mechanism", "reset_delay", "inhibition", "graded_spikes_factor"}}},
      {"StateLeaky",
       {"state_lif",
        {{"beta", "beta"}, {"threshold", "threshold"}},
        {"channels", "graded_spikes_factor", "kernel_truncation_steps"}}},
      {"LinearLeaky",
       {"state_lif",
        {{"beta", "beta"}, {"threshold", "threshold"}},
        {"channels", "graded_spikes_factor", "kernel_truncation_steps"}}},
      // Both take the words of every spiking class, and have no effect of most.
      {"SLSTM",
       {"slstm",
        {{"threshold", "threshold"}, {"reset_mechanism", "reset"}, {"state_quant", "quantize"}},
        {"input_size", "hidden_size", "bias", "inhibition", "graded_spikes_factor"}}},
      {"SConv2dLSTM",
       {"slstm",
        {{"threshold", "threshold"}, {"reset_mechanism", "reset"}, {"state_quant", "quantize"}},
        {"in_channels", "out_channels", "kernel_size", "bias", "max_pool", "avg_pool", "inhibition",
         "graded_spikes_factor"}}},
      {"LeakyParallel",
       {"relu_lif",
        {{"threshold", "threshold"}, {"graded_spikes_factor", "graded"}},
        {"input_size", "hidden_size", "bias", "beta", "weight_hh_enable", "inhibition", "reset_mechanism"}}}};
  return table;
}

class Converter {
 public:
  Converter(const std::filesystem::path& folder, const Json& file) : folder_(folder), case_(file) {}

  NetworkCase run() {
    NetworkCase result;
    result.name = case_.at("name");
    result.folder = folder_;
    result.steps = case_.at("num_steps");
    result.batch = case_.at("batch");
    for (const Json& edge : case_.at("edges")) sources_[edge[1]].push_back(edge[0]);
    for (const Json& node : case_.at("nodes")) used_.insert(node.at("id").get<std::string>());

    read_input(result);
    for (const Json& node : case_.at("nodes"))
      if (node.at("type") != "Input") add(node);

    Json graph = {{"spikeloom", 1}, {"name", result.name}};
    graph["inputs"] = {
        {result.input, {{"shape", input_shape_}, {"time", result.constant ? "constant" : "varying"}}}};
    graph["nodes"] = nodes_;
    graph["outputs"] = Json::object();
    for (const Json& record : case_.at("records")) {
      Record r;
      const std::string variable = record.at("variable");
      const std::string node = record.at("node");
      const bool is_output = variable == "out" || variable == "spk";
      r.signal = !is_output ? node + "." + variable : fired_.contains(node) ? fired_.at(node) : node;
      r.want = read_npy(folder_ / record.at("file").get<std::string>());
      r.exact = record.at("exact");
      r.rtol = record.value("rtol", 0.0);
      r.atol = record.value("atol", 0.0);
      graph["outputs"][record.at("node").get<std::string>() + "-" + variable] = r.signal;
      result.records.push_back(std::move(r));
    }
    result.graph = graph.dump(1);
    return result;
  }

 private:
  void read_input(NetworkCase& result) {
    bool truncates = false;
    for (const Json& node : case_.at("nodes")) {
      truncates = truncates || parameters(node).contains("kernel_truncation_steps");
      if (node.at("type") != "Input") continue;
      if (!result.input.empty()) throw Unknown("several inputs");
      result.input = node.at("id");
      input_shape_ = node.at("shape");
    }
    const Json& input = case_.at("input");
    result.input_rows = read_npy(folder_ / input.at("file").get<std::string>()).values;
    result.constant = input.at("mode") == "static";
    // Read over a delay, a constant input has its value even before the start, and a kernel that is cut would
    // subtract what never came: it gets the same values step by step.
    if (result.constant && truncates) {
      const std::vector<float> once = result.input_rows;
      for (std::uint32_t t = 1; t < result.steps; ++t)
        result.input_rows.insert(result.input_rows.end(), once.begin(), once.end());
      result.constant = false;
    }
  }

  static Json parameters(const Json& node) { return node.value("params", Json::object()); }

  /// A number as it is, an array as the name of its file.
  static Json tensor(const Json& value) {
    return value.is_object() && value.contains("file") ? value.at("file") : value;
  }

  Array array(const Json& value) const {
    if (value.is_object()) return read_npy(folder_ / value.at("file").get<std::string>());
    return {{}, {value.get<float>()}};
  }

  /// f of every element, as a nested array (or a number).
  template <class F>
  static Json mapped(const Array& a, F f, std::size_t axis = 0, std::size_t first = 0) {
    if (axis == a.shape.size()) return f(a.values[first]);
    std::size_t stride = 1;
    for (std::size_t i = axis + 1; i < a.shape.size(); ++i) stride *= a.shape[i];
    Json list = Json::array();
    for (std::size_t i = 0; i < a.shape[axis]; ++i)
      list.push_back(mapped(a, f, axis + 1, first + i * stride));
    return list;
  }

  /// A name that the case does not use.
  std::string fresh(const std::string& wanted) {
    std::string name = wanted;
    while (!used_.insert(name).second) name += "-";
    return name;
  }

  std::string only_source(const std::string& id) const {
    const auto found = sources_.find(id);
    if (found == sources_.end() || found->second.size() != 1) throw Unknown(id + " does not have one source");
    const std::string& source = found->second[0];
    return fired_.contains(source) ? fired_.at(source) : source;
  }

  /// Throws for an argument that has a meaning nobody here knows.
  static void expect_known(const Json& node, const std::set<std::string>& known) {
    const Json given = parameters(node);
    for (const auto& [key, value] : given.items())
      if (!known.contains(key) && !kWithoutMeaning.contains(key))
        throw Unknown("argument " + key + " of " + node.at("type").get<std::string>());
  }

  static Json linear(const std::string& from, const Json& weights, const std::string& prefix) {
    Json node = {{"type", "linear"}, {"from", from}, {"weight", tensor(weights.at(prefix + "weight"))}};
    if (weights.contains(prefix + "bias")) node["bias"] = tensor(weights.at(prefix + "bias"));
    return node;
  }

  void add(const Json& node) {
    const std::string type = node.at("type"), id = node.at("id");
    if (neurons().contains(type)) return add_neuron(node);
    if (type == "Linear") {
      expect_known(node, {"bias"});
      nodes_[id] = linear(only_source(id), node.at("weights"), "");
    } else if (type == "Flatten") {
      add_flatten(node);
    } else if (type == "Dropout") {
      expect_known(node, {"p", "inplace"});
      nodes_[id] = {{"type", "dropout"}, {"from", only_source(id)}};
    } else if (type == "Add" || type == "Concat") {
      expect_known(node, {});
      nodes_[id] = {{"type", type == "Add" ? "add" : "concat"}, {"from", sources_.at(id)}};
    } else if (type == "Conv1d" || type == "Conv2d" || type == "ConvTranspose2d") {
      add_convolution(node, type == "Conv1d" ? "conv1d" : type == "Conv2d" ? "conv2d" : "conv_transpose2d");
    } else if (type == "MaxPool2d" || type == "AvgPool2d") {
      add_pool(node, type == "MaxPool2d" ? "max_pool2d" : "avg_pool2d");
    } else if (type.starts_with("BatchNorm")) {
      add_batch_norm(node);
    } else {
      throw Unknown("node type " + type);
    }
  }

  void add_convolution(const Json& node, const char* type) {
    expect_known(node, {"in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation",
                        "groups", "bias", "output_padding"});
    Json layer = linear(only_source(node.at("id")), node.at("weights"), "");
    layer["type"] = type;
    copy(node, {"stride", "padding", "dilation", "groups", "output_padding"}, layer);
    nodes_[node.at("id").get<std::string>()] = layer;
  }

  void add_pool(const Json& node, const char* type) {
    expect_known(node, {"kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"});
    Json layer = {
        {"type", type}, {"from", only_source(node.at("id"))}, {"kernel", parameters(node).at("kernel_size")}};
    copy(node, {"stride", "padding", "ceil_mode", "count_include_pad"}, layer);
    nodes_[node.at("id").get<std::string>()] = layer;
  }

  void add_batch_norm(const Json& node) {
    expect_known(node, {"num_features", "input_features", "time_steps", "eps", "momentum", "affine"});
    const Json& weights = node.at("weights");
    Json layer = {{"type", "batch_norm"},
                  {"from", only_source(node.at("id"))},
                  {"mean", tensor(weights.at("running_mean"))},
                  {"variance", tensor(weights.at("running_var"))}};
    for (const char* key : {"weight", "bias"})
      if (weights.contains(key)) layer[key] = tensor(weights.at(key));
    copy(node, {"eps"}, layer);
    nodes_[node.at("id").get<std::string>()] = layer;
  }

  /// Arguments that are called the same here.
  static void copy(const Json& node, const std::set<std::string>& keys, Json& to) {
    const Json given = parameters(node);
    for (const auto& [key, value] : given.items())
      if (keys.contains(key) && !value.is_null()) to[key] = value;
  }

  void add_flatten(const Json& node) {
    expect_known(node, {"start_dim", "end_dim"});
    const std::string id = node.at("id");
    Json flat = {{"type", "flatten"}, {"from", only_source(id)}};
    for (const char* key : {"start_dim", "end_dim"}) {
      if (!parameters(node).contains(key)) continue;
      const int axis = parameters(node).at(key);  // PyTorch counts the batch axis, we do not
      if (axis == 0) throw Unknown("flatten over the batch axis");
      flat[key] = axis > 0 ? axis - 1 : axis;
    }
    nodes_[id] = flat;
  }

  void add_neuron(const Json& node) {
    const std::string type = node.at("type"), id = node.at("id");
    const Words& w = neurons().at(type);
    std::set<std::string> known = w.ignored;
    for (const auto& [theirs, ours] : w.arguments) known.insert(theirs);
    expect_known(node, known);
    decline_accidents(node);

    Json from = only_source(id);
    if (type == "LinearLeaky") {
      const std::string fc = fresh(id + "-linear");
      nodes_[fc] = linear(from, node.at("weights"), "linear.");
      from = fc;
    }
    if (type == "SLSTM") from = add_gates(node);
    if (type == "SConv2dLSTM") from = add_convolved_gates(node);
    if (type == "LeakyParallel") from = add_parallel(node);
    if (type == "RLeaky" || type == "RSynaptic") from = Json::array({from, add_recurrence(node)});
    if (parameters(node).contains("kernel_truncation_steps") &&
        !parameters(node)["kernel_truncation_steps"].is_null())
      from = Json::array({from, add_truncation(node, from)});

    Json neuron = {{"type", w.type}, {"from", from}};
    const Json given = parameters(node);
    for (const auto& [key, value] : given.items()) {
      const auto ours = w.arguments.find(key);
      if (ours != w.arguments.end() && !value.is_null()) neuron[ours->second] = tensor(value);
    }
    if (type == "LeakyParallel")
      neuron["beta"] = has_hidden_matrix(node) ? Json(0) : tensor(given.at("beta"));
    // The class applies the factor twice.
    if ((type == "StateLeaky" || type == "LinearLeaky") && parameters(node).contains("graded_spikes_factor"))
      neuron["graded"] =
          mapped(array(parameters(node)["graded_spikes_factor"]), [](float g) { return double{g} * g; });
    const Json initial = node.value("initial_state", Json::object());
    for (const auto& [state, value] : initial.items()) neuron["initial"][state] = tensor(value);
    if (type == "SConv2dLSTM") {
      // It stands in a cycle in which nobody else can tell.
      neuron["shape"] = Json::array({given.at("out_channels"), input_shape_.at(1), input_shape_.at(2)});
      add_pooled_spikes(node);
    }
    nodes_[id] = neuron;
  }

  static void decline_accidents(const Json& node) {
    const Json given = parameters(node);
    if (node.at("type") == "RSynaptic" && !given.value("reset_delay", true) &&
        given.value("reset_mechanism", "subtract") != "none")
      throw Declined("RSynaptic throws its immediate reset away; here it works as Synaptic's does");
    if (node.at("type") == "Lapicque" && given.contains("beta") && given.contains("R") && given.contains("C"))
      throw Declined("Lapicque with beta, R and C has one too many; here that is an error");
    if (node.at("type") == "SLSTM" && given.at("input_size") != given.at("hidden_size"))
      throw Declined("SLSTM forgets everything in each step if its sizes differ; here it keeps its memory");
  }

  /// Rows [part * rows, ...) of a matrix or vector that holds `parts` of them.
  Json part_of(const Json& value, std::size_t part, std::size_t parts) const {
    Array a = array(value);
    const std::size_t size = a.values.size() / parts;
    a.shape[0] /= parts;
    const auto first = a.values.begin() + static_cast<std::ptrdiff_t>(part * size);
    a.values = std::vector<float>(first, first + static_cast<std::ptrdiff_t>(size));
    return mapped(a, [](float x) { return double{x}; });
  }

  /// One linear layer a gate on the input and one on the hidden value of the step before; PyTorch has the
  /// gates of an LSTM behind each other, in the order of the ports.
  Json add_gates(const Json& node) {
    const std::string id = node.at("id");
    const Json& weights = node.at("weights");
    Json ports = Json::object();
    const char* const gates[] = {"i", "f", "g", "o"};
    for (std::size_t gate = 0; gate < 4; ++gate) {
      ports[gates[gate]] = Json::array();
      for (const std::string side : {"ih", "hh"}) {
        const std::string name = fresh(id + "-" + gates[gate] + "-" + side);
        nodes_[name] = {
            {"type", "linear"},
            {"from", side == "ih" ? Json(only_source(id)) : Json{{"node", id + ".mem"}, {"delay", 1}}},
            {"weight", part_of(weights.at("lstm_cell.weight_" + side), gate, 4)}};
        if (weights.contains("lstm_cell.bias_" + side))
          nodes_[name]["bias"] = part_of(weights.at("lstm_cell.bias_" + side), gate, 4);
        ports[gates[gate]].push_back(name);
      }
    }
    return ports;
  }

  /// "Same" padding of the recurrent classes: half of an odd kernel.
  static Json half_of(const Json& kernel) {
    if (kernel.is_number()) return kernel.get<int>() / 2;
    return Json::array({kernel[0].get<int>() / 2, kernel[1].get<int>() / 2});
  }

  /// One convolution a gate over the input's channels and the hidden value's, input first; this class has the
  /// gates in another order than PyTorch's LSTM.
  Json add_convolved_gates(const Json& node) {
    const std::string id = node.at("id"), both = fresh(id + "-both");
    nodes_[both] = {{"type", "concat"},
                    {"from", Json::array({only_source(id), {{"node", id + ".mem"}, {"delay", 1}}})}};
    Json ports = Json::object();
    const char* const gates[] = {"i", "f", "o", "g"};
    for (std::size_t gate = 0; gate < 4; ++gate) {
      const std::string name = fresh(id + "-" + gates[gate]);
      nodes_[name] = {{"type", "conv2d"},
                      {"from", both},
                      {"weight", part_of(node.at("weights").at("conv.weight"), gate, 4)},
                      {"padding", half_of(parameters(node).at("kernel_size"))}};
      if (node.at("weights").contains("conv.bias"))
        nodes_[name]["bias"] = part_of(node.at("weights").at("conv.bias"), gate, 4);
      ports[gates[gate]] = name;
    }
    return ports;
  }

  /// With pooling the class compares the pooled hidden value; its reset looks at the value itself.
  void add_pooled_spikes(const Json& node) {
    for (const std::string how : {"max", "avg"}) {
      const Json kernel = parameters(node).value(how + "_pool", Json(0));
      if (kernel.is_null() || kernel == 0) continue;
      const std::string id = node.at("id"), pooled = fresh(id + "-pooled"), fired = fresh(id + "-fired");
      nodes_[pooled] = {{"type", how + "_pool2d"}, {"from", id + ".mem"}, {"kernel", kernel}};
      nodes_[fired] = {
          {"type", "threshold"}, {"from", pooled}, {"threshold", tensor(parameters(node).at("threshold"))}};
      fired_[id] = fired;
    }
  }

  static bool has_hidden_matrix(const Json& node) { return node.at("weights").contains("rnn.weight_hh_l0"); }

  /// The layer inside LeakyParallel; a matrix of its own reads the membrane of the step before.
  Json add_parallel(const Json& node) {
    const std::string id = node.at("id"), in = fresh(id + "-input");
    const Json& weights = node.at("weights");
    const bool biased = weights.contains("rnn.bias_ih_l0");
    nodes_[in] = {
        {"type", "linear"}, {"from", only_source(id)}, {"weight", tensor(weights.at("rnn.weight_ih_l0"))}};
    if (!has_hidden_matrix(node)) {
      if (!biased) return in;
      Array sum = array(weights.at("rnn.bias_ih_l0"));
      const Array hidden = array(weights.at("rnn.bias_hh_l0"));
      for (std::size_t i = 0; i < sum.values.size(); ++i) sum.values[i] += hidden.values[i];
      nodes_[in]["bias"] = mapped(sum, [](float x) { return double{x}; });
      return in;
    }
    const std::string hidden = fresh(id + "-hidden");
    nodes_[hidden] = {{"type", "linear"},
                      {"from", {{"node", id + ".mem"}, {"delay", 1}}},
                      {"weight", tensor(weights.at("rnn.weight_hh_l0"))}};
    if (biased) {
      nodes_[in]["bias"] = tensor(weights.at("rnn.bias_ih_l0"));
      nodes_[hidden]["bias"] = tensor(weights.at("rnn.bias_hh_l0"));
    }
    return Json::array({in, hidden});
  }

  /// Recurrence is an edge: the delay stands before the weights, so a bias acts in the first step too.
  std::string add_recurrence(const Json& node) {
    const std::string id = node.at("id"), name = fresh(id + "-recurrence");
    const Json given = parameters(node);
    const Json before = {{"node", id}, {"delay", 1}};
    if (given.contains("conv2d_channels")) {
      nodes_[name] = linear("", node.at("weights"), "recurrent.");
      nodes_[name]["type"] = "conv2d";
      nodes_[name]["from"] = before;
      nodes_[name]["padding"] = half_of(given.at("kernel_size"));
    } else if (given.value("all_to_all", true)) {
      nodes_[name] = linear("", node.at("weights"), "recurrent.");
      nodes_[name]["from"] = before;
    } else {
      nodes_[name] = {{"type", "scale"},
                      {"from", before},
                      {"scale", given.contains("V") ? tensor(given["V"]) : Json(1.0)}};
    }
    return name;
  }

  /// A kernel cut after K steps: what came K steps ago is taken out again with the weight it has by now.
  std::string add_truncation(const Json& node, const Json& from) {
    const std::string name = fresh(node.at("id").get<std::string>() + "-cut");
    const int k = parameters(node).at("kernel_truncation_steps");
    const Json scale = mapped(array(parameters(node).at("beta")),
                              [k](float beta) { return -std::exp(k * (double{beta} - 1)); });
    nodes_[name] = {{"type", "scale"}, {"from", {{"node", from}, {"delay", k}}}, {"scale", scale}};
    return name;
  }

  std::filesystem::path folder_;
  const Json& case_;
  Json nodes_ = Json::object(), input_shape_;
  std::map<std::string, std::vector<std::string>> sources_;
  std::map<std::string, std::string> fired_;  // what spikes in place of a node
  std::set<std::string> used_;
};

}  // namespace

NetworkCase convert_network(const std::filesystem::path& folder) {
  std::ifstream file(folder / "case.json");
  if (!file) throw std::runtime_error((folder / "case.json").string() + ": cannot be read");
  const Json content = Json::parse(file);
  return Converter(folder, content).run();
}

}  // namespace spikeloom::golden
