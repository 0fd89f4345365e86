// One step with the frame around it: the printed lines, and what they do.
#include <gtest/gtest.h>

#include "one_neuron.h"

namespace spikeloom {
namespace {

std::string lines(const std::string& model, const CellChoice& choice) {
  return print(make_cell(*builtin_neuron(model), choice));
}

TEST(Frame, DescribesEveryOptionAtOnce) {
  EXPECT_EQ(lines("lif", {.options = {{"reset", "zero"}, {"reset_delay", "false"}},
                          .inhibition = true,
                          .refractory = true,
                          .refractory_shown = "2"}),
            "held       = refractory > 0\n"
            "before     = mem\n"
            "fired      = mem > threshold and not held\n"
            "mem        = beta * (fired ? 0 : mem) + input\n"
            "mem        = held ? before : mem\n"
            "refractory = max(refractory - 1, 0)\n"
            "spike      = mem > threshold and not held and winner(mem - threshold)\n"
            "output     = spike\n"
            "late       = spike - fired\n"
            "mem        = mem - late * mem\n"
            "refractory = spike ? 2 : refractory\n");
}

TEST(Frame, IsAbsentWhereNothingIsChosen) {
  EXPECT_EQ(lines("lif", {}),
            "fired  = mem > threshold\n"
            "mem    = beta * mem + input - fired * threshold\n"
            "spike  = mem > threshold\n"
            "output = spike\n");
  EXPECT_EQ(lines("lif", {.options = {{"reset", "none"}}}),
            "mem    = beta * mem + input\n"
            "spike  = mem > threshold\n"
            "output = spike\n");
  EXPECT_EQ(lines("li", {}),
            "mem    = beta * mem + input\n"
            "output = mem\n");
}

TEST(Frame, StandardResetFollowsTheUpdate) {
  EXPECT_EQ(lines("synaptic", {.options = {{"reset", "zero"}}}),
            "fired  = mem > threshold\n"
            "syn    = alpha * syn + input\n"
            "mem    = beta * mem + syn\n"
            "mem    = fired ? 0 : mem\n"
            "spike  = mem > threshold\n"
            "output = spike\n");
}

TEST(Frame, GradedSpikesAndTheWinnersShare) {
  EXPECT_EQ(lines("rlif", {.options = {{"reset_delay", "false"}}, .graded = true}),
            "fired  = mem > threshold\n"
            "mem    = beta * mem + input\n"
            "mem    = mem - fired * threshold\n"
            "spike  = mem > threshold\n"
            "output = spike ? graded : 0\n"
            "late   = spike - fired\n"
            "mem    = mem - late * threshold\n");
  EXPECT_EQ(lines("rlif", {.options = {{"reset_delay", "false"}}, .inhibition = true, .graded = true}),
            "fired  = mem > threshold\n"
            "mem    = beta * mem + input\n"
            "mem    = mem - fired * threshold\n"
            "spike  = mem > threshold and winner(mem - threshold)\n"
            "output = spike\n"
            "late   = spike / graded - fired\n"
            "mem    = mem - late * threshold\n");
}

TEST(Frame, QuantizesEveryStateOfTheFile) {
  CellChoice choice{.options = {{"reset", "none"}}};
  choice.quantize = quantizer_levels(2, true, true, 1, 0, 0.2, {});
  EXPECT_EQ(lines("synaptic", choice),
            "syn    = alpha * syn + input\n"
            "mem    = beta * mem + syn\n"
            "syn    = quantize(syn)\n"
            "mem    = quantize(mem)\n"
            "spike  = mem > threshold\n"
            "output = spike\n");
}

TEST(Frame, GuardsWhatStandsAtASpike) {
  const auto model =
      model_of(R"({ "parameters": { "v_reset": { "doc": "r" }, "R": { "doc": "a name of the frame's own" } },
      "state": { "v": "potential", "w": "adaptation" }, "update": ["v = v + R * input - w", "w = w / 2"],
      "spike": "1 < v or w >= 7", "on_spike": ["kick = R + 1", "v = v_reset", "w = w + kick"] })");
  EXPECT_EQ(print(make_cell(*model, {})),
            "v      = v + R * input - w\n"
            "w      = w / 2\n"
            "spike  = 1 < v or w >= 7\n"
            "output = spike\n"
            "kick   = R + 1\n"
            "v      = spike ? v_reset : v\n"
            "w      = spike ? w + kick : w\n");
}

TEST(Frame, ASmallerThanIsSwapped) {
  const auto model = model_of(
      R"({ "parameters": { "R": { "doc": "threshold" } }, "options": { "reset": ["subtract", "zero"] },
      "state": { "C": "potential" }, "update": "C = C + input", "spike": "R + 1 <= C" })");
  CellChoice choice{.inhibition = true};
  choice.quantize = quantizer_levels(2, true, true, 1, 0, 0.2, {});
  EXPECT_EQ(print(make_cell(*model, choice)),
            "fired  = R + 1 <= C\n"
            "C      = C + input\n"
            "C      = C - fired * (R + 1)\n"
            "C      = quantize(C)\n"
            "spike  = R + 1 <= C and winner(C - (R + 1))\n"
            "output = spike\n");
}

TEST(Frame, ARefractoryPeriodLastsItsSteps) {
  Cell cell = make_cell(*builtin_neuron("lif"),
                        {.options = {{"reset", "zero"}, {"reset_delay", "false"}}, .refractory = true});
  ASSERT_EQ(cell.parameters.back(), "refractory");
  ASSERT_EQ(cell.states.back().name, "refractory");
  std::vector<PerNeuron> parameters = bound(*builtin_neuron("lif"), {{"beta", 0.5f}});
  parameters.push_back({{3.0f}});
  OneNeuron neuron(cell, parameters);
  std::string spikes;
  for (int t = 0; t < 12; ++t) {
    spikes += neuron.step({2.0f}) != 0 ? '1' : '.';
    // Held where the reset left it.
    if (spikes.back() == '.') {
      EXPECT_EQ(neuron.state("mem"), 0) << t;
    }
  }
  EXPECT_EQ(spikes, "1...1...1...");
}

TEST(Frame, AResetThatNoSpikeJustifiedIsUndone) {
  // The membrane stands above threshold when a step begins and decays below it: `late` is -1.
  for (const std::string reset : {"subtract", "zero"}) {
    OneNeuron neuron(
        make_cell(*builtin_neuron("rlif"), {.options = {{"reset", reset}, {"reset_delay", "false"}}}),
        bound(*builtin_neuron("rlif"), {{"beta", 0.5f}}));
    neuron.state("mem") = 1.5f;
    EXPECT_EQ(neuron.step({0.125f}), 0);
    // subtract: 0.875 - 1 + 1. zero: the cleared membrane is doubled.
    EXPECT_EQ(neuron.state("mem"), reset == "subtract" ? 0.875f : 0.0f);
  }
}

TEST(Frame, LosersDoNotSpikeButAreReset) {
  OneNeuron neuron(make_cell(*builtin_neuron("rlif"), {.options = {{"reset", "zero"}}, .inhibition = true}),
                   bound(*builtin_neuron("rlif"), {{"beta", 1.0f}}));
  neuron.winner = 0;
  EXPECT_EQ(neuron.step({2.0f}), 0);
  EXPECT_EQ(neuron.state("mem"), 2);
  neuron.step({0.0f});
  EXPECT_EQ(neuron.state("mem"), 0);
}

TEST(Frame, WhatTheModelDoesNotAllowIsReported) {
  const auto problems = [](const std::string& model, const CellChoice& choice, const std::string& node) {
    const auto document = json::Document::parse(node, "");
    Report report;
    check_choice(*builtin_neuron(model), choice, (*document)->root(), report);
    std::string all;
    for (const Diagnostic& d : report.error().diagnostics)
      all += (all.empty() ? "" : "\n") + d.pointer + ": " + d.what +
             (d.expected.empty() ? "" : " | " + d.expected);
    return all;
  };
  EXPECT_EQ(problems("li", {.inhibition = true, .refractory = true, .graded = true},
                     R"({ "inhibition": true, "graded": 2, "refractory_ms": 3 })"),
            "/inhibition: 'inhibition' needs a neuron that spikes, and li has an output\n"
            "/graded: 'graded' needs a neuron that spikes, and li has an output\n"
            "/refractory_ms: 'refractory_ms' needs a neuron that spikes, and li has an output");
  EXPECT_EQ(problems("lif", {.options = {{"reset", "half"}}}, R"({ "reset": "half" })"),
            "/reset: unknown value 'half' of 'reset' | one of subtract, zero, none");
  EXPECT_EQ(problems("lif", {.options = {{"rest", "zero"}}}, R"({ "rest": "zero" })"),
            "/rest: lif has no option 'rest'");
  EXPECT_EQ(problems("lif", {.inhibition = true, .refractory = true, .graded = true}, "{}"), "");
}

TEST(Frame, DividesByGradedOnlyWhereTheWinnerIsResetAtOnce) {
  const auto lif = builtin_neuron("lif");
  EXPECT_FALSE(divides_by_graded(*lif, {.options = {{"reset_delay", "false"}}, .graded = true}));
  EXPECT_FALSE(divides_by_graded(*lif, {.inhibition = true, .graded = true}));
  EXPECT_TRUE(
      divides_by_graded(*lif, {.options = {{"reset_delay", "false"}}, .inhibition = true, .graded = true}));
}

}  // namespace
}  // namespace spikeloom
