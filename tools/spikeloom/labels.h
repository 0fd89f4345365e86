// The classes of samples, from a file of their own or from the data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "input_data.h"

namespace spikeloom::tool {

/// `given` is a .npy or .npz:array of integers, one a sample of the run or (with --samples) of the whole data
/// set; or "input": the labels that the data itself has.
Result<std::vector<std::int64_t>> labels_of(const std::string& given, const InputData& data,
                                            const data::SampleRange& samples);

}  // namespace spikeloom::tool
