#include <algorithm>
#include <cmath>
#include <limits>

#include "recorders/same_layout.h"
#include "spikeloom/decoders.h"

namespace spikeloom {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

Error unequal_blocks(const Block& block, std::uint32_t classes) {
  Error error(ErrorKind::usage, "the neurons of '" + std::string(block.signal) +
                                    "' cannot be shared equally by " + std::to_string(classes) + " classes");
  error.diagnostics[0].expected = "a multiple of " + std::to_string(classes) + " neurons";
  error.diagnostics[0].got = std::to_string(block.neurons);
  return error;
}

}  // namespace

Result<void> Decoder::record(const Block& block) {
  if (steps_ == 0) {
    if (asked_ && (*asked_ == 0 || block.neurons % *asked_ != 0)) return unequal_blocks(block, *asked_);
    samples_ = block.samples;
    neurons_ = block.neurons;
    const double nothing = decoding_ == Decoding::rate ? 0 : decoding_ == Decoding::first ? kNever : -kNever;
    values_.assign(std::size_t{samples_} * neurons_, nothing);
  } else if (Result<void> same = same_layout(block, samples_, neurons_); !same) {
    return same;
  }
  std::vector<float> row(neurons_);
  for (std::uint32_t s = 0; s < block.steps; ++s)
    for (std::uint32_t sample = 0; sample < samples_; ++sample) {
      block.copy_row(s, sample, row);
      double* const kept = values_.data() + std::size_t{sample} * neurons_;
      for (std::uint32_t j = 0; j < neurons_; ++j) {
        if (std::isnan(row[j])) continue;
        if (decoding_ == Decoding::rate) {
          kept[j] += row[j];
        } else if (decoding_ == Decoding::membrane) {
          kept[j] = std::max(kept[j], double{row[j]});
        } else if (row[j] != 0 && kept[j] == kNever) {
          kept[j] = static_cast<double>(steps_ + s);
        }
      }
    }
  steps_ += block.steps;
  return {};
}

double Decoder::neuron(std::uint32_t sample, std::uint32_t neuron) const {
  const double value = values_[std::size_t{sample} * neurons_ + neuron];
  return decoding_ == Decoding::first && value == kNever ? static_cast<double>(steps_ - 1) : value;
}

double Decoder::score(std::uint32_t sample, std::uint32_t of) const {
  const std::uint32_t block = neurons_ / classes();
  double value = neuron(sample, of * block);
  for (std::uint32_t j = of * block + 1; j < (of + 1) * block; ++j) {
    const double next = neuron(sample, j);
    value = decoding_ == Decoding::rate    ? value + next
            : decoding_ == Decoding::first ? std::min(value, next)
                                           : std::max(value, next);
  }
  return value;
}

std::uint32_t Decoder::decide(std::uint32_t sample) const {
  std::uint32_t best = 0;
  for (std::uint32_t of = 1; of < classes(); ++of) {
    const double value = score(sample, of), largest = score(sample, best);
    if (decoding_ == Decoding::first ? value < largest : value > largest) best = of;
  }
  return best;
}

void Decoder::clear() {
  values_.clear();
  steps_ = 0;
}

}  // namespace spikeloom
