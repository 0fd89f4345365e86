#include "hdf5/wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "hdf5/lzf.h"

namespace spikeloom::hdf5 {
namespace {

Object some_tree() {
  Object root;
  Object& node = root.children["node"];
  Object& weight = node.children["weight"];
  weight.kind = Object::Kind::dataset;
  weight.array = {Type::f32, {2, 1}, false, true, std::string("\0\0\x80\x3f\0\0\0\x40", 8), {}, {}, ""};
  Object& times = node.children["times"];
  times.kind = Object::Kind::dataset;
  times.array = {Type::u8, {3}, true, true, "abc", {1, 0, 2}, {}, ""};
  Object& names = node.children["names"];
  names.kind = Object::Kind::dataset;
  names.array = {Type::text, {2}, false, true, "", {}, {"one", ""}, ""};
  Object& link = root.children["link"];
  link.kind = Object::Kind::link;
  link.why = "a soft link";
  root.attributes["dt"] = {Type::u8, {}, false, true, "x", {}, {}, ""};
  return root;
}

Result<Object> decoded(const std::string& bytes, const Limits& limits = {}) {
  std::size_t at = 0;
  return decode(
      [&](std::span<unsigned char> into) {
        if (into.size() > bytes.size() - at) return false;
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), into.size(), into.begin());
        at += into.size();
        return true;
      },
      limits, "file.h5");
}

TEST(Wire, ATreeComesBackAsItWas) {
  const std::string bytes = encode(some_tree());
  const auto tree = decoded(bytes);
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(encode(*tree), bytes);
  EXPECT_EQ(tree->dataset("node/weight")->number(1), 2.0);
  EXPECT_EQ(tree->dataset("node/times")->lengths, (std::vector<std::uint64_t>{1, 0, 2}));
  EXPECT_EQ(tree->find("link")->why, "a soft link");
}

TEST(Wire, AnAnswerThatBreaksOffAnywhereIsRefused) {
  const std::string bytes = encode(some_tree());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decoded(bytes.substr(0, length)).ok()) << length;
  EXPECT_FALSE(decoded(bytes + "x").ok());
}

TEST(Wire, NumbersTakeNoMemoryBeforeTheirBytesAreThere) {
  // A dataset that says it has 2^30 bytes, of which none follow.
  std::string bytes;
  Encoder out([&](std::string_view piece) { bytes += piece; });
  out.dataset("x", {Type::u8, {1u << 30}, false, true, "", {}, {}, ""});
  out.finish();
  bytes.resize(bytes.size() - 9);
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>((std::uint64_t{1} << 30) >> (8 * i));
  EXPECT_FALSE(decoded(bytes).ok());
}

TEST(Wire, LimitsHoldForTheAnswerToo) {
  const std::string bytes = encode(some_tree());
  Limits few, small, shallow;
  few.objects = 3;
  small.bytes = 10;
  shallow.depth = 0;
  EXPECT_FALSE(decoded(bytes, few).ok());
  EXPECT_FALSE(decoded(bytes, small).ok());
  Object deep;
  deep.children["a"].children["b"].children["c"];
  EXPECT_TRUE(decoded(encode(deep)).ok());
  EXPECT_FALSE(decoded(encode(deep), shallow).ok());
}

TEST(Wire, ARefusalArrivesInItsOwnWords) {
  std::string bytes;
  Encoder out([&](std::string_view piece) { bytes += piece; });
  out.refuse(ErrorKind::limit, "/x", "too large", "use less");
  const auto refused = decoded(bytes);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().text(), "file.h5: /x: error: too large\n  hint      use less");
}

std::span<const unsigned char> bytes_of(const std::string& text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

TEST(Lzf, LiteralsAndCopiesUnpack) {
  // "abc", then 6 bytes from 3 back, then 9 + 2 more of the last byte.
  const std::string packed(
      "\x02"
      "abc"
      "\x80\x02"
      "\xe0\x02\x00",
      9);
  const auto size = lzf_size(bytes_of(packed));
  ASSERT_EQ(size, 20u);
  std::string text(*size, '?');
  ASSERT_TRUE(lzf_unpack(bytes_of(packed), {reinterpret_cast<unsigned char*>(text.data()), text.size()}));
  EXPECT_EQ(text, "abcabcabcccccccccccc");
}

TEST(Lzf, WhatIsNotLzfIsRefused) {
  for (const std::string& packed : {std::string("\x05"
                                                "ab"),
                                    std::string("\x20"), std::string("\xe0"), std::string("\x20\x00", 2),
                                    std::string("\x00"
                                                "a"
                                                "\x20\x05",
                                                4)})
    EXPECT_FALSE(lzf_size(bytes_of(packed)).has_value());
}

}  // namespace
}  // namespace spikeloom::hdf5
