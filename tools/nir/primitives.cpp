#include "nir/primitives.h"

#include <algorithm>

namespace spikeloom::nir {
namespace {

using K = Parameter::Kind;

constexpr Parameter kShape[] = {{"shape", K::whole}};
constexpr Parameter kAffine[] = {{"weight", K::weight}, {"bias", K::weight}};
constexpr Parameter kLinear[] = {{"weight", K::weight}};
constexpr Parameter kScale[] = {{"scale", K::neuron}};
constexpr Parameter kConv[] = {{"weight", K::weight},          {"stride", K::whole}, {"padding", K::padding},
                               {"dilation", K::whole},         {"groups", K::whole}, {"bias", K::weight},
                               {"input_shape", K::whole, true}};
constexpr Parameter kPool[] = {{"kernel_size", K::whole}, {"stride", K::whole}, {"padding", K::whole}};
constexpr Parameter kFlatten[] = {
    {"start_dim", K::whole}, {"end_dim", K::whole}, {"input_type", K::whole, true}};
constexpr Parameter kDelay[] = {{"delay", K::neuron}};
constexpr Parameter kThreshold[] = {{"threshold", K::neuron}};
constexpr Parameter kI[] = {{"r", K::neuron}};
constexpr Parameter kIf[] = {{"r", K::neuron}, {"v_threshold", K::neuron}, {"v_reset", K::neuron, true}};
constexpr Parameter kLi[] = {{"tau", K::positive}, {"r", K::neuron}, {"v_leak", K::neuron}};
constexpr Parameter kLif[] = {{"tau", K::positive},
                              {"r", K::neuron},
                              {"v_leak", K::neuron},
                              {"v_threshold", K::neuron},
                              {"v_reset", K::neuron, true}};
constexpr Parameter kCubaLi[] = {{"tau_syn", K::positive},
                                 {"tau_mem", K::positive},
                                 {"r", K::neuron},
                                 {"v_leak", K::neuron},
                                 {"w_in", K::neuron, true}};
constexpr Parameter kCubaLif[] = {
    {"tau_syn", K::positive},   {"tau_mem", K::positive},     {"r", K::neuron},         {"v_leak", K::neuron},
    {"v_threshold", K::neuron}, {"v_reset", K::neuron, true}, {"w_in", K::neuron, true}};

constexpr Primitive kAll[] = {
    {"Input", kShape},         {"Output", kShape},        {"Affine", kAffine},
    {"Linear", kLinear},       {"Scale", kScale},         {"Conv1d", kConv},
    {"Conv2d", kConv},         {"SumPool2d", kPool},      {"AvgPool2d", kPool},
    {"Flatten", kFlatten},     {"Delay", kDelay, true},   {"Threshold", kThreshold, false, true},
    {"I", kI, true},           {"IF", kIf, true, true},   {"LI", kLi, true},
    {"LIF", kLif, true, true}, {"CubaLI", kCubaLi, true}, {"CubaLIF", kCubaLif, true, true},
};

}  // namespace

const Parameter* Primitive::find(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  return found == parameters.end() ? nullptr : &*found;
}

std::span<const Primitive> primitives() {
  return kAll;
}

const Primitive* find_primitive(std::string_view type) {
  const auto found = std::ranges::find(kAll, type, &Primitive::type);
  return found == std::end(kAll) ? nullptr : &*found;
}

}  // namespace spikeloom::nir
