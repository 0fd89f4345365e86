// snnTorch's decoders, recorded, against Decoder: counts, first spikes, largest membranes, and what is
// decided from them.
#include <gtest/gtest.h>

#include "golden/functions.h"
#include "spikeloom/decoders.h"

namespace spikeloom::golden {
namespace {

/// The decoder after all of an array [steps][samples][neurons], in two blocks.
Decoder decoded(const Array& a, Decoding decoding, std::optional<std::uint32_t> classes = {}) {
  Decoder decoder(decoding, classes);
  const auto steps = static_cast<std::uint32_t>(a.shape[0]), samples = static_cast<std::uint32_t>(a.shape[1]),
             neurons = static_cast<std::uint32_t>(a.shape[2]);
  const std::uint32_t cut = steps / 3;
  for (const auto& [first, count] : {std::pair(0u, cut), std::pair(cut, steps - cut)}) {
    Block block;
    block.signal = "out";
    block.first_step = first;
    block.steps = count;
    block.samples = samples;
    block.neurons = neurons;
    block.sample_stride = neurons * sizeof(float);
    block.step_stride = block.sample_stride * samples;
    block.data = reinterpret_cast<const unsigned char*>(a.values.data()) + first * block.step_stride;
    EXPECT_TRUE(decoder.record(block).ok());
  }
  return decoder;
}

void expect_scores(const Decoder& decoder, const Array& want, const std::string& what) {
  ASSERT_EQ(want.values.size(), std::size_t{decoder.samples()} * decoder.classes()) << what;
  for (std::uint32_t s = 0; s < decoder.samples(); ++s)
    for (std::uint32_t c = 0; c < decoder.classes(); ++c)
      EXPECT_TRUE(near(decoder.score(s, c), want.values[s * decoder.classes() + c]))
          << what << " " << s << ", " << c << ": " << decoder.score(s, c);
}

double accuracy(const Decoder& decoder, const Array& targets) {
  double right = 0;
  for (std::uint32_t s = 0; s < decoder.samples(); ++s)
    right += static_cast<float>(decoder.decide(s)) == targets.values[s];
  return right / decoder.samples();
}

void expect_classes(const Decoder& decoder, const Array& want, const std::string& what) {
  for (std::uint32_t s = 0; s < decoder.samples(); ++s)
    EXPECT_EQ(static_cast<float>(decoder.decide(s)), want.values[s]) << what << " " << s;
}

TEST(Decoders, DecideAsRecorded) {
  const auto calls = calls_of("decode");
  EXPECT_GE(calls.size(), 1u);
  for (const FunctionCase& call : calls) {
    const Decoder rate = decoded(call.in("spikes"), Decoding::rate);
    expect_scores(rate, call.out("counts"), call.name + " counts");
    expect_classes(rate, call.out("rate_class"), call.name + " rate");
    EXPECT_TRUE(near(accuracy(rate, call.in("targets")), call.out("accuracy_rate").values[0])) << call.name;

    const Decoder first = decoded(call.in("spikes"), Decoding::first);
    expect_scores(first, call.out("first_spike"), call.name + " first spike");
    expect_classes(first, call.out("temporal_class"), call.name + " first");
    EXPECT_TRUE(near(accuracy(first, call.in("targets")), call.out("accuracy_temporal").values[0]))
        << call.name;

    expect_scores(decoded(call.in("mem"), Decoding::membrane), call.out("max_mem"), call.name + " membrane");
  }
}

TEST(Decoders, APopulationCodeCountsItsBlocksTogether) {
  const auto calls = calls_of("decode_population");
  EXPECT_GE(calls.size(), 1u);
  for (const FunctionCase& call : calls) {
    const Decoder decoder =
        decoded(call.in("spikes"), Decoding::rate, call.args.at("num_classes").get<std::uint32_t>());
    expect_scores(decoder, call.out("counts"), call.name);
    EXPECT_TRUE(near(accuracy(decoder, call.in("targets")), call.out("accuracy").values[0])) << call.name;
  }
}

TEST(Decoders, ABlockOfNeuronsMustFitTheClasses) {
  const std::vector<float> row(8, 1.0f);
  Block block;
  block.signal = "out";
  block.steps = block.samples = 1;
  block.neurons = 8;
  block.sample_stride = block.step_stride = 32;
  block.data = reinterpret_cast<const unsigned char*>(row.data());
  Decoder decoder(Decoding::rate, 3);
  const auto refused = decoder.record(block);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().diagnostics[0].what,
            "the neurons of 'out' cannot be shared equally by 3 classes");
  EXPECT_EQ(refused.error().diagnostics[0].expected, "a multiple of 3 neurons");
}

}  // namespace
}  // namespace spikeloom::golden
