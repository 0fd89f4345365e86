// ELF object files for x86-64, as far as a code generator writes them: sections, symbols, relocations.
// Source: System V ABI, chapter 4 (object files), and its AMD64 supplement, section 4.4 (relocation).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "spikeloom/result.h"

namespace spikeloom::elf {

enum class Protection : std::uint8_t { code, constants, variables };

/// What takes memory when the object is loaded.
struct Section {
  std::span<const unsigned char> bytes;  // empty: zeros
  std::uint64_t size = 0, alignment = 1;
  Protection protection = Protection::constants;
};

inline constexpr std::size_t kUndefined = ~std::size_t{0};

struct Symbol {
  std::string_view name;             // "" of a section
  std::size_t section = kUndefined;  // an index of Object::sections
  std::uint64_t offset = 0, size = 0;
  bool is_global = false, is_function = false;
};

enum class Width : std::uint8_t { absolute64, relative32 };

/// At `offset` of `section` stands the address of a symbol plus `addend`, for `relative32` less its own.
struct Relocation {
  std::size_t section = 0, symbol = 0;
  std::uint64_t offset = 0;
  std::int64_t addend = 0;
  Width width = Width::relative32;
};

/// Points into the bytes that it was read from. Every index and offset in it has been checked.
struct Object {
  std::vector<Section> sections;
  std::vector<Symbol> symbols;
  std::vector<Relocation> relocations;
};

/// ErrorKind::internal for bytes that are not such a file, or one with more in it than is known here.
Result<Object> read_object(std::span<const unsigned char> bytes);

}  // namespace spikeloom::elf
