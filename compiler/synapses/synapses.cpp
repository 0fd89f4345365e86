#include "synapses/synapses.h"

#include <algorithm>
#include <cmath>

#include "support/check.h"
#include "synapses/draw.h"

namespace spikeloom {
namespace {

constexpr std::size_t kBatch = 4096;  // synapses of a list or of a long row

using Rule = Synapses::Rule;

bool rows_are_targets(Rule rule) {
  return rule == Rule::fixed_indegree || rule == Rule::all_to_all;
}

/// The rows of a rule, drawn one after the other.
class Rows {
 public:
  explicit Rows(const Synapses& s)
      : s_(s), by_target_(rows_are_targets(s.rule)), others_(by_target_ ? s.in : s.out), marks_(others_) {}

  std::size_t count() const { return by_target_ ? s_.out : s_.in; }
  bool by_target() const { return by_target_; }

  const std::vector<std::uint32_t>& partners(std::uint32_t row) {
    const std::uint32_t self = s_.self ? draw::kNobody : self_of(row);
    const draw::Words words(s_.seed, row, draw::kPartners);
    switch (s_.rule) {
      case Rule::one_to_one:
        partners_.assign(1, row);
        break;
      case Rule::all_to_all:
        partners_.clear();
        for (std::uint32_t i = 0; i < others_; ++i)
          if (i != self) partners_.push_back(i);
        break;
      case Rule::fixed_probability:
        draw::by_probability(words, s_.probability, others_, self, partners_);
        break;
      default:
        draw::by_degree(words, s_.degree, others_, self, s_.multapses, marks_, partners_);
        break;
    }
    return partners_;
  }

 private:
  /// The neuron on the other side that is the row's own; kNobody if there is none.
  std::uint32_t self_of(std::uint32_t row) const {
    if (!by_target_) {
      const std::size_t target = row + s_.first_in;
      return target < s_.out ? static_cast<std::uint32_t>(target) : draw::kNobody;
    }
    return row >= s_.first_in && row - s_.first_in < s_.in ? row - static_cast<std::uint32_t>(s_.first_in)
                                                           : draw::kNobody;
  }

  const Synapses& s_;
  bool by_target_;
  std::size_t others_;
  draw::Marks marks_;
  std::vector<std::uint32_t> partners_;
};

/// Fills what a batch needs beside the partners.
class Numbers {
 public:
  explicit Numbers(const Synapses& s) : s_(s) {}

  std::span<const float> weights(std::uint32_t row, std::size_t n) {
    if (s_.weight.drawn()) {
      draw_row(s_.weight, row, draw::kWeights, n);
      weights_.resize(n);
      for (std::size_t i = 0; i < n; ++i) weights_[i] = static_cast<float>(drawn_[i]);
    } else if (weights_.size() < n) {
      weights_.resize(n, static_cast<float>(s_.weight.a));
    }
    return std::span(weights_).first(n);
  }

  std::span<const std::uint32_t> delays(std::uint32_t row, std::size_t n) {
    if (s_.delay.drawn()) {
      draw_row(s_.delay, row, draw::kDelays, n);
      delays_.resize(n);
      for (std::size_t i = 0; i < n; ++i) delays_[i] = whole_steps(drawn_[i] / s_.step_length);
    } else if (delays_.size() < n) {
      delays_.resize(n, s_.least_delay);
    }
    return std::span(delays_).first(n);
  }

 private:
  void draw_row(const SynapseValues& how, std::uint32_t row, draw::Stream stream, std::size_t n) {
    drawn_.resize(n);
    draw::numbers(how, row, stream, drawn_);
  }

  const Synapses& s_;
  std::vector<double> drawn_;
  std::vector<float> weights_;
  std::vector<std::uint32_t> delays_;
};

void list_batches(const Synapses& s, const std::function<void(const Synapses::Batch&)>& visit) {
  Numbers numbers(s);
  std::vector<std::uint32_t> delays;
  for (std::size_t first = 0; first < s.target.size(); first += kBatch) {
    const std::size_t n = std::min(kBatch, s.target.size() - first);
    Synapses::Batch batch;
    batch.target = std::span(s.target).subspan(first, n);
    batch.source = std::span(s.source).subspan(first, n);
    batch.weight =
        s.weight.values.empty() ? numbers.weights(0, n) : std::span(s.weight.values).subspan(first, n);
    if (s.delay.values.empty()) {
      batch.delay = numbers.delays(0, n);
    } else {
      delays.resize(n);
      for (std::size_t i = 0; i < n; ++i)
        delays[i] = whole_steps(static_cast<double>(s.delay.values[first + i]) / s.step_length);
      batch.delay = delays;
    }
    visit(batch);
  }
}

/// Pairs of a source and a target that are one neuron.
std::uint64_t self_pairs(const Synapses& s) {
  if (s.self || s.first_in >= s.out) return 0;
  return std::min(s.in, s.out - s.first_in);
}

}  // namespace

std::uint32_t whole_steps(double steps) {
  // Not floor(steps + 0.5): that sum may round up by itself.
  double whole = std::floor(steps);
  if (steps - whole >= 0.5) whole += 1;
  return static_cast<std::uint32_t>(std::clamp<double>(whole, 0, kMostSynapseDelay));
}

void Synapses::for_each_batch(const std::function<void(const Batch&)>& visit) const {
  if (rule == Rule::list) return list_batches(*this, visit);
  Rows rows(*this);
  Numbers numbers(*this);
  std::vector<std::uint32_t> same;
  for (std::uint32_t row = 0; row < rows.count(); ++row) {
    const std::vector<std::uint32_t>& partners = rows.partners(row);
    if (partners.empty()) continue;
    same.assign(partners.size(), row);
    visit({rows.by_target() ? std::span<const std::uint32_t>(same) : std::span<const std::uint32_t>(partners),
           rows.by_target() ? std::span<const std::uint32_t>(partners) : std::span<const std::uint32_t>(same),
           numbers.delays(row, partners.size()), numbers.weights(row, partners.size())});
  }
}

std::uint64_t expected_synapses(const Synapses& s) {
  const auto pairs = static_cast<double>(s.in) * static_cast<double>(s.out);
  double most = 0;
  switch (s.rule) {
    case Rule::list:
      return s.target.size();
    case Rule::one_to_one:
      return s.in;
    case Rule::all_to_all:
      most = pairs - static_cast<double>(self_pairs(s));
      break;
    case Rule::fixed_probability:
      // Six standard deviations above the mean.
      most = std::min(pairs, s.probability * pairs + 6 * std::sqrt(s.probability * pairs) + 6);
      break;
    case Rule::fixed_indegree:
      most = static_cast<double>(s.degree) * static_cast<double>(s.out);
      break;
    case Rule::fixed_outdegree:
      most = static_cast<double>(s.degree) * static_cast<double>(s.in);
      break;
  }
  return static_cast<std::uint64_t>(std::min(most, 0x1p62));
}

std::uint64_t count_synapses(const Synapses& s) {
  if (s.rule != Rule::fixed_probability) return expected_synapses(s);
  Rows rows(s);
  std::uint64_t count = 0;
  for (std::uint32_t row = 0; row < rows.count(); ++row) count += rows.partners(row).size();
  return count;
}

void set_delay_bounds(Synapses& s) {
  const auto steps = [&](double x) { return whole_steps(x / s.step_length); };
  switch (s.delay.how) {
    case SynapseValues::How::constant:
      s.least_delay = s.longest_delay = steps(s.delay.a);
      break;
    case SynapseValues::How::each: {
      const auto [least, most] = std::ranges::minmax(s.delay.values);
      s.least_delay = steps(static_cast<double>(least));
      s.longest_delay = steps(static_cast<double>(most));
      break;
    }
    case SynapseValues::How::uniform:
      s.least_delay = steps(s.delay.a);
      s.longest_delay = steps(s.delay.b);
      break;
    case SynapseValues::How::normal: {
      const double reach = 5.5 * s.delay.b;  // beyond the last value of the quantile
      s.least_delay = steps(std::clamp(s.delay.a - reach, s.delay.least, s.delay.most));
      s.longest_delay = steps(std::clamp(s.delay.a + reach, s.delay.least, s.delay.most));
      break;
    }
  }
  SPIKELOOM_CHECK(s.least_delay <= s.longest_delay, "synapses", "delays without bounds");
}

}  // namespace spikeloom
