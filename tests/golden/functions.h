// A recorded function call of snnTorch: its arguments and arrays.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "golden/npy.h"

namespace spikeloom::golden {

struct FunctionCase {
  std::string name, function;
  nlohmann::ordered_json args;
  std::map<std::string, Array> inputs, outputs;

  const Array& in(const std::string& of) const { return inputs.at(of); }
  const Array& out(const std::string& of) const { return outputs.at(of); }
};

/// The calls of one function among the cases of this repository, and among those that lie beside the checkout
/// or where SPIKELOOM_GOLDEN says; ordered by name, each name once.
std::vector<FunctionCase> calls_of(const std::string& function);

/// Names of every function of which there is a call.
std::vector<std::string> called_functions();

/// Within the tolerance of all function cases.
bool near(double got, double want);

}  // namespace spikeloom::golden
