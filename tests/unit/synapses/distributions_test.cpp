// What is drawn has the distribution that the rule's name promises: degrees of both sides, and independence
// of neighbours, rows and seeds. Seeds are fixed; bounds are five standard deviations.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "synapses/synapses.h"

namespace spikeloom {
namespace {

using Rule = Synapses::Rule;
using Rows = std::vector<std::vector<std::uint32_t>>;  // targets of each source, ascending

constexpr std::size_t kNeurons = 2000;

Rows drawn(Rule rule, std::uint64_t seed, double probability, std::size_t degree = 0,
           bool multapses = false) {
  Synapses s;
  s.rule = rule;
  s.out = s.in = kNeurons;
  s.seed = seed;
  s.probability = probability;
  s.degree = degree;
  s.multapses = multapses;
  set_delay_bounds(s);
  s.count = count_synapses(s);
  Rows rows(kNeurons);
  s.for_each_batch([&](const Synapses::Batch& b) {
    for (std::size_t i = 0; i < b.target.size(); ++i) rows[b.source[i]].push_back(b.target[i]);
  });
  for (auto& row : rows) std::ranges::sort(row);
  return rows;
}

std::vector<double> out_degrees(const Rows& rows) {
  std::vector<double> degrees;
  for (const auto& row : rows) degrees.push_back(static_cast<double>(row.size()));
  return degrees;
}

std::vector<double> in_degrees(const Rows& rows) {
  std::vector<double> degrees(kNeurons);
  for (const auto& row : rows)
    for (const std::uint32_t target : row) ++degrees[target];
  return degrees;
}

bool all_are(const std::vector<double>& degrees, double degree) {
  return std::ranges::all_of(degrees, [&](double d) { return d == degree; });
}

/// Sum of squared distances from the mean in units of the variance: n of them, with a variance of 2 n.
void expect_chi_squared(const std::vector<double>& degrees, double mean, double variance, const char* what) {
  double sum = 0;
  for (const double d : degrees) sum += (d - mean) * (d - mean) / variance;
  const auto n = static_cast<double>(degrees.size());
  EXPECT_NEAR(sum, n, 5 * std::sqrt(2 * n)) << what;
}

double in_both(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::vector<std::uint32_t> common;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  return static_cast<double>(common.size());
}

TEST(FixedProbability, GivesBothSidesBinomialDegrees) {
  for (const double p : {0.02, 0.1, 0.7}) {
    const Rows rows = drawn(Rule::fixed_probability, 11, p);
    const double n = kNeurons, mean = n * p, variance = n * p * (1 - p);
    const auto out = out_degrees(rows), in = in_degrees(rows);
    const double all = std::accumulate(out.begin(), out.end(), 0.0);
    EXPECT_NEAR(all, n * mean, 5 * std::sqrt(n * variance)) << p;
    expect_chi_squared(out, mean, variance, "targets of a source");
    expect_chi_squared(in, mean, variance, "sources of a target");
  }
}

TEST(FixedProbability, DrawsNeighboursRowsAndSeedsIndependently) {
  const double p = 0.1, n = kNeurons, both = p * p;
  const Rows rows = drawn(Rule::fixed_probability, 11, p), other = drawn(Rule::fixed_probability, 12, p);
  double beside = 0, below = 0, elsewhere = 0;
  for (std::size_t r = 0; r < kNeurons; ++r) {
    for (std::size_t i = 1; i < rows[r].size(); ++i) beside += rows[r][i] == rows[r][i - 1] + 1;
    if (r > 0) below += in_both(rows[r], rows[r - 1]);
    elsewhere += in_both(rows[r], other[r]);
  }
  // Two pairs that share a synapse are correlated: 2 p^3 (1 - p) more for each.
  const double pairs = n * (n - 1), chained = both * (1 - both) + 2 * p * both * (1 - p);
  EXPECT_NEAR(beside, pairs * both, 5 * std::sqrt(pairs * chained)) << "targets t and t + 1";
  EXPECT_NEAR(below, pairs * both, 5 * std::sqrt(pairs * chained)) << "sources s and s + 1";
  EXPECT_NEAR(elsewhere, n * n * both, 5 * std::sqrt(n * n * both * (1 - both))) << "seeds 11 and 12";
}

TEST(FixedDegrees, AreExactAndTheOtherSideIsUniform) {
  const std::size_t degree = 50;
  const double p = degree / double{kNeurons}, binomial = degree * (1 - p);
  const Rows to = drawn(Rule::fixed_outdegree, 21, 0, degree),
             from = drawn(Rule::fixed_indegree, 22, 0, degree);
  EXPECT_TRUE(all_are(out_degrees(to), degree));
  EXPECT_TRUE(all_are(in_degrees(from), degree));
  // The mean is exact, too: one degree of freedom less, which the bound does not notice.
  expect_chi_squared(in_degrees(to), degree, binomial, "fixed_outdegree");
  expect_chi_squared(out_degrees(from), degree, binomial, "fixed_indegree");
  for (const Rows* rows : {&to, &from})
    for (const auto& row : *rows) EXPECT_EQ(std::ranges::adjacent_find(row), row.end()) << "a pair once";
  // With repeats every draw is one of all, whatever was drawn before.
  const Rows again = drawn(Rule::fixed_outdegree, 23, 0, degree, true);
  EXPECT_TRUE(all_are(out_degrees(again), degree));
  expect_chi_squared(in_degrees(again), degree, binomial, "multapses");
  double repeats = 0;
  for (const auto& row : again)
    repeats += static_cast<double>(row.size() - std::set(row.begin(), row.end()).size());
  const double expected = kNeurons * (degree - kNeurons * (1 - std::pow(1 - 1.0 / kNeurons, degree)));
  EXPECT_NEAR(repeats, expected, 5 * std::sqrt(expected));
}

TEST(FixedDegrees, OfNeighboursShareNoMoreThanChanceGives) {
  const std::size_t degree = 50;
  for (const Rule rule : {Rule::fixed_outdegree, Rule::fixed_indegree}) {
    const Rows rows = drawn(rule, 31, 0, degree), other = drawn(rule, 32, 0, degree);
    double below = 0, elsewhere = 0;
    for (std::size_t r = 0; r < kNeurons; ++r) {
      if (r > 0) below += in_both(rows[r], rows[r - 1]);
      elsewhere += in_both(rows[r], other[r]);
    }
    const double expected = double{degree} * degree;  // n rows of degree^2 / n
    EXPECT_NEAR(below, expected, 5 * std::sqrt(expected));
    EXPECT_NEAR(elsewhere, expected, 5 * std::sqrt(expected));
  }
}

}  // namespace
}  // namespace spikeloom
