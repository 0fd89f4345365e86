#include "synapses/equal.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace spikeloom {
namespace {

/// All that is no list, bit for bit: weights of 0 and -0 are not the same.
auto numbers_of(const Synapses& s) {
  const auto bits = [](double x) { return std::bit_cast<std::uint64_t>(x); };
  std::array<std::uint64_t, 25> all{static_cast<std::uint64_t>(s.rule),
                                    s.out,
                                    s.in,
                                    bits(s.probability),
                                    s.degree,
                                    s.seed,
                                    s.multapses,
                                    s.self,
                                    s.first_in,
                                    bits(s.step_length),
                                    s.least_delay,
                                    s.longest_delay,
                                    s.count};
  std::size_t at = 13;
  for (const SynapseValues* v : {&s.weight, &s.delay})
    for (const std::uint64_t n :
         {static_cast<std::uint64_t>(v->how), bits(v->a), bits(v->b), bits(v->least), bits(v->most), v->seed})
      all[at++] = n;
  return all;
}

auto lists_of(const Synapses& s) {
  return std::array{std::as_bytes(std::span(s.target)), std::as_bytes(std::span(s.source)),
                    std::as_bytes(std::span(s.weight.values)), std::as_bytes(std::span(s.delay.values))};
}

}  // namespace

// FNV-1a, by words.
std::size_t SynapsesHash::operator()(const Synapses* s) const {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto mix = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3u; };
  for (const std::uint64_t n : numbers_of(*s)) mix(n);
  for (const auto& list : lists_of(*s)) {
    for (std::size_t at = 0; at < list.size(); at += 4) {
      std::uint32_t word = 0;
      std::memcpy(&word, list.data() + at, 4);
      mix(word);
    }
    mix(list.size());
  }
  return hash;
}

bool SynapsesEqual::operator()(const Synapses* a, const Synapses* b) const {
  if (numbers_of(*a) != numbers_of(*b)) return false;
  const auto ours = lists_of(*a), theirs = lists_of(*b);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i].size() != theirs[i].size()) return false;
    if (!ours[i].empty() && std::memcmp(ours[i].data(), theirs[i].data(), ours[i].size()) != 0) return false;
  }
  return true;
}

}  // namespace spikeloom
