#include "synapses/draw.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "equations/evaluate.h"

namespace spikeloom::draw {
namespace {

// The last word of the counter: random numbers of steps have the low word of a hash there, tensors "tens".
constexpr std::uint32_t kDomain = 0x73796e61;  // "syna"

/// Distinct neurons are found by drawing again whoever was drawn before; of more than half of them, those
/// that are left out.
void distinct(Words& words, std::size_t degree, std::size_t n, Marks& marks) {
  marks.drawn.clear();
  while (marks.drawn.size() < degree) {
    const std::uint32_t i = words.below(static_cast<std::uint32_t>(n));
    if (marks.take(i)) marks.drawn.push_back(i);
  }
}

}  // namespace

std::uint32_t Words::next() {
  if (used_ % 4 == 0) {
    const RandomWords block = philox(seed_, used_ / 4, row_, stream_, kDomain);
    std::copy_n(block.word, 4, word_);
  }
  return word_[used_++ % 4];
}

std::uint32_t Words::below(std::uint32_t n) {
  std::uint64_t product = std::uint64_t{next()} * n;
  if (static_cast<std::uint32_t>(product) < n) {
    const std::uint32_t uneven = (0u - n) % n;
    while (static_cast<std::uint32_t>(product) < uneven) product = std::uint64_t{next()} * n;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double Words::unit() {
  const std::uint64_t high = next();
  const std::uint64_t word = high << 32 | next();
  return static_cast<double>((word >> 11) + 1) * 0x1p-53;
}

double natural_log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<int>(bits >> 52) - 1022;
  // In [1/2, 1), then in [sqrt(1/2), sqrt(2)).
  double m = std::bit_cast<double>((bits & 0x000fffffffffffff) | 0x3fe0000000000000);
  if (m < 0x1.6a09e667f3bcdp-1) {
    m = m + m;
    --exponent;
  }
  const double f = (m - 1) / (m + 1), square = f * f;
  double series = 1.0 / 21;
  for (int k = 19; k >= 1; k -= 2) series = series * square + 1.0 / k;
  return static_cast<double>(exponent) * 0x1.62e42fefa39efp-1 + 2 * f * series;
}

bool Marks::take(std::uint32_t i) {
  const std::uint64_t bit = std::uint64_t{1} << (i % 64);
  std::uint64_t& word = words_[i / 64];
  if (word & bit) return false;
  word |= bit;
  return true;
}

void by_probability(Words words, double p, std::size_t n, std::uint32_t self,
                    std::vector<std::uint32_t>& partners) {
  partners.clear();
  const std::size_t candidates = n - (self < n ? 1 : 0);
  const auto add = [&](std::size_t i) {
    partners.push_back(static_cast<std::uint32_t>(i >= self ? i + 1 : i));
  };
  if (p == 0) return;
  if (p == 1) {
    for (std::size_t i = 0; i < candidates; ++i) add(i);
    return;
  }
  // The number of candidates that are passed over has a geometric distribution.
  const double scale = natural_log(1 - p);
  for (std::size_t i = 0;; ++i) {
    const double passed = std::floor(natural_log(words.unit()) / scale);
    if (!(passed < static_cast<double>(candidates - i))) return;
    i += static_cast<std::size_t>(passed);
    add(i);
  }
}

void by_degree(Words words, std::size_t degree, std::size_t n, std::uint32_t self, bool repeats, Marks& marks,
               std::vector<std::uint32_t>& partners) {
  partners.clear();
  if (repeats) {
    while (partners.size() < degree) {
      const std::uint32_t i = words.below(static_cast<std::uint32_t>(n));
      if (i != self) partners.push_back(i);
    }
    return;
  }
  const bool has_self = self < n;
  if (has_self) marks.take(self);
  const std::size_t candidates = n - (has_self ? 1 : 0);
  const bool complement = degree > candidates / 2;
  distinct(words, complement ? candidates - degree : degree, n, marks);
  if (complement) {
    for (std::uint32_t i = 0; i < n; ++i)
      if (marks.take(i)) {
        partners.push_back(i);
        marks.free(i);
      }
  } else if (n / 640 < degree) {  // where going through all marks is faster than sorting
    if (has_self) marks.free(self);
    const auto all = marks.words();
    for (std::size_t w = 0; w < all.size(); ++w)
      for (std::uint64_t left = all[w]; left != 0; left &= left - 1)
        partners.push_back(static_cast<std::uint32_t>(w * 64) +
                           static_cast<std::uint32_t>(std::countr_zero(left)));
  } else {
    partners = marks.drawn;
    std::ranges::sort(partners);
  }
  for (const std::uint32_t i : marks.drawn) marks.free(i);
  if (has_self) marks.free(self);
}

void numbers(const SynapseValues& how, std::uint32_t row, Stream stream, std::span<double> values) {
  Words words(how.seed, row, stream);
  for (double& x : values) {
    const std::uint32_t word = words.next();
    x = how.how == SynapseValues::How::normal
            ? std::clamp(how.a + how.b * static_cast<double>(normal_of(word)), how.least, how.most)
            : how.a + (how.b - how.a) * static_cast<double>(uniform_of(word));
  }
}

}  // namespace spikeloom::draw
