#include <gtest/gtest.h>

#include <cmath>

#include "json/json.h"

namespace spikeloom::json {
namespace {

std::shared_ptr<const Document> parsed(std::string_view text) {
  auto document = Document::parse(text, "t.json");
  EXPECT_TRUE(document.ok()) << document.error().text();
  return document.ok() ? *document : nullptr;
}

std::string problems(std::string_view text, const Limits& limits = {}) {
  auto document = Document::parse(text, "t.json", limits);
  return document.ok() ? "" : document.error().text();
}

TEST(Json, EveryValueKnowsItsPlace) {
  const auto d = parsed("{\r\n  \"a\": [10, \"x\\n\", {\"k/~\": true}],\n\t\"b\": -1.5e0, \"c\" : null }");
  const Value root = d->root();
  EXPECT_EQ(root.line(), 1);
  EXPECT_EQ(root.column(), 1);
  const Value a = root.find("a");
  EXPECT_EQ(a.line(), 2);
  EXPECT_EQ(a.column(), 8);
  EXPECT_EQ(a[0].column(), 9);
  EXPECT_EQ(a[1].column(), 13);
  EXPECT_EQ(a[1].string(), "x\n");
  EXPECT_EQ(a[2].column(), 20);
  EXPECT_EQ(a[2][0].pointer(), "/a/2/k~1~0");
  EXPECT_EQ(a[2][0].column(), 28);
  EXPECT_TRUE(a[2][0].boolean());
  const Value b = root.find("b");
  EXPECT_EQ(b.line(), 3);
  EXPECT_EQ(b.column(), 7) << "a tab is one byte";
  EXPECT_EQ(b.literal(), "-1.5e0");
  EXPECT_EQ(b.number(), -1.5);
  EXPECT_EQ(root.find("c").column(), 21);
  EXPECT_EQ(root.find("c").pointer(), "/c");
  EXPECT_FALSE(root.find("d"));
  EXPECT_EQ(root.at_key(2, "x").column, 15);
}

TEST(Json, NumbersKeepTheirPlaceBeforeEveryCharacterThatEndsThem) {
  const auto d = parsed("[1,2 ,3\n,4]");
  EXPECT_EQ(d->root()[0].column(), 2);
  EXPECT_EQ(d->root()[1].column(), 4);
  EXPECT_EQ(d->root()[2].column(), 7);
  EXPECT_EQ(d->root()[3].line(), 2);
  EXPECT_EQ(d->root()[3].column(), 2);
  EXPECT_EQ(d->root()[3].literal(), "4");
}

TEST(Json, NumbersAreTheNearestDoubleAndKnowIfTheyAreWhole) {
  const auto d =
      parsed("[-0, 0.1, 18446744073709551615, -9223372036854775808, 1e2, 1e-400, 123456789012345678901]");
  const Value r = d->root();
  EXPECT_TRUE(std::signbit(r[0].number()));
  EXPECT_TRUE(r[0].is_integer());
  EXPECT_EQ(r[0].integer(), 0);
  EXPECT_EQ(r[1].number(), 0.1);
  EXPECT_FALSE(r[2].is_integer());
  EXPECT_EQ(r[2].unsigned_integer(), UINT64_MAX);
  EXPECT_EQ(r[3].integer(), INT64_MIN);
  EXPECT_FALSE(r[4].is_integer());
  EXPECT_EQ(r[5].number(), 0.0);
  EXPECT_FALSE(r[6].is_integer());
  EXPECT_EQ(r[6].number(), 123456789012345678901.0);
}

TEST(Json, TextIsDecoded) {
  const auto d = parsed(R"(["\u0000", "\ud83d\ude00", "\u00e9"])");
  EXPECT_EQ(d->root()[0].string(), std::string(1, '\0'));
  EXPECT_EQ(d->root()[1].string(), "\xf0\x9f\x98\x80");
  EXPECT_EQ(d->root()[2].string(), "\xc3\xa9");
}

TEST(Json, OneByteOrderMarkCountsForNothing) {
  EXPECT_EQ(parsed("\xef\xbb\xbf[7]")->root()[0].column(), 2);
  EXPECT_EQ(problems("\xef\xbb\xbf\xef\xbb\xbf[7]"),
            "t.json:1:1: error: this is not JSON: a second byte order mark");
}

TEST(Json, DuplicateKeysAreAllReportedWithBothPlaces) {
  EXPECT_EQ(problems("{\"a\": {\"x\": 1,\n\"x\": 2}, \"b\": [{\"y\": 1, \"y\": 1, \"y\": 1}]}"),
            "t.json:2:1: /a/x: error: duplicate key 'x'\n"
            "  hint      it is given first at line 1, column 8\n"
            "t.json:2:25: /b/0/y: error: duplicate key 'y'\n"
            "  hint      it is given first at line 2, column 17\n"
            "t.json:2:33: /b/0/y: error: duplicate key 'y'\n"
            "  hint      it is given first at line 2, column 17");
}

TEST(Json, ReadingGoesOnAfterDuplicateKeysWithTheFirst) {
  Report report;
  const auto d = Document::parse(R"({"a": 1, "b": 2, "a": 3, "c": [4]})", "t.json", {}, report);
  ASSERT_TRUE(d);
  EXPECT_EQ(report.errors(), 1u);
  EXPECT_EQ(d->root().size(), 3u);
  EXPECT_EQ(d->root().find("a").integer(), 1);
  EXPECT_EQ(d->root().find("c")[0].pointer(), "/c/0");
}

TEST(Json, SyntaxErrorsSayWhereAndWhatWasExpected) {
  EXPECT_EQ(problems(""), "t.json:1:1: error: this is not JSON: the file is empty");
  EXPECT_EQ(problems("{\"a\": 1,}"),
            "t.json:1:9: error: this is not JSON: unexpected '}'\n  expected  string literal");
  EXPECT_EQ(problems("{\"a\": {\"b\": [1 2]}}"),
            "t.json:1:16: /a/b: error: this is not JSON: unexpected number literal\n  expected  ']'");
  EXPECT_EQ(problems("[1]\n x"), "t.json:2:2: error: this is not JSON: invalid literal");
  EXPECT_EQ(problems("[1] [2]"),
            "t.json:1:5: error: this is not JSON: unexpected '['\n  expected  end of input");
  EXPECT_EQ(
      problems("[1,\n  "),
      "t.json:2:3: error: this is not JSON: the file ends too early\n  expected  '[', '{', or a literal");
  EXPECT_EQ(problems("[\"ab"), "t.json:1:5: error: this is not JSON: the file ends too early");
  EXPECT_EQ(problems("[\"a\tb\"]").substr(0, 58),
            "t.json:1:4: error: this is not JSON: invalid string: contr");
  EXPECT_EQ(problems("// x\n1"), "t.json:1:1: error: this is not JSON: invalid literal");
  EXPECT_EQ(problems("[NaN]"), "t.json:1:2: error: this is not JSON: invalid literal");
  EXPECT_EQ(problems("[01]"),
            "t.json:1:2: error: this is not JSON: unexpected number literal\n  expected  ']'");
  EXPECT_EQ(problems("[\"\\ud800x\"]").substr(0, 52), "t.json:1:9: error: this is not JSON: invalid string:");
  EXPECT_EQ(problems("[1, -1e400]"),
            "t.json:1:5: error: a number is outside the range of floating point\n  expected  at most 1.8e308 "
            "in magnitude");
  EXPECT_EQ(problems("{\"a\": \"\xff\"}"),
            "t.json:1:8: error: the text is not UTF-8 here\n  hint      save the file as UTF-8");
}

TEST(Json, LimitsAreKept) {
  EXPECT_EQ(problems("[[[1]]]", {.depth = 3}), "");
  EXPECT_EQ(problems("{\"a\": [[1]]}", {.depth = 2}),
            "t.json:1:8: /a: error: arrays and objects are nested too deeply\n  expected  at most 2 levels");
  EXPECT_EQ(problems("[1, 2]", {.values = 3}), "");
  EXPECT_EQ(problems("[1, 2, 3]", {.values = 3}),
            "t.json:1:8: error: the file has too many values\n  expected  at most 3");
  EXPECT_EQ(problems("[1, 2, 3]", {.bytes = 8}),
            "t.json: error: the file is too large\n  expected  at most 8 B\n  got       9 B");
  EXPECT_EQ(Document::parse("[1]", "", {.bytes = 2}).error().kind(), ErrorKind::limit);
  EXPECT_NE(problems(std::string(1000000, '[')), "") << "no recursion";
}

TEST(Json, ArraysOfNumbersAreReadAtOnce) {
  std::vector<double> out;
  std::vector<std::size_t> shape;
  const auto d = parsed("[[[1, 2], [3, 4], [5, -0]], [], [[1], [2, 3]], [[1], 2], [[[]]], [true]]");
  EXPECT_TRUE(d->root()[0].numbers(out, shape));
  EXPECT_EQ(shape, (std::vector<std::size_t>{3, 2}));
  EXPECT_EQ(out, (std::vector<double>{1, 2, 3, 4, 5, 0}));
  EXPECT_TRUE(std::signbit(out[5]));
  EXPECT_TRUE(d->root()[1].numbers(out, shape));
  EXPECT_EQ(shape, (std::vector<std::size_t>{0}));
  EXPECT_FALSE(d->root()[2].numbers(out, shape));
  EXPECT_FALSE(d->root()[3].numbers(out, shape));
  EXPECT_TRUE(d->root()[4].numbers(out, shape));
  EXPECT_EQ(shape, (std::vector<std::size_t>{1, 1, 0}));
  EXPECT_FALSE(d->root()[5].numbers(out, shape));
}

TEST(Json, ValuesDescribeThemselves) {
  const auto d = parsed(R"([-3e0, "a\u001b\"", [], [1, 2], {"x": 1, "y": 2}, {}, null, true])");
  const char* expected[] = {"-3e0",
                            "the string \"a\\u001b\\\"\"",
                            "an empty array",
                            "an array of 2",
                            "an object with \"x\" and \"y\"",
                            "an empty object",
                            "null",
                            "true"};
  for (std::size_t i = 0; i < d->root().size(); ++i) EXPECT_EQ(d->root()[i].describe(), expected[i]);
}

}  // namespace
}  // namespace spikeloom::json
