#include "data/event_array.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "arrays/npy.h"
#include "data/by_sample.h"
#include "data/pixels.h"
#include "data/records.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

Error no_events(const std::string& name) {
  return file_error(name, "this structured array does not hold events",
                    "one axis; fields neuron (or x, y, p) and step (or t, in us), perhaps sample and value",
                    {}, "run --events writes step, sample and neuron");
}

/// A field read as a whole number of at most `most`.
class WholeField {
 public:
  WholeField(const NpyHeader& header, std::string_view name) {
    const auto found = std::ranges::find(header.fields, name, &NpyField::name);
    if (found != header.fields.end()) field_ = &*found;
  }
  explicit operator bool() const { return field_ != nullptr; }
  const std::string& name() const { return field_->name; }
  double value(const unsigned char* record) const {
    return number_of(field_->element, field_->swapped, record + field_->offset);
  }
  std::optional<std::uint64_t> whole(const unsigned char* record, double most) const {
    const double number = value(record);
    if (!(number >= 0 && number <= most) || number != std::floor(number)) return std::nullopt;
    return static_cast<std::uint64_t>(number);
  }

 private:
  const NpyField* field_ = nullptr;
};

}  // namespace

Result<bool> is_event_array(const Bytes& bytes) {
  ByteStream stream = stream_of(bytes);
  TRY(const NpyHeader header, read_npy_header(stream, std::numeric_limits<std::size_t>::max()));
  return !header.fields.empty();
}

Result<Events> read_event_array(const Bytes& bytes, const EventOptions& options) {
  ByteStream stream = stream_of(bytes);
  TRY(const NpyHeader header, read_npy_header(stream, std::numeric_limits<std::size_t>::max()));
  const WholeField neuron(header, "neuron"), step(header, "step"), t(header, "t"), t_us(header, "t_us"),
      sample(header, "sample"), value(header, "value"), x(header, "x"), y(header, "y"), p(header, "p");
  const WholeField& us = t ? t : t_us;
  const bool is_camera = !neuron && x && y && p;
  if (header.shape.size() != 1 || (!neuron && !is_camera) || static_cast<bool>(step) == static_cast<bool>(us))
    return no_events(bytes.name);
  Sensor sensor;
  if (is_camera) {
    TRY(sensor, sensor_of(bytes.name, {}, options));
  }
  const Pixels pixels(sensor, options.polarity);
  Events events;
  events.name = bytes.name;
  events.format = "events";
  events.unit = step ? TimeUnit::step : TimeUnit::us;
  if (is_camera) events.shape = pixels.shape();
  BySample sorter(options);
  TRY_VOID(visit_records(
      bytes, header.data_offset, header.shape[0], header.item_bytes,
      [&](std::uint64_t i, const unsigned char* record) -> Result<void> {
        const auto broken = [&](const WholeField& field, const char* expected) {
          const double got = field.value(record);
          return file_error(
              bytes.name,
              "field '" + escaped(field.name()) + "' of event " + std::to_string(i) + " is out of range",
              expected,
              got == std::floor(got) && std::abs(got) < 1e15 ? std::to_string(static_cast<std::int64_t>(got))
                                                             : std::to_string(got));
        };
        const WholeField& when = step ? step : us;
        const auto time = when.whole(record, 9007199254740992.0);
        if (!time) return broken(when, "a whole number of at least 0");
        Event event{static_cast<double>(*time), 0, 1};
        std::uint64_t number = 0;
        if (sample) {
          const auto given = sample.whole(record, UINT32_MAX - 1.0);
          if (!given) return broken(sample, "a whole number, counted from 0");
          number = *given;
        }
        if (is_camera) {
          const auto column = x.whole(record, UINT32_MAX), row = y.whole(record, UINT32_MAX);
          if (!column) return broken(x, "a whole number, counted from 0");
          if (!row) return broken(y, "a whole number, counted from 0");
          const auto at_x = static_cast<std::uint32_t>(*column), at_y = static_cast<std::uint32_t>(*row);
          if (!pixels.holds(at_x, at_y)) return pixels.outside(bytes.name, i, at_x, at_y);
          const bool is_on = p.value(record) > 0;
          if (!pixels.takes(is_on)) return {};
          event.neuron = pixels.neuron(at_x, at_y, is_on);
        } else {
          const auto given = neuron.whole(record, UINT32_MAX);
          if (!given) return broken(neuron, "a whole number, counted from 0");
          event.neuron = static_cast<std::uint32_t>(*given);
        }
        if (value) {
          event.value = static_cast<float>(value.value(record));
          if (!std::isfinite(event.value)) return broken(value, "a number within the range of float32");
        }
        return sorter.add(bytes.name, number, event);
      }));
  TRY_VOID(sorter.finish(events));
  return events;
}

}  // namespace spikeloom::data
