// From what a node gives to every parameter's value: the order of equations.md, section 4.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "equations/evaluate.h"
#include "equations/neuron.h"

namespace spikeloom {

/// One problem of a parameter; `parameter` is empty if it concerns the node as a whole.
using ParameterProblem =
    std::function<void(Diagnostic::Severity, const std::string& parameter, std::string what,
                       std::string expected, std::string got, std::string hint)>;

/// `given` holds finite values (size 1 or n) by name. Returns one PerNeuron for each of model.parameters, in
/// order; empty after a problem of severity error. Does not know of refractory and graded: the caller appends
/// them.
std::vector<PerNeuron> bind_parameters(const NeuronModel& model,
                                       const std::map<std::string, PerNeuron>& given, float dt,
                                       std::size_t neurons, const ParameterProblem& problem);

}  // namespace spikeloom
