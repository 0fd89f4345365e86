#include <algorithm>

#include "json/json.h"

namespace spikeloom::json {

namespace {

std::string quoted(std::string_view key) {
  return "'" + escape(key) + "'";
}

}  // namespace

Fields::Fields(Value object, Report& report) : object_(object), report_(&report) {
  if (object_ && !object_.is(Kind::object)) {
    report.add(object_.at("this must be an object", name_of(Kind::object), object_.describe()));
    object_ = {};
  }
  taken_.resize(object_.size());
}

bool Fields::valid() const {
  return static_cast<bool>(object_);
}
Value Fields::value() const {
  return object_;
}

void Fields::know(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.emplace_back(key);
}

Value Fields::take(std::string_view key) {
  know(key);
  for (std::size_t i = 0; i < object_.size(); ++i)
    if (object_.key(i) == key) {
      taken_[i] = true;
      return object_[i];
    }
  return {};
}

void Fields::leave(std::string_view key) {
  take(key);
}

Value Fields::require(std::string_view key, std::string_view meaning) {
  const Value v = take(key);
  if (!v && valid()) report_->add(object_.at(quoted(key) + " is missing", std::string(meaning), {}));
  return v;
}

Value Fields::take(std::string_view key, Kind kind) {
  const Value v = take(key);
  if (!v || v.kind() == kind) return v;
  report_->add(v.at(quoted(key) + " must be " + name_of(kind), name_of(kind), v.describe()));
  return {};
}

std::string Fields::string(std::string_view key, std::string fallback) {
  const Value v = take(key, Kind::string);
  return v ? v.string() : fallback;
}

double Fields::number(std::string_view key, double fallback) {
  const Value v = take(key, Kind::number);
  return v ? v.number() : fallback;
}

std::int64_t Fields::integer(std::string_view key, std::int64_t fallback, std::int64_t low,
                             std::int64_t high) {
  const Value v = take(key, Kind::number);
  if (!v) return fallback;
  // 3.0 and 3e0 are whole numbers too, written by programs that know only one kind of number.
  const double d = v.number();
  const bool whole = v.is_integer() || (d >= -9007199254740992.0 && d <= 9007199254740992.0 &&
                                        d == static_cast<double>(static_cast<std::int64_t>(d)));
  if (whole) {
    const std::int64_t n = v.is_integer() ? v.integer() : static_cast<std::int64_t>(d);
    if (n >= low && n <= high) return n;
  }
  std::string expected = "a whole number";
  if (low == high)
    expected = std::to_string(low);
  else if (low != INT64_MIN && high != INT64_MAX)
    expected += " from " + std::to_string(low) + " to " + std::to_string(high);
  else if (low != INT64_MIN)
    expected += ", at least " + std::to_string(low);
  else if (high != INT64_MAX)
    expected += ", at most " + std::to_string(high);
  report_->add(
      v.at(quoted(key) + (whole ? " is out of range" : " must be a whole number"), expected, v.describe()));
  return fallback;
}

bool Fields::boolean(std::string_view key, bool fallback) {
  const Value v = take(key, Kind::boolean);
  return v ? v.boolean() : fallback;
}

void Fields::translate(std::string_view foreign, std::string_view ours) {
  foreign_.emplace_back(foreign, ours);
}

void Fields::finish(std::string_view what) {
  // Looking for near names takes time, and a hostile object may have millions of members.
  constexpr std::size_t most = 100;
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < object_.size(); ++i) {
    if (taken_[i]) continue;
    if (++unknown > most) continue;
    const std::string& key = object_.key(i);
    const auto word = std::ranges::find(foreign_, key, &std::pair<std::string, std::string>::first);
    report_->add(object_.at_key(
        i, "unknown " + std::string(what) + " " + quoted(key), {}, {},
        word != foreign_.end() ? "here it is called '" + word->second + "'" : hint_for(key, known_)));
  }
  if (unknown > most)
    report_->add(object_.at(std::to_string(unknown - most) + " more unknown fields are not shown"));
}

}  // namespace spikeloom::json
