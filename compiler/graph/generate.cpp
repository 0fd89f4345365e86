// Tensors made of random numbers: the same on every machine.
#include <cmath>

#include "equations/evaluate.h"
#include "graph/reading.h"

namespace spikeloom {

namespace {

// Random numbers of a step have the low word of a hash here; a graph whose seed is that of a generator should
// not draw the same numbers again.
constexpr std::uint32_t kStream = 0x74656e73;  // "tens"

/// Element i takes word i % 4 of block i / 4. One rounding to float32, from float64.
float draw(bool normal, std::uint64_t seed, std::size_t element, double a, double b) {
  const std::uint64_t block = element / 4;
  const RandomWords random =
      philox(seed, static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), 0, kStream);
  const std::uint32_t word = random.word[element % 4];
  const double unit = normal ? normal_of(word) : uniform_of(word);
  return static_cast<float>(normal ? a + b * unit : a + (b - a) * unit);
}

std::optional<Tensor> generate_checked(json::Value value, const Graph& graph, Report& report) {
  json::Fields fields(value, report);
  const json::Value random = fields.require("random", "\"normal\" or \"uniform\"");
  bool normal = true;
  if (random.is(json::Kind::string) && random.string() == "uniform")
    normal = false;
  else if (random && !(random.is(json::Kind::string) && random.string() == "normal"))
    report.add(random.at("this distribution is not known", "\"normal\" or \"uniform\"", random.describe()));

  double a = 0, b = 1;
  if (normal) {
    a = fields.number("mean", 0);
    b = fields.number("std", 1);
    if (!(b >= 0))
      report.add(value.find("std").at("'std' is out of range", "0 or more", value.find("std").describe()));
  } else {
    a = fields.number("low", 0);
    b = fields.number("high", 1);
    if (!(a <= b))
      report.add(value.at("'low' is above 'high'", "low at most high",
                          "low " + std::to_string(a) + ", high " + std::to_string(b)));
  }
  const json::Value seed = fields.require("seed", "a whole number from 0 to 18446744073709551615");
  if (seed && !seed.is_unsigned())
    report.add(
        seed.at("'seed' is out of range", "a whole number from 0 to 18446744073709551615", seed.describe()));
  std::optional<Shape> shape;
  if (const json::Value given = fields.require("shape", "the shape of the tensor, such as [10, 64]"))
    shape = read_shape(given, graph.source.limits.elements, report);
  fields.translate("sigma", "std");
  fields.translate("scale", "std");
  fields.translate("mu", "mean");
  fields.translate("loc", "mean");
  fields.translate("min", "low");
  fields.translate("max", "high");
  fields.translate("size", "shape");
  fields.finish("field of a generator");
  if (!report.ok()) return {};

  // The largest numbers that can come out: 5.5 is beyond the normal quantile's last value.
  const double extreme = normal ? std::abs(a) + 5.5 * b : std::max(std::abs(a), std::abs(b));
  if (!std::isfinite(static_cast<float>(extreme)) || !std::isfinite(b - a)) {
    report.add(
        value.at("these random numbers may leave the range of float32", "at most 3.4028235e38 in magnitude"));
    return {};
  }
  Tensor tensor{*shape, std::vector<float>(element_count(*shape))};
  for (std::size_t i = 0; i < tensor.values.size(); ++i)
    tensor.values[i] = draw(normal, seed.unsigned_integer(), i, a, b);
  return tensor;
}

}  // namespace

std::optional<Tensor> generate_tensor(json::Value value, const Graph& graph, Report& report) {
  Report own;  // the caller's would not count what was reported before, when a tensor is read twice
  std::optional<Tensor> tensor = generate_checked(value, graph, own);
  for (const Diagnostic& d : own.diagnostics()) report.add(d);
  return tensor;
}

}  // namespace spikeloom
