#include "native/elf.h"

#include <elf.h>

#include <bit>
#include <cstring>
#include <optional>
#include <type_traits>

#include "support/try.h"

namespace spikeloom::elf {
namespace {

constexpr std::uint64_t kMostBytes = 1u << 30;  // of a section in memory
constexpr std::uint64_t kPage = 4096;           // no section asks for more

Error broken(const char* what) {
  return Error(ErrorKind::internal, std::string("the generated code cannot be loaded: ") + what,
               "please report it with the graph");
}

class Reader {
 public:
  explicit Reader(std::span<const unsigned char> bytes) : bytes_(bytes) {}

  Result<Object> run() {
    TRY_VOID(read_header());
    for (std::size_t i = 0; i < headers_.size(); ++i) TRY_VOID(read_section(headers_[i]));
    for (std::size_t i = 0; i < headers_.size(); ++i)
      if (headers_[i].sh_type == SHT_SYMTAB) TRY_VOID(read_symbols(headers_[i]));
    for (const Elf64_Shdr& header : headers_)
      if (header.sh_type == SHT_RELA) TRY_VOID(read_relocations(header));
    return std::move(object_);
  }

 private:
  /// `count` structures at `offset` of the file.
  template <class T>
  std::optional<std::vector<T>> structures(std::uint64_t offset, std::uint64_t count) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (offset > bytes_.size() || count > (bytes_.size() - offset) / sizeof(T)) return std::nullopt;
    std::vector<T> all(count);
    if (count > 0) std::memcpy(all.data(), bytes_.data() + offset, count * sizeof(T));
    return all;
  }

  std::optional<std::span<const unsigned char>> content(const Elf64_Shdr& header) const {
    if (header.sh_offset > bytes_.size() || header.sh_size > bytes_.size() - header.sh_offset)
      return std::nullopt;
    return bytes_.subspan(header.sh_offset, header.sh_size);
  }

  Result<void> read_header() {
    const auto file = structures<Elf64_Ehdr>(0, 1);
    if (!file) return broken("it is cut short");
    const Elf64_Ehdr& h = file->front();
    if (std::memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 || h.e_ident[EI_CLASS] != ELFCLASS64 ||
        h.e_ident[EI_DATA] != ELFDATA2LSB || h.e_type != ET_REL || h.e_machine != EM_X86_64)
      return broken("it is no object file for x86-64");
    if (h.e_shnum == 0 || h.e_shentsize != sizeof(Elf64_Shdr)) return broken("it has no table of sections");
    auto headers = structures<Elf64_Shdr>(h.e_shoff, h.e_shnum);
    if (!headers) return broken("its table of sections is cut short");
    headers_ = *std::move(headers);
    place_.assign(headers_.size(), kUndefined);
    return {};
  }

  Result<void> read_section(const Elf64_Shdr& header) {
    // No exception passes through generated code: nobody asks how to unwind it.
    if ((header.sh_flags & SHF_ALLOC) == 0 || header.sh_type == SHT_X86_64_UNWIND) return {};
    if ((header.sh_type != SHT_PROGBITS && header.sh_type != SHT_NOBITS) || (header.sh_flags & SHF_TLS) != 0)
      return broken("it has a section of another kind");
    Section section;
    section.size = header.sh_size;
    section.alignment = header.sh_addralign == 0 ? 1 : header.sh_addralign;
    if (!std::has_single_bit(section.alignment) || section.alignment > kPage || section.size > kMostBytes)
      return broken("a section is too large");
    if (header.sh_type == SHT_PROGBITS) {
      const auto bytes = content(header);
      if (!bytes) return broken("a section is cut short");
      section.bytes = *bytes;
    }
    const bool is_code = (header.sh_flags & SHF_EXECINSTR) != 0,
               is_written = (header.sh_flags & SHF_WRITE) != 0;
    if (is_code && is_written) return broken("a section holds code that may be written to");
    section.protection = is_code      ? Protection::code
                         : is_written ? Protection::variables
                                      : Protection::constants;
    place_[static_cast<std::size_t>(&header - headers_.data())] = object_.sections.size();
    object_.sections.push_back(section);
    return {};
  }

  Result<std::string_view> name_at(const Elf64_Shdr& table, std::uint64_t offset) const {
    const auto bytes = content(table);
    if (table.sh_type != SHT_STRTAB || !bytes || offset >= bytes->size()) return broken("a name is missing");
    const auto* first = reinterpret_cast<const char*>(bytes->data()) + offset;
    const std::size_t length = strnlen(first, bytes->size() - offset);
    if (length == bytes->size() - offset) return broken("a name has no end");
    return std::string_view(first, length);
  }

  Result<void> read_symbols(const Elf64_Shdr& header) {
    if (!object_.symbols.empty()) return broken("it has two tables of symbols");
    if (header.sh_entsize != sizeof(Elf64_Sym) || header.sh_link >= headers_.size())
      return broken("its table of symbols is none");
    const auto symbols = structures<Elf64_Sym>(header.sh_offset, header.sh_size / sizeof(Elf64_Sym));
    if (!symbols) return broken("its table of symbols is cut short");
    symbols_at_ = static_cast<std::size_t>(&header - headers_.data());
    for (const Elf64_Sym& from : *symbols) {
      Symbol symbol;
      TRY(symbol.name, name_at(headers_[header.sh_link], from.st_name));
      symbol.is_global = ELF64_ST_BIND(from.st_info) != STB_LOCAL;
      symbol.is_function = ELF64_ST_TYPE(from.st_info) == STT_FUNC;
      symbol.offset = from.st_value;
      symbol.size = from.st_size;
      // A symbol that is no place in memory (a file's name, say) stays undefined: nothing may refer to it.
      if (from.st_shndx < place_.size()) symbol.section = place_[from.st_shndx];
      if (symbol.section != kUndefined) {
        const std::uint64_t room = object_.sections[symbol.section].size;
        if (symbol.offset > room || symbol.size > room - symbol.offset)
          return broken("a symbol lies outside of its section");
      }
      object_.symbols.push_back(symbol);
    }
    return {};
  }

  Result<void> read_relocations(const Elf64_Shdr& header) {
    if (header.sh_info >= place_.size()) return broken("relocations have no section");
    const std::size_t section = place_[header.sh_info];
    if (section == kUndefined) return {};  // of what is not loaded
    if (header.sh_entsize != sizeof(Elf64_Rela) || header.sh_link != symbols_at_)
      return broken("its table of relocations is none");
    const auto entries = structures<Elf64_Rela>(header.sh_offset, header.sh_size / sizeof(Elf64_Rela));
    if (!entries) return broken("its table of relocations is cut short");
    for (const Elf64_Rela& entry : *entries) {
      Relocation r{section, ELF64_R_SYM(entry.r_info), entry.r_offset, entry.r_addend, Width::relative32};
      switch (ELF64_R_TYPE(entry.r_info)) {
        case R_X86_64_64:
          r.width = Width::absolute64;
          break;
        case R_X86_64_PC32:
        case R_X86_64_PLT32:  // there is no table: a function that is far away gets a jump nearby
          break;
        default:
          return broken("it refers to something in a way that is not known");
      }
      const std::uint64_t bytes = r.width == Width::absolute64 ? 8 : 4;
      const Section& in = object_.sections[section];
      if (r.symbol >= object_.symbols.size() || r.offset > in.size || bytes > in.size - r.offset ||
          in.bytes.empty())
        return broken("a relocation lies outside of its section");
      object_.relocations.push_back(r);
    }
    return {};
  }

  std::span<const unsigned char> bytes_;
  std::vector<Elf64_Shdr> headers_;
  std::vector<std::size_t> place_;  // of each section of the file in object_, or kUndefined
  std::size_t symbols_at_ = 0;
  Object object_;
};

}  // namespace

Result<Object> read_object(std::span<const unsigned char> bytes) {
  return Reader(bytes).run();
}

}  // namespace spikeloom::elf
