#include <gtest/gtest.h>

#include "json/json.h"

namespace spikeloom::json {
namespace {

class FieldsOf : public testing::Test {
 protected:
  Fields fields(std::string_view text) {
    document = Document::parse(text, "").value();
    return Fields(document->root(), report);
  }
  std::shared_ptr<const Document> document;
  Report report;
};

TEST_F(FieldsOf, WhatIsLeftOverIsUnknown) {
  Fields f = fields(R"({"beta": 0.5, "treshold": 1, "reset_mechanism": "zero", "zzz": 0})");
  EXPECT_EQ(f.number("beta", 0), 0.5);
  f.know("threshold");
  f.translate("reset_mechanism", "reset");
  f.finish();
  EXPECT_EQ(report.error().text(),
            "1:15: /treshold: error: unknown field 'treshold'\n  hint      did you mean 'threshold'?\n"
            "1:30: /reset_mechanism: error: unknown field 'reset_mechanism'\n  hint      here it is called "
            "'reset'\n"
            "1:57: /zzz: error: unknown field 'zzz'\n  hint      known: beta and threshold");
}

TEST_F(FieldsOf, WrongTypesAreReportedAndThenAbsent) {
  Fields f = fields(R"({"a": "x", "b": 1.5, "c": 300, "d": 1, "e": 2.0, "g": 1e300})");
  EXPECT_EQ(f.number("a", 7), 7);
  EXPECT_EQ(f.integer("b", 7, 0, 9), 7);
  EXPECT_EQ(f.integer("c", 7, 0, 9), 7);
  EXPECT_EQ(f.boolean("d", true), true);
  EXPECT_EQ(f.integer("e", 7, 0, 9), 2);
  EXPECT_EQ(f.integer("g", 7, 0, INT64_MAX), 7);
  EXPECT_EQ(f.string("h", "none"), "none");
  f.finish();
  EXPECT_EQ(
      report.error().text(),
      "1:7: /a: error: 'a' must be a number\n  expected  a number\n  got       the string \"x\"\n"
      "1:17: /b: error: 'b' must be a whole number\n  expected  a whole number from 0 to 9\n  got       1.5\n"
      "1:27: /c: error: 'c' is out of range\n  expected  a whole number from 0 to 9\n  got       300\n"
      "1:37: /d: error: 'd' must be true or false\n  expected  true or false\n  got       1\n"
      "1:55: /g: error: 'g' must be a whole number\n  expected  a whole number, at least 0\n  got       "
      "1e300");
}

TEST_F(FieldsOf, MissingFieldsAreReported) {
  Fields f = fields(R"({})");
  EXPECT_FALSE(f.require("shape", "the shape of a sample, such as [64]"));
  EXPECT_EQ(report.error().text(),
            "1:1: error: 'shape' is missing\n  expected  the shape of a sample, such as [64]");
}

TEST_F(FieldsOf, SomethingElseIsNotAnObject) {
  Fields f = fields("[1]");
  EXPECT_FALSE(f.valid());
  EXPECT_FALSE(f.require("x", ""));
  f.finish();
  EXPECT_EQ(report.error().text(),
            "1:1: error: this must be an object\n  expected  an object\n  got       an array of 1");
}

TEST_F(FieldsOf, ManyUnknownFieldsAreCounted) {
  std::string text = "{\"known\": 1";
  for (int i = 0; i < 200000; ++i) text += ", \"knwon" + std::to_string(i) + "\": 0";
  Fields f = fields(text + "}");
  f.take("known");
  f.finish();
  EXPECT_EQ(report.errors(), 101u);
  EXPECT_EQ(report.diagnostics().back().what, "199900 more unknown fields are not shown");
}

}  // namespace
}  // namespace spikeloom::json
