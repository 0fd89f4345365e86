#include "support/report.h"

#include <gtest/gtest.h>

#include "support/check.h"

namespace spikeloom {
namespace {

Diagnostic problem(int line, std::string what) {
  Diagnostic d;
  d.file = "net.json";
  d.line = line;
  d.column = 1;
  d.what = std::move(what);
  return d;
}

TEST(Diagnostic, ReadsAsTheDesignShows) {
  Diagnostic d = problem(12, "membrane time constant is out of range");
  d.column = 38;
  d.pointer = "/nodes/lif1/tau_mem";
  d.expected = "a number above 0, in ms";
  d.got = "-3";
  d.hint = "for a decay per step use \"beta\"";
  EXPECT_EQ(d.text(),
            "net.json:12:38: /nodes/lif1/tau_mem: error: membrane time constant is out of range\n"
            "  expected  a number above 0, in ms\n"
            "  got       -3\n"
            "  hint      for a decay per step use \"beta\"");
  d.text_column = 7;
  d.severity = Diagnostic::Severity::warning;
  EXPECT_EQ(d.text().substr(0, d.text().find('\n')),
            "net.json:12:38: /nodes/lif1/tau_mem:7: warning: membrane time constant is out of range");
}

TEST(Diagnostic, NeedsNoPlace) {
  EXPECT_EQ(Error(ErrorKind::usage, "no such verb 'rum'", "did you mean 'run'?").text(),
            "error: no such verb 'rum'\n  hint      did you mean 'run'?");
}

TEST(Diagnostic, ShowsControlCharactersAsEscapes) {
  Diagnostic d = problem(1, "a\x1b[2J\nnet.json:9:9: error: forged");
  d.file = "net\n.json";
  EXPECT_EQ(d.text(), "net\\n.json:1:1: error: a\\u001b[2J\\nnet.json:9:9: error: forged");
}

TEST(Diagnostic, IndentsEveryLineOfAHint) {
  Diagnostic d = problem(1, "x");
  d.hint = "first\nsecond\x07";
  EXPECT_EQ(d.text(), "net.json:1:1: error: x\n  hint      first\n            second\\u0007");
}

TEST(Report, SortsByPlaceAndKeepsEachOnce) {
  Report report;
  report.add(problem(9, "late"));
  report.add(problem(2, "early"));
  report.add(problem(9, "late"));
  Diagnostic warning = problem(5, "odd");
  warning.severity = Diagnostic::Severity::warning;
  report.add(warning);
  EXPECT_EQ(report.errors(), 2u);
  EXPECT_EQ(report.error().text(),
            "net.json:2:1: error: early\nnet.json:5:1: warning: odd\nnet.json:9:1: error: late");
}

TEST(Report, IsOkWithWarningsAlone) {
  Report report;
  Diagnostic warning = problem(5, "odd");
  warning.severity = Diagnostic::Severity::warning;
  report.add(warning);
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.diagnostics().size(), 1u);
}

TEST(Report, CountsWhatItDoesNotKeep) {
  Report report;
  for (int i = 0; i < 1500; ++i) report.add(problem(i + 1, "x"));
  EXPECT_EQ(report.diagnostics().size(), Report::kMost);
  EXPECT_EQ(report.errors(), 1500u);
  EXPECT_EQ(report.error().diagnostics.back().what, "500 more problems are not shown");
}

TEST(Error, HasTheKindOfItsFirstError) {
  Diagnostic warning = problem(1, "w"), limit = problem(2, "l");
  warning.severity = Diagnostic::Severity::warning;
  limit.kind = ErrorKind::limit;
  EXPECT_EQ(Error({warning, limit, problem(3, "x")}).kind(), ErrorKind::limit);
}

TEST(InternalError, SaysStageAndAsksForTheGraph) {
  try {
    SPIKELOOM_CHECK(1 + 1 == 3, "model", "sums are wrong");
    FAIL();
  } catch (const InternalError& e) {
    const std::string text = e.what();
    EXPECT_EQ(text.substr(0, text.find(':', text.find("report_test"))),
              "internal error in model: sums are wrong (report_test.cpp");
    EXPECT_NE(text.find("); please report it with the graph"), std::string::npos);
  }
}

}  // namespace
}  // namespace spikeloom
