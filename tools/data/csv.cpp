#include "data/csv.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "data/by_sample.h"
#include "data/line.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

constexpr std::size_t kNoColumn = std::numeric_limits<std::size_t>::max();

struct Columns {
  std::size_t time = 0, neuron = 1, sample = kNoColumn, value = kNoColumn, signal = kNoColumn, count = 2;
  std::optional<TimeUnit> unit;  // if the header says so
};

struct TimeName {
  const char* name;
  TimeUnit unit;
};
constexpr std::array<TimeName, 9> kTimeNames = {{{"t", TimeUnit::step},
                                                 {"step", TimeUnit::step},
                                                 {"t_us", TimeUnit::us},
                                                 {"time_us", TimeUnit::us},
                                                 {"t_ms", TimeUnit::ms},
                                                 {"time_ms", TimeUnit::ms},
                                                 {"t_s", TimeUnit::s},
                                                 {"time_s", TimeUnit::s},
                                                 {"time_step", TimeUnit::step}}};

bool is_header(std::string_view line) {
  return !says_nothing(line) && !parse_number(fields_of(line).front());
}

Result<Columns> read_columns(const std::string& file, std::uint64_t number, std::string_view line) {
  Columns columns{kNoColumn, kNoColumn, kNoColumn, kNoColumn, kNoColumn, 0, {}};
  const auto fields = fields_of(line);
  columns.count = fields.size();
  const auto twice = [&](std::string_view name) {
    return line_error(file, number, "column '" + escaped(name, Quotes::keep, 40) + "' is there twice");
  };
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string_view name = fields[i];
    const auto time =
        std::ranges::find(kTimeNames, name, [](const TimeName& t) { return std::string_view(t.name); });
    std::size_t* place = time != kTimeNames.end() ? &columns.time
                         : name == "neuron"       ? &columns.neuron
                         : name == "sample"       ? &columns.sample
                         : name == "value"        ? &columns.value
                         : name == "signal"       ? &columns.signal
                                                  : nullptr;
    if (place == nullptr) {
      std::vector<std::string> known = {"neuron", "sample", "value", "signal"};
      for (const TimeName& t : kTimeNames) known.emplace_back(t.name);
      const std::string near = nearest_name(name, known);
      return line_error(file, number, "unknown column '" + escaped(name, Quotes::keep, 40) + "'",
                        "neuron, a time (step, t_us, t_ms, t_s), and perhaps sample, value and signal", {},
                        near.empty() ? "" : "did you mean '" + near + "'?");
    }
    if (*place != kNoColumn) return twice(name);
    *place = i;
    if (time != kTimeNames.end()) {
      columns.unit = time->unit;
      // A bare `t` counts steps, unless the caller knows better.
      if (name == "t") columns.unit.reset();
    }
  }
  if (columns.time == kNoColumn || columns.neuron == kNoColumn)
    return line_error(file, number, "a column is missing", "neuron, and step, t_us, t_ms or t_s",
                      escaped(line, Quotes::keep, 80));
  return columns;
}

/// The signal whose lines are taken: the one that was asked for, else the only one there is.
class Chosen {
 public:
  explicit Chosen(const std::string& asked) : asked_(asked) {}

  bool takes(std::string_view name) {
    const bool is_first = names_.empty();
    if (std::ranges::find(names_, name) == names_.end() && names_.size() < kMostNames)
      names_.emplace_back(name);
    return asked_.empty() ? is_first || name == names_.front() : name == asked_;
  }

  /// `has_column`: the file names its signals.
  Result<void> check(const std::string& file, bool has_column) const {
    if (asked_.empty() && names_.size() < 2) return {};
    const std::string asked = "'" + escaped(asked_, Quotes::keep, 80) + "'";
    if (!has_column)
      return file_error(file, "the file has no column \"signal\" and so holds a single one", "the file alone",
                        "':" + escaped(asked_, Quotes::keep, 80) + "' behind it");
    if (std::ranges::find(names_, asked_) != names_.end()) return {};
    return file_error(
        file, asked_.empty() ? "which signal of the file is meant?" : "there is no signal " + asked,
        "FILE:SIGNAL", {},
        names_.empty() ? "it has none" : "it has " + escaped(listed(names_, "and"), Quotes::keep, 400));
  }

 private:
  static constexpr std::size_t kMostNames = 64;  // for messages
  const std::string& asked_;
  std::vector<std::string> names_;
};

}  // namespace

Result<Events> read_csv(const Bytes& bytes, const EventOptions& options) {
  Lines lines(bytes);
  Columns columns;
  bool is_first = true, is_named = false;
  Events events;
  events.name = bytes.name;
  events.format = "CSV";
  BySample sorter(options);
  Chosen chosen(options.signal);
  for (;;) {
    TRY(const auto next, lines.next());
    if (!next) break;
    std::string_view line = *next;
    if (is_first && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
    if (says_nothing(line)) continue;
    if (is_first) {
      is_first = false;
      if (is_header(line)) {
        TRY(columns, read_columns(bytes.name, lines.number(), line));
        is_named = true;
        if (columns.unit && options.unit && *columns.unit != *options.unit)
          return line_error(bytes.name, lines.number(), "the times are of another unit",
                            std::string("--time-unit ") +
                                (*columns.unit == TimeUnit::step ? "step" : name_of(*columns.unit)),
                            name_of(*options.unit), "leave out --time-unit");
        continue;
      }
      columns.count = fields_of(line).size();
      if (columns.count == 3) columns.value = 2;
    }
    const auto fields = fields_of(line);
    if (fields.size() != columns.count || columns.count < 2 || (!is_named && columns.count > 3))
      return line_error(bytes.name, lines.number(), "the line has not the columns of the file",
                        is_named ? std::to_string(columns.count) + " numbers" : "t,neuron or t,neuron,value",
                        escaped(line, Quotes::keep, 80));
    const auto broken = [&](const char* what, std::size_t column, const char* expected) {
      return line_error(bytes.name, lines.number(), what, expected,
                        escaped(fields[column], Quotes::keep, 80));
    };
    const TimeUnit unit = columns.unit.value_or(options.unit.value_or(TimeUnit::step));
    const auto time = parse_number(fields[columns.time]);
    if (!time || *time < 0) return broken("the time is not one", columns.time, "a number of at least 0");
    if (unit == TimeUnit::step && *time != std::floor(*time)) {
      Error error = broken("the time is not a whole step", columns.time, "a whole number");
      error.diagnostics.front().hint = "times in ms: name the column t_ms, or say --time-unit ms";
      return error;
    }
    const auto neuron = parse_whole(fields[columns.neuron]);
    if (!neuron || *neuron > UINT32_MAX)
      return broken("the neuron is not one", columns.neuron, "a whole number, counted from 0");
    std::uint64_t sample = 0;
    if (columns.sample != kNoColumn) {
      const auto given = parse_whole(fields[columns.sample]);
      if (!given || *given >= UINT32_MAX)
        return broken("the sample is not one", columns.sample, "a whole number, counted from 0");
      sample = *given;
    }
    // Samples of the other signals are samples of this one, too: silent ones.
    sorter.has_samples(sample + 1);
    if (columns.signal != kNoColumn && !chosen.takes(fields[columns.signal])) continue;
    float value = 1;
    if (columns.value != kNoColumn) {
      const auto given = parse_number(fields[columns.value]);
      if (!given || !std::isfinite(static_cast<float>(*given)))
        return broken("the value is not one", columns.value, "a number within the range of float32");
      value = static_cast<float>(*given);
    }
    TRY_VOID(sorter.add(bytes.name, sample, {*time, static_cast<std::uint32_t>(*neuron), value}));
  }
  TRY_VOID(chosen.check(bytes.name, columns.signal != kNoColumn));
  events.unit = columns.unit.value_or(options.unit.value_or(TimeUnit::step));
  TRY_VOID(sorter.finish(events));
  return events;
}

}  // namespace spikeloom::data
