// Lists of spikes in HDF5 files, as the field keeps them. The file is opened by a process of its own
// (hdf5/read.h); what it hands back is read here, some samples at a time.
//
//   SHD, SSC   spikes/times and spikes/units: a list for each sample, in s; labels (Cramer et al. 2020,
//              "The Heidelberg Spiking Data Sets"; zenkelab.org/resources)
//   NIRData    nodes/NODE/observables/KEY: EventData and ValuedEventData (idx, time in s, padded with -1),
//              TimeGriddedData ([samples, steps, neurons], dt in s) (nir's data_ir)
//   SONATA     spikes/POPULATION: timestamps in ms, node_ids ("SONATA data format", spike trains); several
//              populations name.sample0, name.sample1, ... are samples, as we write them
//   NWB        units: spike_times in s, spike_times_index; a row a neuron, or the columns `neuron`,
//              `sample` and `signal` that we write
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/events.h"
#include "hdf5/read.h"
#include "hdf5/tree.h"

namespace spikeloom::data {

class Hdf5Events {
 public:
  /// `structure` is the file without values. `member` names what is meant where the file holds several:
  /// a node or "node/key", a population, a signal.
  static Result<Hdf5Events> find(const std::string& file, const hdf5::Object& structure,
                                 const std::string& member);

  /// 0: only the values tell (NWB), and all are read at once.
  std::uint64_t samples() const { return samples_; }
  /// How many samples may be asked for at once.
  std::uint64_t samples_each() const { return samples_each_; }
  /// What to read of the file for samples [first, first + count).
  std::vector<hdf5::Part> parts(std::uint64_t first, std::uint64_t count) const;
  /// The events of these samples, from the file with the values of parts(). Only where samples() is 0 it is
  /// the options that say which samples are taken.
  Result<Events> events(const hdf5::Object& values, std::uint64_t first, std::uint64_t count,
                        const EventOptions& options) const;

 private:
  enum class Layout { ragged, nir_events, nir_grid, sonata, nwb };
  Result<void> find_nir(const hdf5::Object& root, const std::string& member);
  Result<void> find_sonata(const hdf5::Object& spikes, const std::string& member);
  Result<void> find_nwb(const hdf5::Object& units, const std::string& member);
  Error refused(std::string what, std::string expected = {}, std::string got = {},
                std::string hint = {}) const;
  /// Values that are numbers, in lists where the layout has lists: the file is opened a second time for them,
  /// and may be another one by then.
  Result<const hdf5::Array*> array(const hdf5::Object& root, const std::string& path) const;

  Result<void> add_ragged(const hdf5::Object& root, std::uint64_t count, const EventOptions& options,
                          Events& events) const;
  Result<void> add_nir(const hdf5::Object& root, std::uint64_t count, const EventOptions& options,
                       Events& events) const;
  Result<void> add_grid(const hdf5::Object& root, std::uint64_t count, const EventOptions& options,
                        Events& events) const;
  Result<void> add_sonata(const hdf5::Object& root, std::uint64_t first, std::uint64_t count,
                          const EventOptions& options, Events& events) const;
  Result<Event> event(double time, double neuron, double value, std::uint64_t number) const;
  Result<void> add_nwb(const hdf5::Object& root, const EventOptions& options, Events& events) const;

  std::string file_;
  Layout layout_ = Layout::ragged;
  std::string at_;                   // the group
  std::vector<std::string> groups_;  // sonata: of the samples
  std::string signal_;               // nwb: the one that is meant
  bool has_labels_ = false, has_values_ = false, has_columns_ = false;
  std::uint64_t samples_ = 0, samples_each_ = 1;
  std::optional<double> dt_ms_, end_s_;   // nir
  std::optional<std::uint64_t> neurons_;  // nir
};

}  // namespace spikeloom::data
