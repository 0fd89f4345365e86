#include "data/hdf5_events.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "data/by_sample.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

constexpr std::uint64_t kListsEach = 128;          // samples of SHD asked for at a time
constexpr std::uint64_t kElementsEach = 1u << 24;  // of padded and gridded arrays

bool is_number(const hdf5::Array* array) {
  return array != nullptr && array->type != hdf5::Type::text && array->type != hdf5::Type::other;
}

std::string text_of(const hdf5::Array* attribute) {
  return attribute != nullptr && attribute->texts.size() == 1 ? attribute->texts.front() : std::string();
}

std::optional<double> number_of(const hdf5::Array* attribute) {
  if (!is_number(attribute) || attribute->is_ragged || attribute->count() != 1) return std::nullopt;
  const double value = attribute->number(0);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// "name.sample3" in its parts.
std::optional<std::pair<std::string, std::uint64_t>> sample_of(const std::string& name) {
  const auto dot = name.rfind(".sample");
  if (dot == std::string::npos) return std::nullopt;
  const std::string digits = name.substr(dot + 7);
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::pair(name.substr(0, dot), std::stoull(digits));
}

}  // namespace

Error Hdf5Events::refused(std::string what, std::string expected, std::string got, std::string hint) const {
  return file_error(file_, std::move(what), std::move(expected), std::move(got), std::move(hint));
}

Result<Hdf5Events> Hdf5Events::find(const std::string& file, const hdf5::Object& root,
                                    const std::string& member) {
  Hdf5Events found;
  found.file_ = file;
  const hdf5::Array *times = root.dataset("spikes/times"), *units = root.dataset("spikes/units");
  if (times != nullptr && units != nullptr && member.empty()) {
    for (const auto* list : {times, units})
      if (!list->is_ragged || list->shape.size() != 1 || list->shape != times->shape)
        return found.refused("spikes/times and spikes/units are not lists, one for each sample",
                             "two datasets of lists, of the same length",
                             hdf5::describe(*times) + " and " + hdf5::describe(*units));
    found.samples_ = times->shape[0];
    found.samples_each_ = kListsEach;
    const hdf5::Array* labels = root.dataset("labels");
    found.has_labels_ =
        labels != nullptr && is_number(labels) && !labels->is_ragged && labels->shape == times->shape;
    return found;
  }
  const hdf5::Object *nodes = root.find("nodes"), *spikes = root.find("spikes"), *table = root.find("units");
  if (text_of(root.attribute("__type__")) == "NIRGraphData" && nodes != nullptr)
    TRY_VOID(found.find_nir(*nodes, member));
  else if (table != nullptr && table->find("spike_times") != nullptr)
    TRY_VOID(found.find_nwb(*table, member));
  else if (spikes != nullptr && spikes->kind == hdf5::Object::Kind::group)
    TRY_VOID(found.find_sonata(*spikes, member));
  else
    return found.refused("the file holds no spikes that are known",
                         "spikes/times and spikes/units (SHD, SSC), NIRData, SONATA spikes, or NWB units",
                         hdf5::describe(root));
  return found;
}

Result<void> Hdf5Events::find_nir(const hdf5::Object& nodes, const std::string& member) {
  std::vector<std::string> names;
  const hdf5::Object* chosen = nullptr;
  for (const auto& [node, object] : nodes.children) {
    const hdf5::Object* observables = object.find("observables");
    if (observables == nullptr) continue;
    for (const auto& [key, observable] : observables->children) {
      names.push_back(node + "/" + key);
      const bool is_meant = member.empty() || member == node + "/" + key ||
                            (member == node && observables->children.size() == 1);
      if (!is_meant || chosen != nullptr) continue;
      chosen = &observable;
      at_ = "nodes/" + node + "/observables/" + key;
    }
  }
  if (chosen == nullptr || (member.empty() && names.size() > 1))
    return refused(member.empty() ? "which signal of the file is meant?"
                                  : "there is no signal '" + escaped(member, Quotes::keep, 80) + "'",
                   "FILE:NODE/KEY", {}, "it has " + listed(names, "and"));
  const std::string type = text_of(chosen->attribute("__type__"));
  const hdf5::Array *data = chosen->dataset("data"), *idx = chosen->dataset("idx"),
                    *time = chosen->dataset("time"), *value = chosen->dataset("value");
  if (type == "TimeGriddedData") {
    const auto dt = number_of(chosen->attribute("dt"));
    if (!is_number(data) || data->is_ragged || data->shape.size() < 2 || !dt || *dt <= 0)
      return refused("'" + escaped(at_) + "' is not gridded data",
                     "data [samples, steps, ...neurons] of numbers, and dt in s above 0");
    layout_ = Layout::nir_grid;
    dt_ms_ = *dt * 1000;
    samples_ = data->shape[0];
    const std::uint64_t each = element_count({data->shape.begin() + 1, data->shape.end()});
    samples_each_ = std::max<std::uint64_t>(1, kElementsEach / std::max<std::uint64_t>(each, 1));
    return {};
  }
  if (type != "EventData" && type != "ValuedEventData")
    return refused("'" + escaped(at_) + "' is of a kind that is not known",
                   "TimeGriddedData, EventData or ValuedEventData", escaped(type, Quotes::keep, 80));
  has_values_ = type == "ValuedEventData";
  const auto fits = [&](const hdf5::Array* a) {
    return is_number(a) && !a->is_ragged && a->shape.size() == 2 && a->shape == idx->shape;
  };
  if (idx == nullptr || !fits(idx) || !fits(time) || (has_values_ && !fits(value)))
    return refused("'" + escaped(at_) + "' is not a list of events",
                   has_values_ ? "idx, time and value, each [samples, events] of numbers"
                               : "idx and time, each [samples, events] of numbers");
  layout_ = Layout::nir_events;
  samples_ = idx->shape[0];
  samples_each_ = std::max<std::uint64_t>(1, kElementsEach / std::max<std::uint64_t>(idx->shape[1], 1));
  end_s_ = number_of(chosen->attribute("t_max"));
  if (const hdf5::Array* neurons = chosen->attribute("n_neurons"); neurons != nullptr) {
    const auto count = number_of(neurons);
    if (!count || !(*count >= 1 && *count <= 4294967296.0) || *count != std::floor(*count))
      return refused("'n_neurons' of '" + escaped(at_) + "' is no number of neurons",
                     "a whole number of at least 1", count ? std::to_string(*count) : "");
    neurons_ = static_cast<std::uint64_t>(*count);
  }
  return {};
}

Result<void> Hdf5Events::find_sonata(const hdf5::Object& spikes, const std::string& member) {
  // Populations that are samples of one signal count as that signal.
  std::map<std::string, std::map<std::uint64_t, std::string>> signals;
  for (const auto& [name, population] : spikes.children) {
    if (population.dataset("timestamps") == nullptr || population.dataset("node_ids") == nullptr) continue;
    const auto sample = sample_of(name);
    if (sample)
      signals[sample->first][sample->second] = name;
    else
      signals[name][0] = name;
  }
  std::vector<std::string> names;
  for (const auto& [name, samples] : signals) names.push_back(name);
  const auto found = member.empty() && signals.size() == 1 ? signals.begin() : signals.find(member);
  if (found == signals.end())
    return refused(signals.empty()  ? "the file has no population with timestamps and node_ids"
                   : member.empty() ? "which population of the file is meant?"
                                    : "there is no population '" + escaped(member, Quotes::keep, 80) + "'",
                   "FILE:POPULATION", {}, signals.empty() ? "" : "it has " + listed(names, "and"));
  for (const auto& [sample, name] : found->second) {
    if (sample != groups_.size())
      return refused("sample " + std::to_string(groups_.size()) + " of '" + escaped(found->first) +
                     "' is missing");
    const hdf5::Object* population = spikes.find(name);
    const hdf5::Array *times = population->dataset("timestamps"), *ids = population->dataset("node_ids");
    if (!is_number(times) || !is_number(ids) || times->is_ragged || ids->is_ragged ||
        times->shape.size() != 1 || times->shape != ids->shape)
      return refused("population '" + escaped(name) + "' is not a list of spikes",
                     "timestamps and node_ids, as many of one as of the other");
    const std::string unit = text_of(population->find("timestamps")->attribute("units"));
    if (!unit.empty() && unit != "milliseconds" && unit != "ms")
      return refused("times of population '" + escaped(name) + "' are of an unknown unit", "milliseconds",
                     escaped(unit, Quotes::keep, 40));
    groups_.push_back("spikes/" + name);
  }
  layout_ = Layout::sonata;
  samples_ = groups_.size();
  samples_each_ = kListsEach;
  return {};
}

Result<void> Hdf5Events::find_nwb(const hdf5::Object& units, const std::string& member) {
  const hdf5::Array *times = units.dataset("spike_times"), *index = units.dataset("spike_times_index");
  if (!is_number(times) || !is_number(index) || times->is_ragged || index->is_ragged ||
      times->shape.size() != 1 || index->shape.size() != 1)
    return refused("the units have no spikes that can be read",
                   "spike_times and spike_times_index, one axis of numbers each");
  const hdf5::Array *neuron = units.dataset("neuron"), *sample = units.dataset("sample"),
                    *signal = units.dataset("signal");
  has_columns_ = is_number(neuron) && is_number(sample) && neuron->shape == index->shape &&
                 sample->shape == index->shape && signal != nullptr && signal->type == hdf5::Type::text &&
                 signal->shape == index->shape;
  signal_ = member;
  if (!member.empty() && !has_columns_)
    return refused("the units of the file are of one signal, which has no name", "the file alone",
                   "':" + escaped(member, Quotes::keep, 80) + "' behind it");
  layout_ = Layout::nwb;
  samples_ = 0;
  return {};
}

std::vector<hdf5::Part> Hdf5Events::parts(std::uint64_t first, std::uint64_t count) const {
  std::vector<hdf5::Part> parts;
  switch (layout_) {
    case Layout::ragged:
      parts = {{"/spikes/times", first, count}, {"/spikes/units", first, count}};
      if (has_labels_) parts.push_back({"/labels", first, count});
      break;
    case Layout::nir_events:
      parts = {{"/" + at_ + "/idx", first, count}, {"/" + at_ + "/time", first, count}};
      if (has_values_) parts.push_back({"/" + at_ + "/value", first, count});
      break;
    case Layout::nir_grid:
      parts = {{"/" + at_ + "/data", first, count}};
      break;
    case Layout::sonata:
      for (std::uint64_t i = first; i < first + count; ++i) {
        parts.push_back({"/" + groups_[i] + "/timestamps"});
        parts.push_back({"/" + groups_[i] + "/node_ids"});
      }
      break;
    case Layout::nwb:
      parts = {{"/units/spike_times"}, {"/units/spike_times_index"}};
      if (has_columns_) parts.insert(parts.end(), {{"/units/neuron"}, {"/units/sample"}, {"/units/signal"}});
      break;
  }
  return parts;
}

}  // namespace spikeloom::data
