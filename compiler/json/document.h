// How a Document is stored: one flat list of values, parents first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "json/json.h"

namespace spikeloom::json {

struct Item {
  enum Number : std::uint8_t { real, signed_integer, unsigned_integer };

  std::uint32_t offset = 0;  // of its first byte in the text
  std::uint32_t parent = 0;  // the root is its own
  std::uint32_t count = 0;   // elements or members
  Kind kind = Kind::null;
  Number number = real;
  union {
    double real_value = 0;
    std::int64_t signed_value;
    std::uint64_t unsigned_value;
    std::uint64_t first;  // array: of `elements`; object: of `members`; string: of `strings`
    bool truth;
  };
};

struct Member {
  std::uint32_t key;     // of `strings`
  std::uint32_t offset;  // of the key in the text
  std::uint32_t value;   // of `items`
};

struct Document::Impl {
  std::string file;
  std::string text;
  std::vector<Item> items;
  std::vector<std::uint32_t> elements;  // ids ascend within an array
  std::vector<Member> members;          // value ids ascend within an object
  std::vector<std::string> strings;
  std::vector<std::uint32_t> line_starts;
};

/// One step of a pointer: "/key", with ~ and / escaped; long keys are cut.
std::string pointer_part(std::string_view key);

}  // namespace spikeloom::json
