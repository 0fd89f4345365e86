// One row of a rule: the neurons on the other side, and a number for each synapse. Inside this room only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "synapses/synapses.h"

namespace spikeloom::draw {

/// What the words of a row are for; the third word of the counter.
enum Stream : std::uint32_t { kPartners = 0, kWeights = 1, kDelays = 2 };

/// Random words of one row, in order: word k is word k % 4 of the Philox block k / 4.
class Words {
 public:
  Words(std::uint64_t seed, std::uint32_t row, Stream stream) : seed_(seed), row_(row), stream_(stream) {}
  std::uint32_t next();
  /// 0 ... n - 1, each exactly as likely (Lemire 2019).
  std::uint32_t below(std::uint32_t n);
  /// (0, 1], a multiple of 2^-53.
  double unit();

 private:
  std::uint64_t seed_;
  std::uint32_t row_;
  Stream stream_;
  std::uint32_t used_ = 0;
  std::uint32_t word_[4] = {};
};

/// log(x) of a normal x > 0 from + - * / of float64 alone: a part of the format, so nobody else's.
double natural_log(double x);

inline constexpr std::uint32_t kNobody = 0xffffffffu;

/// Marks which neurons are taken; as large as the other side.
class Marks {
 public:
  explicit Marks(std::size_t n) : words_((n + 63) / 64) {}
  bool take(std::uint32_t i);  // false if it was taken
  void free(std::uint32_t i) { words_[i / 64] &= ~(std::uint64_t{1} << (i % 64)); }
  std::span<const std::uint64_t> words() const { return words_; }

  std::vector<std::uint32_t> drawn;  // who was, in order: room that is used again

 private:
  std::vector<std::uint64_t> words_;
};

/// Every one of `n` neurons but `self`, each with probability p; ascending.
void by_probability(Words words, double p, std::size_t n, std::uint32_t self,
                    std::vector<std::uint32_t>& partners);
/// `degree` of `n` neurons but `self`: distinct ones, ascending; or, with `repeats`, in the order drawn.
void by_degree(Words words, std::size_t degree, std::size_t n, std::uint32_t self, bool repeats, Marks& marks,
               std::vector<std::uint32_t>& partners);
/// values.size() numbers of a row.
void numbers(const SynapseValues& how, std::uint32_t row, Stream stream, std::span<double> values);

}  // namespace spikeloom::draw
