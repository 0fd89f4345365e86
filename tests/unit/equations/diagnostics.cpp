// Every message of the equation language, word by word: pointer, column in the text, what, hint.
#include <gtest/gtest.h>

#include "one_neuron.h"

namespace spikeloom {
namespace {

/// "/update/0:7: what | hint" for every error, in the order of the file; columns inside texts only.
std::string problems(const std::string& text) {
  Report report;
  EXPECT_FALSE(read_text(text, report)) << text;
  std::string all;
  for (const Diagnostic& d : report.error().diagnostics) {
    all += (all.empty() ? "" : "\n") + d.pointer;
    if (d.text_column > 0) all += ":" + std::to_string(d.text_column);
    all += ": " + d.what;
    if (!d.expected.empty()) all += " | expected " + d.expected;
    if (!d.got.empty()) all += " | got " + d.got;
    if (!d.hint.empty()) all += " | " + d.hint;
  }
  return all;
}

/// A leaky neuron with one thing put in its place.
std::string neuron(const std::string& update, const std::string& spike = R"("mem > threshold")",
                   const std::string& more = "") {
  return R"({ "parameters": { "beta": { "doc": "decay" }, "threshold": { "doc": "threshold", "default": 1 } },
      "options": { "reset": ["subtract", "zero"] },
      "state": { "mem": "membrane potential" },
      "update": )" +
         update + R"(, "spike": )" + spike + more + "}";
}

/// The problems of one line of a neuron that is otherwise right; the line is /update/0.
std::string of_line(const std::string& line) {
  return problems(neuron("[\"" + line + "\", \"mem = beta * mem + input\"]"));
}

/// The problems of an expression that stands where a number is wanted: /update/0, from column 7 on.
std::string of_expression(const std::string& e) {
  return of_line("mem = " + e);
}

TEST(Diagnostics, UnknownNames) {
  EXPECT_EQ(of_expression("betta * mem"), "/update/0:7: unknown name 'betta'; did you mean 'beta'?");
  EXPECT_EQ(of_expression("quux"),
            "/update/0:7: unknown name 'quux' | known: beta, threshold, input, mem, fired, t, dt");
  EXPECT_EQ(of_expression("noise"), "/update/0:7: unknown name 'noise' | write normal(0)");
  EXPECT_EQ(of_expression("reset * 2"),
            "/update/0:7: 'reset' is an option, not a value | write a choice: { \"reset\": { ... } } in "
            "place of a line");
}

TEST(Diagnostics, UnknownFunctions) {
  EXPECT_EQ(of_expression("2 * sqr(mem)"), "/update/0:11: unknown function 'sqr'; did you mean 'sqrt'?");
  EXPECT_EQ(
      of_expression("gamma_correct(mem)"),
      "/update/0:7: unknown function 'gamma_correct' | known are min, max, abs, sqrt, floor, exp, log, tanh, "
      "pow, clamp, sigmoid, uniform, normal");
  EXPECT_EQ(of_expression("noise()"), "/update/0:7: unknown function 'noise' | write normal(0)");
  for (const std::string internal : {"winner", "quantize", "fma"})
    EXPECT_EQ(of_expression(internal + "(mem)"),
              "/update/0:7: unknown function '" + internal +
                  "' | known are min, max, abs, sqrt, floor, exp, log, tanh, pow, clamp, "
                  "sigmoid, uniform, normal");
}

TEST(Diagnostics, UnknownFieldsOptionsAndValues) {
  EXPECT_EQ(problems(neuron("\"mem = beta * mem + input\"", R"("mem > threshold")", R"(, "onspike": [])")),
            "/onspike: unknown field 'onspike' | did you mean 'on_spike'?");
  EXPECT_EQ(problems(neuron(R"([{ "rest": { "subtract": [], "zero": [] } }, "mem = beta * mem + input"])")),
            "/update/0/rest: unknown option 'rest'; did you mean 'reset'?");
  EXPECT_EQ(problems(neuron(R"([{ "method": { "a": [] } }, "mem = beta * mem + input"])")),
            "/update/0/method: unknown option 'method' | known: reset");
  EXPECT_EQ(problems(neuron(
                R"([{ "reset": { "subtract": [], "zro": [], "zero": [] } }, "mem = beta * mem + input"])")),
            "/update/0/reset/zro: unknown value 'zro'; did you mean 'zero'?");
}

TEST(Diagnostics, UseBeforeDefinition) {
  EXPECT_EQ(problems(neuron(R"(["mem = beta * mem + x", "x = 2 * input"])")),
            "/update/0:20: unknown name 'x' | 'x' is defined at /update/1");
  EXPECT_EQ(problems(neuron(
                R"([{ "reset": { "subtract": [], "zero": "x = beta" } }, "mem = beta * mem + input + x"])")),
            "/update/1:28: unknown name 'x' | 'x' is defined only when reset is zero");
}

TEST(Diagnostics, GivenInItsPlace) {
  EXPECT_EQ(problems(R"j({ "parameters": { "beta": { "doc": "b" }, "tau_mem": { "doc": "t" } },
      "given": { "beta": [], "tau_mem": "beta = exp(-dt / tau_mem)" },
      "state": { "mem": "m" }, "update": "mem = tau_mem * mem + beta * input", "output": "mem" })j"),
            "/update:7: 'tau_mem' is not known when beta is given in its place");
  EXPECT_EQ(problems(R"({ "parameters": { "R": { "doc": "r" }, "C": { "doc": "c" }, "tau": { "doc": "t" } },
      "given": { "R, C": [], "tau": ["R = tau", "C = 1"] },
      "state": { "mem": "m" }, "update": "mem = tau * mem + R * input + C", "output": "mem" })"),
            "/update:7: 'tau' is not known when R and C are given in its place");
}

TEST(Diagnostics, LinesOfGiven) {
  const auto given = [](const std::string& lines) {
    return problems(
        R"({ "parameters": { "beta": { "doc": "b" }, "tau": { "doc": "t" }, "gain": { "doc": "g" } },
      "given": { "beta": [], "tau": )" +
        lines +
        R"( }, "state": { "mem": "m" }, "update": "mem = beta * mem + gain * input", "output": "mem" })");
  };
  EXPECT_EQ(
      given(R"("beta = beta / tau")"),
      "/given/tau:8: 'beta' is not known here | known are what the key names, what lines above compute, and "
      "parameters without alternatives");
  EXPECT_EQ(given(R"(["beta = 1 / tau", "gain = tau"])"), "/given/tau/1:1: 'gain' is already known here");
  EXPECT_EQ(given(R"(["beta = 1 / tau", "x = tau"])"),
            "/given/tau/1:1: 'x' cannot be assigned; only beta or tau can");
  EXPECT_EQ(given(R"("beta = input / tau")"),
            "/given/tau:8: 'input' cannot stand here | only parameters, dt and literals can");
  EXPECT_EQ(given(R"("beta = uniform(0) / tau")"),
            "/given/tau:8: a random number cannot stand here | only parameters, dt and literals can");
}

TEST(Diagnostics, GivenSets) {
  const auto given = [](const std::string& text, const std::string& fallback = "") {
    return problems(R"({ "parameters": { "beta": { "doc": "b")" + fallback +
                    R"( }, "tau": { "doc": "t" } }, "given": )" + text +
                    R"(, "state": { "mem": "m" }, "update": "mem = beta * mem + input", "output": "mem" })");
  };
  EXPECT_EQ(given(R"({ "beta": [], "ta": "beta = 1 / tau" })"),
            "/given/ta:1: unknown parameter 'ta'; did you mean 'tau'?");
  EXPECT_EQ(given(R"({ "beta": [], "tau": "beta = 1 / tau" })", R"(, "default": 0.5)"),
            "/given/beta: 'beta' can be given in several ways, so it has no default");
  EXPECT_EQ(given(R"({ "beta": [], "tau": { "reset": { } } })"),
            "/given/tau/reset: unknown option 'reset' | none is declared");
}

TEST(Diagnostics, SecondDefinitionsAndReservedWords) {
  EXPECT_EQ(problems(neuron(R"(["x = input", "x = x + 1", "mem = beta * mem + x"])")),
            "/update/1:1: 'x' is already defined | at /update/0; a local is assigned once");
  EXPECT_EQ(problems(neuron("\"mem = beta * mem + input\"", R"("mem > threshold")",
                            R"(, "inputs": { "input": "current", "beta": "again" })")),
            "/inputs/beta: 'beta' is already declared in parameters");
  EXPECT_EQ(of_line("exp = mem"), "/update/0:1: 'exp' is reserved");
  EXPECT_EQ(of_line("held = mem"), "/update/0:1: 'held' is reserved");
  EXPECT_EQ(problems(R"({ "parameters": { "exp": { "doc": "e" } }, "inputs": {}, "output": "dt" })"),
            "/parameters/exp: 'exp' is reserved");
  EXPECT_EQ(problems(R"({ "parameters": { "2x": { "doc": "e" } }, "inputs": {}, "output": "dt" })"),
            "/parameters/2x: '2x' is not a name | expected a letter, then letters, digits or _, at most 63 "
            "characters");
}

TEST(Diagnostics, Assignments) {
  for (const std::string name : {"beta", "input", "reset"})
    EXPECT_EQ(of_line(name + " = mem"),
              "/update/0:1: '" + name + "' cannot be assigned; only states and new local names can");
}

TEST(Diagnostics, NeverUsed) {
  EXPECT_EQ(problems(R"({ "parameters": { "rho": { "doc": "r" } }, "options": { "method": ["a", "b"] },
      "inputs": { "input": "i", "exc": "e" }, "state": { "mem": "m", "w": "w" },
      "update": ["x = mem", "mem = mem + input"], "output": "mem + w" })"),
            "/parameters/rho: parameter 'rho' is never used\n"
            "/options/method: option 'method' is never used\n"
            "/inputs/exc: port 'exc' is never used\n"
            "/state/w: state 'w' is never updated; make it a parameter\n"
            "/update/0:1: local 'x' is never used");
  EXPECT_EQ(problems(R"({ "parameters": { "rate": { "doc": "r" } }, "spike": "uniform(0) < rate" })"),
            ": port 'input' is never used | write \"inputs\": {} for a source");
}

TEST(Diagnostics, Types) {
  EXPECT_EQ(of_expression("mem > 1 and mem ? 1 : 0"),
            "/update/0:15: 'and' needs a condition, found a number; write x != 0");
  EXPECT_EQ(of_expression("mem or fired ? 1 : 0"),
            "/update/0:11: 'or' needs a condition, found a number; write x != 0");
  EXPECT_EQ(of_expression("not mem ? 1 : 0"),
            "/update/0:7: 'not' needs a condition, found a number; write x != 0");
  EXPECT_EQ(of_expression("mem ? 1 : 0"),
            "/update/0:11: '?' needs a condition, found a number; write x != 0");
  EXPECT_EQ(problems(neuron("\"mem = beta * mem + input\"", "\"mem - threshold\"")),
            "/options/reset: the standard reset needs a spike condition that compares a state | write mem > "
            "threshold, or "
            "a choice on reset\n/spike:5: 'spike' needs a condition, found a number; write x != 0");
  EXPECT_EQ(problems(neuron("\"mem = beta * mem + input\"", R"("mem > threshold")",
                            R"(, "require": { "beta": "b" })")),
            "/require/beta:1: 'require' needs a condition, found a number; write x != 0");
}

TEST(Diagnostics, Constants) {
  EXPECT_EQ(of_expression("beta * mem + input / 0"), "/update/0:26: division by zero");
  EXPECT_EQ(of_expression("mem / (2 - 2)"), "/update/0:11: division by zero");
  EXPECT_EQ(of_expression("mem + exp(1000)"), "/update/0:13: this constant is not finite");
  EXPECT_EQ(of_expression("mem + 1e-60"), "/update/0:13: 1e-60 is outside the range of float32");
  EXPECT_EQ(of_expression("mem + 1e39"), "/update/0:13: 1e39 is outside the range of float32");
  EXPECT_EQ(of_expression("mem + 1e4000"), "/update/0:13: 1e4000 is outside the range of float32");
}

TEST(Diagnostics, Choices) {
  EXPECT_EQ(problems(neuron(R"([{ "reset": { "subtract": "mem = beta * mem + input" } }])")),
            "/update/0/reset: 'zero' is missing | [] stands for nothing to do");
  EXPECT_EQ(problems(neuron(
                R"([{ "reset": { "subtract": [], "zero": [] }, "x": 1 }, "mem = beta * mem + input"])")),
            "/update/0: a choice names one option | expected { \"option\": { \"value\": lines, ... } } | got "
            "an object with \"reset\" and \"x\"");
  EXPECT_EQ(
      problems(neuron("[3, \"mem = beta * mem + input\"]")),
      "/update/0: this must be a line, a choice, or a list of them | expected \"name = expression\" | got 3");
}

TEST(Diagnostics, SpikeAndOutput) {
  EXPECT_EQ(problems(neuron("\"mem = beta * mem + input\"", R"("mem > threshold")", R"(, "output": "mem")")),
            ": a neuron has either 'spike' or 'output', found both");
  EXPECT_EQ(problems(R"({ "state": { "mem": "m" }, "update": "mem = mem + input" })"),
            ": a neuron has either 'spike' or 'output', found neither");
  EXPECT_EQ(problems(R"({ "state": { "mem": "m" }, "update": "mem = mem + input", "output": "mem",
      "on_spike": "mem = 0" })"),
            "/on_spike: 'on_spike' needs 'spike'");
}

TEST(Diagnostics, FiredThatCannotBeKnown) {
  const auto fired = [](const std::string& spike) {
    return problems(R"({ "parameters": { "beta": { "doc": "b" } }, "state": { "mem": "m" },
      "update": ["x = 2 * input", "mem = beta * mem + x - fired"], "spike": ")" +
                    spike + "\" }");
  };
  EXPECT_EQ(
      fired("mem > input"),
      "/update/1:24: the spike condition uses an input, so 'fired' is not known at the start of a step");
  EXPECT_EQ(fired("mem > x"),
            "/update/1:24: the spike condition uses a local, so 'fired' is not known at the start of a step");
  EXPECT_EQ(fired("mem > normal(1)"),
            "/update/1:24: the spike condition uses a random number, so 'fired' is not known at the start of "
            "a step");
  EXPECT_EQ(fired("mem > 1 and not fired"),
            "/spike:17: the spike condition cannot use 'fired', which repeats it");
  EXPECT_EQ(
      problems(R"({ "state": { "mem": "m" }, "update": "mem = mem + input - fired", "output": "mem" })"),
      "/update:21: 'fired' needs a spike condition, and this neuron has an output");
}

TEST(Diagnostics, NumbersOfValues) {
  EXPECT_EQ(of_expression("clamp(mem, 0)"), "/update/0:7: clamp takes 3 values, found 2");
  EXPECT_EQ(of_expression("exp()"), "/update/0:7: exp takes 1 value, found 0");
  EXPECT_EQ(of_expression("pow(mem)"), "/update/0:7: pow takes 2 values, found 1");
  EXPECT_EQ(of_expression("exp * mem"), "/update/0:7: 'exp' is a function | write exp(x)");
  EXPECT_EQ(of_expression("sigmoid"), "/update/0:7: 'sigmoid' is a function | write sigmoid(x)");
  EXPECT_EQ(of_expression("normal"), "/update/0:7: 'normal' is a function | write normal(0)");
  for (const std::string stream : {"4", "mem", "1 + 1", "-1", "0.5"})
    EXPECT_EQ(of_expression("uniform(" + stream + ")"),
              "/update/0:15: the stream of uniform is one of 0, 1, 2, 3");
}

TEST(Diagnostics, HabitsFromOtherLanguages) {
  EXPECT_EQ(of_expression("mem ^ 2"), "/update/0:11: '^' is not an operator | write x * x, or pow(x, y)");
  EXPECT_EQ(of_expression("mem ** 2"), "/update/0:11: '**' is not an operator | write x * x, or pow(x, y)");
  EXPECT_EQ(of_expression("!fired"), "/update/0:7: '!' is not an operator | write not, and, or");
  EXPECT_EQ(of_expression("fired && fired"), "/update/0:13: '&&' is not an operator | write not, and, or");
  EXPECT_EQ(of_expression("fired || fired"), "/update/0:13: '||' is not an operator | write not, and, or");
  EXPECT_EQ(of_expression("mem % 2"), "/update/0:11: '%' is not an operator | use floor");
  EXPECT_EQ(of_expression("0 < mem < 1"), "/update/0:15: comparisons do not chain | write a < b and b < c");
  EXPECT_EQ(of_expression("mem = 1"), "/update/0:11: expected an operator, found '=' | write == to compare");
}

TEST(Diagnostics, Syntax) {
  EXPECT_EQ(of_line("mem"), "/update/0:4: expected '=', found the end | a line is name = expression");
  EXPECT_EQ(of_line("= mem"), "/update/0:1: expected a name, found '=' | a line is name = expression");
  EXPECT_EQ(of_expression(""), "/update/0:7: expected a value, found the end");
  EXPECT_EQ(of_expression("mem +"), "/update/0:12: expected a value, found the end");
  EXPECT_EQ(of_expression("(mem"), "/update/0:11: expected ')', found the end");
  EXPECT_EQ(of_expression("mem)"), "/update/0:10: expected an operator or the end, found ')'");
  EXPECT_EQ(of_expression("max(mem; 1)"), "/update/0:14: ';' has no meaning here");
  EXPECT_EQ(of_expression("max(mem 1)"), "/update/0:15: expected ',' or ')', found '1'");
  EXPECT_EQ(of_expression("fired ? 1"),
            "/update/0:16: expected ':', found the end | write condition ? value : value");
  EXPECT_EQ(of_expression("2mem"), "/update/0:7: a name cannot follow a number directly | write 2 * x");
  EXPECT_EQ(of_expression("2e"), "/update/0:7: the exponent has no digits");
  EXPECT_EQ(of_expression("\\u00b5 * mem"), "/update/0:7: '\xc2\xb5' has no meaning here");
  EXPECT_EQ(of_expression("mem\\n+ 1"), "/update/0:10: a line has no line break");
}

TEST(Diagnostics, Limits) {
  EXPECT_EQ(of_expression(std::string(1000, ' ') + "mem"),
            "/update/0:1: this line has 1009 characters; the limit is 1000");
  EXPECT_EQ(of_expression(std::string(65, '(') + "mem" + std::string(65, ')')),
            "/update/0:71: nested deeper than 64");
  EXPECT_EQ(of_expression(std::string(65, '-') + "mem"), "/update/0:71: nested deeper than 64");
  EXPECT_EQ(of_expression(std::string(64, 'x')), "/update/0:7: a name of 64 characters; the limit is 63");
  std::string lines = "\"mem = beta * mem + input\"";
  for (int i = 0; i < 256; ++i) lines += ", \"mem = mem\"";
  EXPECT_EQ(problems(neuron("[" + lines + "]")),
            "/update/256: more than 256 lines in one section | split the model");
  const auto many = [](const char* field, int count, const std::string& value) {
    std::string members;
    for (int i = 0; i < count; ++i) members += (i ? ", \"n" : "\"n") + std::to_string(i) + "\": " + value;
    return problems(std::string("{ \"") + field + "\": { " + members + " }, \"output\": \"input\" }");
  };
  EXPECT_EQ(many("parameters", 65, "{}"), "/parameters: 65 parameters; the limit is 64");
  EXPECT_EQ(many("state", 33, "\"s\""), "/state: 33 states; the limit is 32");
  EXPECT_EQ(many("inputs", 17, "\"s\""), "/inputs: 17 inputs; the limit is 16");
  EXPECT_EQ(many("options", 9, "[\"a\", \"b\"]"), "/options: 512 combinations of options; the limit is 256");
  std::string ways;
  for (int i = 0; i < 65; ++i)
    ways += (i ? ", \"" : "\"") + std::string("a,") + std::string(i, ' ') + "b\": []";
  EXPECT_EQ(problems("{ \"parameters\": { \"a\": {}, \"b\": {} }, \"given\": { " + ways +
                     " }, \"output\": \"input\" }"),
            "/given: 65 ways of giving parameters; the limit is 64");
  std::string grown = "mem";
  for (int i = 0; i < 60; ++i) grown += " + sigmoid(mem)";
  lines = "\"mem = beta * mem + input\"";
  for (int i = 0; i < 24; ++i) lines += ", \"mem = " + grown + "\"";
  EXPECT_EQ(problems(neuron("[" + lines + "]")),
            ": the equations have 11552 operations after expansion; the limit is 10000");
}

TEST(Diagnostics, DelayedReset) {
  const auto delay = [](const std::string& options, const std::string& spike = "mem > 1") {
    return problems("{ \"options\": { " + options +
                    R"( }, "state": { "mem": "m" }, "update": "mem = mem + input", "spike": ")" + spike +
                    "\" }");
  };
  const std::string reset = R"("reset": ["subtract", "zero"])", immediate = R"("reset_delay": [true, false])";
  EXPECT_EQ(delay(immediate),
            "/options/reset_delay: 'reset_delay' needs an option 'reset' with values among subtract, zero "
            "and none");
  EXPECT_EQ(delay(reset + R"(, "reset_delay": ["yes", "no"])"),
            "/options/reset_delay: the values of 'reset_delay' are true and false");
  EXPECT_EQ(delay(reset + ", " + immediate, "abs(mem) > 1"),
            "/options/reset: the standard reset needs a spike condition that compares a state | write mem > "
            "threshold, "
            "or a choice on reset\n/options/reset_delay: 'reset_delay' needs a spike condition that compares "
            "a state");
  EXPECT_EQ(delay(R"("reset": ["subtract", "half"])"),
            "/options/reset: the standard reset does not know 'half' | write a choice on reset");
  EXPECT_EQ(
      problems(R"({ "options": { "reset": ["zero"], "reset_delay": [true, false] }, "state": { "mem": "m" },
      "update": ["mem = mem + input", { "reset_delay": { "true": [], "false": "mem = 0" } }], "spike": "mem > 1" })"),
      "/options/reset_delay: no choice can be made on 'reset_delay'; its lines are the frame's");
}

TEST(Diagnostics, Declarations) {
  EXPECT_EQ(problems(R"({ "parameters": { "a": { "doc": "a", "default": 1e60 },
      "b": { "doc": "b", "default": 2, "range": [0, 1] }, "c": { "doc": "c", "range": [1, 0] },
      "d": { "doc": "d", "clamp": 3 }, "e": { "doc": 3 }, "f": { "docs": "f" } },
      "options": { "m": [], "n": ["x", "x"], "o": [true, "x"] },
      "inputs": {}, "output": "a + b + c + d + e + f" })"),
            "/parameters/a/default: 1e60 is outside the range of float32\n"
            "/parameters/b/default: the default of 'b' is out of its range\n"
            "/parameters/c/range: the lower bound is above the upper one\n"
            "/parameters/d/clamp: this must be two bounds | expected [low, high], null for no bound | got 3\n"
            "/parameters/e/doc: 'doc' must be a string | expected a string | got 3\n"
            "/parameters/f/docs: unknown field 'docs' | did you mean 'doc'?\n"
            "/options/m: 'm' must list its values | expected a list of values, the first is the default | "
            "got an empty array\n"
            "/options/n/1: 'x' is already a value of 'n'\n"
            "/options/o/1: a value of 'o' is either a name, or all are true and false | expected true or "
            "false | got the "
            "string \"x\"");
}

TEST(Diagnostics, AllProblemsOfAFileAtOnce) {
  EXPECT_EQ(problems(neuron(R"(["mem = betta * mem", "syn = mem ^ 2", "mem = mem + syn + fred", "beta = 2"])",
                            "\"mem > treshold\"")),
            "/update/0:7: unknown name 'betta'; did you mean 'beta'?\n"
            "/update/1:11: '^' is not an operator | write x * x, or pow(x, y)\n"
            "/update/2:19: unknown name 'fred'; did you mean 'fired'?\n"
            "/update/3:1: 'beta' cannot be assigned; only states and new local names can\n"
            "/spike:7: unknown name 'treshold'; did you mean 'threshold'?");
}

}  // namespace
}  // namespace spikeloom
