// The second half of Hdf5Events: values become events.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/by_sample.h"
#include "data/hdf5_events.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {

Result<const hdf5::Array*> Hdf5Events::array(const hdf5::Object& root, const std::string& path) const {
  const hdf5::Array* found = root.dataset(path);
  const bool is_list = layout_ == Layout::ragged && path != "labels";
  if (found != nullptr && found->has_values && found->type != hdf5::Type::text &&
      found->type != hdf5::Type::other && found->is_ragged == is_list)
    return found;
  return refused("'" + escaped(path) + "' cannot be read", {}, {},
                 found == nullptr || found->why.empty() ? "" : escaped(found->why));
}

Result<Event> Hdf5Events::event(double time, double neuron, double value, std::uint64_t number) const {
  const auto broken = [&](const char* what, const char* expected, double got) {
    return refused("the " + std::string(what) + " of event " + std::to_string(number) + " is out of range",
                   expected, std::to_string(got));
  };
  if (!(time >= 0) || !std::isfinite(time)) return broken("time", "a number of at least 0", time);
  if (!(neuron >= 0 && neuron <= 4294967295.0) || neuron != std::floor(neuron))
    return broken("neuron", "a whole number, counted from 0", neuron);
  if (!std::isfinite(static_cast<float>(value)))
    return broken("value", "a number within the range of float32", value);
  return Event{time, static_cast<std::uint32_t>(neuron), static_cast<float>(value)};
}

Result<Events> Hdf5Events::events(const hdf5::Object& values, std::uint64_t first, std::uint64_t count,
                                  const EventOptions& options) const {
  Events events;
  events.name = file_;
  events.unit = TimeUnit::s;
  switch (layout_) {
    case Layout::ragged:
      events.format = "SHD";
      TRY_VOID(add_ragged(values, count, options, events));
      break;
    case Layout::nir_events:
      events.format = "NIRData";
      events.end = end_s_;
      if (neurons_) events.shape = {*neurons_};
      TRY_VOID(add_nir(values, count, options, events));
      break;
    case Layout::nir_grid:
      events.format = "NIRData";
      events.unit = TimeUnit::step;
      events.dt_ms = dt_ms_;
      TRY_VOID(add_grid(values, count, options, events));
      break;
    case Layout::sonata:
      events.format = "SONATA";
      events.unit = TimeUnit::ms;
      TRY_VOID(add_sonata(values, first, count, options, events));
      break;
    case Layout::nwb:
      events.format = "NWB";
      TRY_VOID(add_nwb(values, options, events));
      break;
  }
  return events;
}

Result<void> Hdf5Events::add_ragged(const hdf5::Object& root, std::uint64_t count,
                                    const EventOptions& options, Events& events) const {
  TRY(const hdf5::Array* times, array(root, "spikes/times"));
  TRY(const hdf5::Array* units, array(root, "spikes/units"));
  const std::uint64_t all = std::accumulate(times->lengths.begin(), times->lengths.end(), std::uint64_t{0});
  if (times->lengths != units->lengths || times->lengths.size() != count || times->count() != all ||
      units->count() != all)
    return refused("spikes/times and spikes/units have lists of different lengths");
  TRY_VOID(check_event_count(file_, times->count(), options));
  std::uint64_t at = 0;
  for (const std::uint64_t length : times->lengths) {
    for (std::uint64_t i = 0; i < length; ++i, ++at) {
      TRY(const Event next, event(times->number(at), units->number(at), 1, i));
      events.events.push_back(next);
    }
    events.end_sample();
  }
  if (!has_labels_) return {};
  TRY(const hdf5::Array* labels, array(root, "labels"));
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, labels->count()); ++i) {
    const double label = labels->number(i);
    if (label != std::floor(label) || std::abs(label) > 1e15)
      return refused("label " + std::to_string(i) + " is not a whole number");
    events.labels.push_back(static_cast<std::int64_t>(label));
  }
  return {};
}

Result<void> Hdf5Events::add_nir(const hdf5::Object& root, std::uint64_t count, const EventOptions& options,
                                 Events& events) const {
  TRY(const hdf5::Array* idx, array(root, at_ + "/idx"));
  TRY(const hdf5::Array* time, array(root, at_ + "/time"));
  const hdf5::Array* value = nullptr;
  if (has_values_) {
    TRY(value, array(root, at_ + "/value"));
  }
  TRY_VOID(check_event_count(file_, idx->count(), options));
  if (idx->count() != time->count() || (value != nullptr && value->count() != idx->count()) || count == 0 ||
      idx->count() % count != 0)
    return refused("'" + escaped(at_) + "' has columns of different lengths");
  const std::uint64_t each = idx->count() / count;
  for (std::uint64_t sample = 0; sample < count; ++sample) {
    for (std::uint64_t i = sample * each; i < (sample + 1) * each; ++i) {
      if (idx->number(i) == -1) continue;  // what fills up the shorter samples
      TRY(const Event next,
          event(time->number(i), idx->number(i), value != nullptr ? value->number(i) : 1, i - sample * each));
      if (neurons_ && next.neuron >= *neurons_)
        return refused("event " + std::to_string(i - sample * each) + " is of a neuron that is not there",
                       "below n_neurons, " + std::to_string(*neurons_), std::to_string(next.neuron));
      events.events.push_back(next);
    }
    events.end_sample();
  }
  return {};
}

Result<void> Hdf5Events::add_grid(const hdf5::Object& root, std::uint64_t count, const EventOptions& options,
                                  Events& events) const {
  TRY(const hdf5::Array* data, array(root, at_ + "/data"));
  if (data->shape.size() < 2 || data->shape[0] != count ||
      checked_count(data->shape, data->count()) != data->count())
    return refused("'" + escaped(at_) + "' is not gridded data");
  const std::uint64_t steps = data->shape[1];
  events.shape = {data->shape.begin() + 2, data->shape.end()};
  const std::uint64_t neurons = element_count(events.shape);
  events.end = static_cast<double>(steps);
  std::uint64_t at = 0;
  for (std::uint64_t sample = 0; sample < count; ++sample) {
    for (std::uint64_t step = 0; step < steps; ++step)
      for (std::uint64_t neuron = 0; neuron < neurons; ++neuron, ++at) {
        const double value = data->number(at);
        if (value == 0) continue;
        TRY(const Event next, event(static_cast<double>(step), static_cast<double>(neuron), value, at));
        events.events.push_back(next);
        if (events.events.size() > options.most_events)
          TRY_VOID(check_event_count(file_, events.events.size(), options));
      }
    events.end_sample();
  }
  return {};
}

Result<void> Hdf5Events::add_sonata(const hdf5::Object& root, std::uint64_t first, std::uint64_t count,
                                    const EventOptions& options, Events& events) const {
  for (std::uint64_t sample = first; sample < first + count; ++sample) {
    TRY(const hdf5::Array* times, array(root, groups_[sample] + "/timestamps"));
    TRY(const hdf5::Array* ids, array(root, groups_[sample] + "/node_ids"));
    if (times->count() != ids->count())
      return refused("population '" + escaped(groups_[sample]) + "' is not a list of spikes");
    TRY_VOID(check_event_count(file_, events.events.size() + times->count(), options));
    for (std::size_t i = 0; i < times->count(); ++i) {
      TRY(const Event next, event(times->number(i), ids->number(i), 1, i));
      events.events.push_back(next);
    }
    events.end_sample();
  }
  return {};
}

Result<void> Hdf5Events::add_nwb(const hdf5::Object& root, const EventOptions& options,
                                 Events& events) const {
  TRY(const hdf5::Array* times, array(root, "units/spike_times"));
  TRY(const hdf5::Array* index, array(root, "units/spike_times_index"));
  const hdf5::Array *neuron = nullptr, *sample = nullptr, *signal = nullptr;
  std::string wanted = signal_;
  if (has_columns_) {
    TRY(neuron, array(root, "units/neuron"));
    TRY(sample, array(root, "units/sample"));
    signal = root.dataset("units/signal");
    if (signal == nullptr || signal->texts.size() != index->count() || neuron->count() != index->count() ||
        sample->count() != index->count())
      return refused("the columns of the units are not of the same length");
    std::vector<std::string> names = signal->texts;
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (wanted.empty() && names.size() == 1) wanted = names.front();
    if (!names.empty() && std::ranges::find(names, wanted) == names.end())
      return refused(wanted.empty() ? "which signal of the file is meant?"
                                    : "there is no signal '" + escaped(wanted, Quotes::keep, 80) + "'",
                     "FILE:SIGNAL", {}, "it has " + escaped(listed(names, "and"), Quotes::keep, 400));
  }
  BySample sorter(options);
  std::uint64_t begin = 0;
  for (std::size_t row = 0; row < index->count(); ++row) {
    const double ends = index->number(row);
    if (!(ends >= static_cast<double>(begin) && ends <= static_cast<double>(times->count())))
      return refused("spike_times_index " + std::to_string(row) + " is out of range",
                     std::to_string(begin) + " to " + std::to_string(times->count()), std::to_string(ends));
    const auto end = static_cast<std::uint64_t>(ends);
    const bool is_meant = signal == nullptr || signal->texts[row] == wanted;
    double of = 0;
    if (is_meant && sample != nullptr) of = sample->number(row);
    if (!(of >= 0 && of < 4294967295.0) || of != std::floor(of))
      return refused("sample of unit " + std::to_string(row) + " is out of range");
    if (is_meant) sorter.has_samples(static_cast<std::uint64_t>(of) + 1);
    for (std::uint64_t i = begin; is_meant && i < end; ++i) {
      TRY(const Event next,
          event(times->number(i), neuron != nullptr ? neuron->number(row) : static_cast<double>(row), 1, i));
      TRY_VOID(sorter.add(file_, static_cast<std::uint64_t>(of), next));
    }
    begin = end;
  }
  return sorter.finish(events);
}

}  // namespace spikeloom::data
