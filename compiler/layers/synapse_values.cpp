#include "layers/synapse_values.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace spikeloom {
namespace {

using How = SynapseValues::How;

bool is_generator(json::Value value) {
  return value.is(json::Kind::object) && value.find("random") && !value.find("shape");
}

/// { "random": "normal" | "uniform", ... } without a shape: as many numbers as there are synapses.
std::optional<SynapseValues> read_drawn(LayerBuilder& l, json::Value value) {
  Report own;  // the caller's may hold problems of other fields
  json::Fields fields(value, own);
  SynapseValues drawn;
  const json::Value random = fields.take("random");
  drawn.how = random.is(json::Kind::string) && random.string() == "uniform" ? How::uniform : How::normal;
  if (!(random.is(json::Kind::string) && (random.string() == "normal" || random.string() == "uniform")))
    own.add(random.at("this distribution is not known", "\"normal\" or \"uniform\"", random.describe()));
  if (drawn.how == How::normal) {
    drawn.a = fields.number("mean", 0);
    drawn.b = fields.number("std", 1);
    drawn.least = fields.number("low", drawn.least);
    drawn.most = fields.number("high", drawn.most);
    if (!(drawn.b >= 0))
      own.add(value.find("std").at("'std' is out of range", "0 or more", value.find("std").describe()));
    if (!(drawn.least <= drawn.most)) own.add(value.at("'low' is above 'high'", "low at most high"));
  } else {
    drawn.a = fields.number("low", 0);
    drawn.b = fields.number("high", 1);
    if (!(drawn.a <= drawn.b)) own.add(value.at("'low' is above 'high'", "low at most high"));
  }
  const json::Value seed = fields.require("seed", "a whole number from 0 to 18446744073709551615");
  if (seed && seed.is_unsigned())
    drawn.seed = seed.unsigned_integer();
  else if (seed)
    own.add(
        seed.at("'seed' is out of range", "a whole number from 0 to 18446744073709551615", seed.describe()));
  fields.translate("sigma", "std");
  fields.translate("scale", "std");
  fields.translate("mu", "mean");
  fields.translate("loc", "mean");
  fields.translate("min", "low");
  fields.translate("max", "high");
  fields.finish("field of a generator");
  // The largest numbers that can come out: 5.5 is beyond the normal quantile's last value.
  const double extreme = drawn.how == How::normal ? std::abs(drawn.a) + 5.5 * drawn.b
                                                  : std::max(std::abs(drawn.a), std::abs(drawn.b));
  const auto fits = [](double x) { return std::isfinite(static_cast<float>(x)); };
  const bool bounds_fit =
      (std::isinf(drawn.least) || fits(drawn.least)) && (std::isinf(drawn.most) || fits(drawn.most));
  if (own.ok() && !(fits(extreme) && bounds_fit && std::isfinite(drawn.b - drawn.a)))
    own.add(
        value.at("these random numbers may leave the range of float32", "at most 3.4028235e38 in magnitude"));
  for (const Diagnostic& d : own.diagnostics()) l.report().add(d);
  if (!own.ok()) return {};
  return drawn;
}

/// A number, drawn numbers, or one number for each synapse of a list.
std::optional<SynapseValues> read_values(LayerBuilder& l, json::Value value, const Synapses& s) {
  if (is_generator(value)) return read_drawn(l, value);
  Report own;
  auto tensor = read_tensor(value, l.graph(), own);
  for (const Diagnostic& d : own.diagnostics()) l.report().add(d);
  if (!tensor) return {};
  SynapseValues read;
  if (tensor->shape.empty()) {
    read.a = static_cast<double>(tensor->values.front());
    return read;
  }
  if (s.rule != Synapses::Rule::list) {
    l.report().add(value.at("the synapses of a rule are not numbered",
                            "a number, or { \"random\": ... } without a shape",
                            "a tensor " + to_string(tensor->shape)));
    return {};
  }
  if (tensor->shape != Shape{s.target.size()}) {
    l.report().add(value.at("there must be one value for each synapse",
                            "[" + std::to_string(s.target.size()) + "]", to_string(tensor->shape)));
    return {};
  }
  if (!l.reserve(tensor->values.size())) return {};
  const auto& v = tensor->values;
  const auto same_bits = [&](float x) {
    return x == v.front() && std::signbit(x) == std::signbit(v.front());
  };
  if (v.empty() || std::ranges::all_of(v, same_bits)) {  // held once
    read.a = v.empty() ? 0 : static_cast<double>(v.front());
    return read;
  }
  read.how = How::each;
  read.values = std::move(tensor->values);
  return read;
}

/// In steps, for people: what is out of range is told as it was written.
bool check_delays(LayerBuilder& l, json::Value value, const Synapses& s, bool in_ms) {
  const SynapseValues& d = s.delay;
  const auto fits = [&](double x) {
    const double steps = x / s.step_length;
    return x >= 0 && steps <= kMostSynapseDelay && (in_ms || d.drawn() || steps == std::floor(steps));
  };
  double worst = d.a;
  bool good = true;
  switch (d.how) {
    case How::constant:
      good = fits(d.a);
      break;
    case How::each: {
      const auto bad = std::ranges::find_if(d.values, [&](float x) { return !fits(static_cast<double>(x)); });
      good = bad == d.values.end();
      if (!good) worst = static_cast<double>(*bad);
      break;
    }
    case How::uniform:
      good = fits(d.a) && fits(d.b);
      worst = fits(d.a) ? d.b : d.a;
      break;
    case How::normal: {
      const double least = std::max(d.a - 5.5 * d.b, d.least), most = std::min(d.a + 5.5 * d.b, d.most);
      good = fits(least) && fits(most);
      worst = fits(least) ? most : least;
      break;
    }
  }
  if (good) return true;
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", worst);
  l.report().add(value.at(in_ms ? "a delay is out of range" : "a delay is a whole number of steps",
                          "0 to " + std::to_string(kMostSynapseDelay) + (in_ms ? " steps" : ""), text,
                          d.how == How::normal ? "\"low\" and \"high\" bound what is drawn" : ""));
  return false;
}

}  // namespace

bool read_weights(LayerBuilder& l, json::Value given, Synapses& s) {
  auto values = read_values(l, given, s);
  if (!values) return false;
  s.weight = std::move(*values);
  return true;
}

bool read_delays(LayerBuilder& l, json::Value steps, json::Value ms, Synapses& s) {
  if (steps && ms) {
    l.report().add(ms.at("the delay is given twice", "delay, in steps, or delay_ms"));
    return false;
  }
  const json::Value value = steps ? steps : ms;
  if (value) {
    auto values = read_values(l, value, s);
    if (!values) return false;
    s.delay = std::move(*values);
    if (ms) {
      // Asks for dt, and warns of a time that is no multiple of it.
      const double one = value.is(json::Kind::number) ? value.number() : 0.0;
      if (one < 0) return check_delays(l, value, s, true);
      const auto whole = steps_of_ms(value, one, l.graph(), l.report());
      if (!whole || !l.graph().dt) return false;
      s.step_length = *l.graph().dt;
      if (s.delay.how == How::constant) s.delay.a = one;  // not rounded to float32 before it is divided
    }
    if (!check_delays(l, value, s, static_cast<bool>(ms))) return false;
  }
  set_delay_bounds(s);
  return true;
}

}  // namespace spikeloom
