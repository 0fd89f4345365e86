#include "support/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace spikeloom {
namespace {

TEST(Utf8, FindsTheFirstByteThatIsNotUtf8) {
  EXPECT_EQ(first_invalid_utf8("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), std::string_view::npos);
  EXPECT_EQ(first_invalid_utf8("ab\xff"), 2u);
  EXPECT_EQ(first_invalid_utf8("a\xc0\x80"), 1u) << "overlong";
  EXPECT_EQ(first_invalid_utf8("\xe0\x80\x80"), 0u) << "overlong";
  EXPECT_EQ(first_invalid_utf8("\xed\xa0\x80"), 0u) << "surrogate";
  EXPECT_EQ(first_invalid_utf8("\xf4\x90\x80\x80"), 0u) << "above U+10FFFF";
  EXPECT_EQ(first_invalid_utf8("\xe2\x82"), 0u) << "cut short";
}

TEST(Escaped, LeavesNothingThatATerminalActsOn) {
  EXPECT_EQ(escaped("a\x1b[31mb\n\t\x7f"), "a\\u001b[31mb\\n\\t\\u007f");
  EXPECT_EQ(escaped("\xc2\x9b"), "\\u009b") << "C1 control";
  EXPECT_EQ(escaped("\xe2\x80\xae"), "\\u202e") << "right-to-left override";
  EXPECT_EQ(escaped("\xff"), "\\xff");
  EXPECT_EQ(escaped("\xf3\xa0\x80\x81"), "\\udb40\\udc01") << "an invisible tag";
  EXPECT_EQ(escaped("Schwelle \xc3\xbc\xe2\x82\xac"), "Schwelle \xc3\xbc\xe2\x82\xac");
}

TEST(Escaped, CutsLongTextAndEscapesQuotesWhenAsked) {
  EXPECT_EQ(escaped("abcdef", Quotes::keep, 3), "abc...");
  EXPECT_EQ(escaped("abc", Quotes::keep, 3), "abc");
  EXPECT_EQ(escaped("a\"\\", Quotes::escape), "a\\\"\\\\");
}

TEST(NearestName, FindsWhatWasMeantAndNothingElse) {
  const std::vector<std::string> names{"beta", "tau_mem", "threshold", "reset", "R"};
  EXPECT_EQ(nearest_name("betta", names), "beta");
  EXPECT_EQ(nearest_name("Beta", names), "beta");
  EXPECT_EQ(nearest_name("tau-mem", names), "tau_mem");
  EXPECT_EQ(nearest_name("threshhold", names), "threshold");
  EXPECT_EQ(nearest_name("rseet", names), "reset") << "two letters swapped";
  EXPECT_EQ(nearest_name("lfi", std::vector<std::string>{"li", "if", "lif", "rlif"}), "lif")
      << "the same letters rather than one of them too many";
  EXPECT_EQ(nearest_name("r", names), "R");
  EXPECT_EQ(nearest_name("weight", names), "");
  EXPECT_EQ(nearest_name("x", names), "");
  EXPECT_EQ(nearest_name(std::string(100000, 'b'), names), "");
}

TEST(Listed, ReadsLikeASentence) {
  const std::vector<std::string> names{"a", "b", "c"};
  EXPECT_EQ(listed(names), "a, b or c");
  EXPECT_EQ(listed(std::span(names).first(2), "and"), "a and b");
  EXPECT_EQ(listed(std::span(names).first(1)), "a");
  EXPECT_EQ(listed(names, "or", 2), "a, b, ...");
}

}  // namespace
}  // namespace spikeloom
