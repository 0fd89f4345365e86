// One writer a format. Inside this room; others call data::write.
#pragma once

#include "data/recording.h"

namespace spikeloom::data {

/// A single signal: [steps, samples, ...shape], uint8 for spikes that are all 1, else float32. A name that
/// ends in
/// `.events.npy` makes it records (step, sample, neuron[, value]) of spikes, as run --events has them.
Result<void> write_npy(const Recording& recording, const std::filesystem::path& path);

/// Every signal as such an array, under its name; `labels`, where there are any; and `run.json`, which numpy
/// gives as bytes.
Result<void> write_npz(const Recording& recording, const std::filesystem::path& path);

/// Comments, then the names of the columns, then a spike a line: step, neuron; before them sample, if there
/// are several, and signal; behind them value, if one is not 1.
Result<void> write_csv(const Recording& recording, const std::filesystem::path& path);

/// HDF5, without its library: see hdf5_tree.h. The header is the root's attribute `run` (NWB:
/// session_description and general/notes).
Result<void> write_sonata(const Recording& recording, const std::filesystem::path& path);
Result<void> write_nwb(const Recording& recording, const std::filesystem::path& path);
Result<void> write_nirdata(const Recording& recording, const std::filesystem::path& path);

/// Written beside `path` and renamed: a reader never meets half of it.
Result<void> write_whole(const std::filesystem::path& path, const std::string& bytes);

/// The bytes of a `.npy` of this signal.
Result<std::string> npy_bytes(const Series& series, const RunInfo& info);
/// Header of format 1.0 for an array; `descr` as numpy writes it, quotes included where it has them.
std::string npy_header(const std::string& descr, const Shape& shape);

}  // namespace spikeloom::data
