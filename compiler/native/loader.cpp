// Objects get memory next to each other: code, then constants, then variables, each from a page of its own,
// so that nothing is ever both writable and executable. Then what names an address gets it.
#include "native/loader.h"

#include <sys/mman.h>

#include <array>
#include <cstring>
#include <map>
#include <span>
#include <utility>

#include "native/elf.h"
#include "native/generator.h"
#include "support/try.h"

namespace spikeloom {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMostBytes = 1u << 30;  // so that every part is in reach of every other
constexpr std::uint64_t kJumpBytes = 16;

Error cannot_load(std::string what) {
  return Error(ErrorKind::internal, "the generated code cannot be loaded: " + std::move(what),
               "please report it with the graph");
}

constexpr std::uint64_t aligned(std::uint64_t n, std::uint64_t alignment) {
  return (n + alignment - 1) / alignment * alignment;
}

/// All that generated code may call.
struct LibraryFunction {
  std::string_view name;
  std::uintptr_t address;
};
std::array<LibraryFunction, 3> library_functions() {
  return {{{"memset",
            reinterpret_cast<std::uintptr_t>(static_cast<void* (*)(void*, int, std::size_t)>(std::memset))},
           {"memcpy", reinterpret_cast<std::uintptr_t>(
                          static_cast<void* (*)(void*, const void*, std::size_t)>(std::memcpy))},
           {"memmove", reinterpret_cast<std::uintptr_t>(
                           static_cast<void* (*)(void*, const void*, std::size_t)>(std::memmove))}}};
}

class Memory {
 public:
  static Result<Memory> take(std::uint64_t bytes) {
    void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return Error(ErrorKind::limit, "there is no memory for the generated code");
    return Memory(static_cast<unsigned char*>(at), bytes);
  }
  Memory(Memory&& other) noexcept : at_(std::exchange(other.at_, nullptr)), bytes_(other.bytes_) {}
  Memory& operator=(Memory&&) = delete;
  ~Memory() {
    if (at_) ::munmap(at_, bytes_);
  }
  unsigned char* at(std::uint64_t offset) const { return at_ + offset; }
  bool protect(std::uint64_t from, std::uint64_t to, int protection) const {
    return from == to || ::mprotect(at_ + from, to - from, protection) == 0;
  }

 private:
  Memory(unsigned char* at, std::uint64_t bytes) : at_(at), bytes_(bytes) {}
  unsigned char* at_;
  std::uint64_t bytes_;
};

class Linked final : public LoadedCode {
 public:
  Linked(Memory memory, std::map<std::string, std::uintptr_t, std::less<>> functions)
      : memory_(std::move(memory)), functions_(std::move(functions)) {}
  std::uintptr_t address_of(std::string_view symbol) const override {
    const auto found = functions_.find(symbol);
    return found == functions_.end() ? 0 : found->second;
  }

 private:
  Memory memory_;
  std::map<std::string, std::uintptr_t, std::less<>> functions_;
};

class Linker {
 public:
  explicit Linker(std::vector<elf::Object> objects) : objects_(std::move(objects)) {}

  Result<std::shared_ptr<LoadedCode>> run() {
    TRY_VOID(place());
    TRY(Memory memory, Memory::take(end_));
    copy(memory);
    TRY_VOID(name(memory));
    for (std::size_t i = 0; i < objects_.size(); ++i)
      for (const elf::Relocation& r : objects_[i].relocations) TRY_VOID(relocate(memory, i, r));
    if (!memory.protect(0, constants_, PROT_READ | PROT_EXEC) ||
        !memory.protect(constants_, variables_, PROT_READ))
      return cannot_load("the system does not let it run");
    return std::shared_ptr<LoadedCode>(std::make_shared<Linked>(std::move(memory), std::move(functions_)));
  }

 private:
  /// Offsets of all sections; jumps to the library stand behind the code.
  Result<void> place() {
    for (const elf::Object& object : objects_) offsets_.emplace_back(object.sections.size());
    TRY_VOID(place(elf::Protection::code));
    jumps_ = aligned(end_, kJumpBytes);
    end_ = constants_ = aligned(jumps_ + kJumpBytes * library_.size(), kPage);
    TRY_VOID(place(elf::Protection::constants));
    end_ = variables_ = aligned(end_, kPage);
    TRY_VOID(place(elf::Protection::variables));
    end_ = aligned(end_, kPage);
    return {};
  }

  Result<void> place(elf::Protection protection) {
    for (std::size_t i = 0; i < objects_.size(); ++i)
      for (std::size_t s = 0; s < objects_[i].sections.size(); ++s) {
        const elf::Section& section = objects_[i].sections[s];
        if (section.protection != protection) continue;
        offsets_[i][s] = aligned(end_, section.alignment);
        end_ = offsets_[i][s] + section.size;
        if (end_ > kMostBytes) return cannot_load("it is too large");
      }
    return {};
  }

  void copy(const Memory& memory) const {
    for (std::size_t i = 0; i < objects_.size(); ++i)
      for (std::size_t s = 0; s < objects_[i].sections.size(); ++s) {
        const auto bytes = objects_[i].sections[s].bytes;
        if (!bytes.empty()) std::memcpy(memory.at(offsets_[i][s]), bytes.data(), bytes.size());
      }
    for (std::size_t i = 0; i < library_.size(); ++i) {
      // jmp *0(%rip), and behind it the address
      constexpr unsigned char kJump[] = {0xff, 0x25, 0, 0, 0, 0};
      std::memcpy(memory.at(jumps_ + i * kJumpBytes), kJump, sizeof kJump);
      std::memcpy(memory.at(jumps_ + i * kJumpBytes + sizeof kJump), &library_[i].address, 8);
    }
  }

  /// What objects may know each other by, and what may be asked for.
  Result<void> name(const Memory& memory) {
    for (std::size_t i = 0; i < objects_.size(); ++i)
      for (const elf::Symbol& symbol : objects_[i].symbols) {
        if (!symbol.is_global || symbol.section == elf::kUndefined) continue;
        const auto address = reinterpret_cast<std::uintptr_t>(memory.at(offset_of(i, symbol)));
        if (!globals_.emplace(symbol.name, address).second) return cannot_load("a name is there twice");
        const auto protection = objects_[i].sections[symbol.section].protection;
        if (symbol.is_function && protection == elf::Protection::code && symbol.size > 0)
          functions_.emplace(symbol.name, address);
      }
    return {};
  }

  std::uint64_t offset_of(std::size_t object, const elf::Symbol& symbol) const {
    return offsets_[object][symbol.section] + symbol.offset;
  }

  Result<std::uintptr_t> address_of(const Memory& memory, std::size_t object,
                                    const elf::Symbol& symbol) const {
    if (symbol.section != elf::kUndefined)
      return reinterpret_cast<std::uintptr_t>(memory.at(offset_of(object, symbol)));
    if (const auto found = globals_.find(symbol.name); symbol.is_global && found != globals_.end())
      return found->second;
    for (std::size_t i = 0; i < library_.size(); ++i)
      if (symbol.is_global && library_[i].name == symbol.name)
        return reinterpret_cast<std::uintptr_t>(memory.at(jumps_ + i * kJumpBytes));
    return cannot_load("it calls something that is not there");
  }

  Result<void> relocate(const Memory& memory, std::size_t object, const elf::Relocation& r) const {
    TRY(const std::uintptr_t address, address_of(memory, object, objects_[object].symbols[r.symbol]));
    unsigned char* at = memory.at(offsets_[object][r.section] + r.offset);
    const std::uint64_t value = address + static_cast<std::uint64_t>(r.addend);
    if (r.width == elf::Width::absolute64) {
      std::memcpy(at, &value, 8);
      return {};
    }
    const auto distance = static_cast<std::int64_t>(value - reinterpret_cast<std::uintptr_t>(at));
    const auto narrow = static_cast<std::int32_t>(distance);
    if (narrow != distance) return cannot_load("a part of it is out of reach of another");
    std::memcpy(at, &narrow, 4);
    return {};
  }

  std::vector<elf::Object> objects_;
  const std::array<LibraryFunction, 3> library_ = library_functions();
  std::vector<std::vector<std::uint64_t>> offsets_;  // of the sections of each object
  std::uint64_t jumps_ = 0, constants_ = 0, variables_ = 0, end_ = 0;
  std::map<std::string_view, std::uintptr_t> globals_;
  std::map<std::string, std::uintptr_t, std::less<>> functions_;
};

Result<std::shared_ptr<LoadedCode>> linked(const std::vector<ObjectCode>& objects) {
#if defined(__x86_64__)
  std::vector<elf::Object> read;
  for (const ObjectCode& object : objects) {
    TRY(elf::Object one, elf::read_object(object));
    read.push_back(std::move(one));
  }
  return Linker(std::move(read)).run();
#else
  TRY(const CodeGenerator* generator, code_generator());
  return generator->link(objects);
#endif
}

}  // namespace

Result<LoadedKernels> load_objects(const std::vector<ObjectCode>& objects,
                                   const std::vector<std::string>& symbols) {
  LoadedKernels loaded;
  TRY(loaded.code, linked(objects));
  for (const std::string& symbol : symbols) {
    const std::uintptr_t address = loaded.code->address_of(symbol);
    if (address == 0) return cannot_load("it has no function '" + symbol + "'");
    loaded.functions.push_back(reinterpret_cast<spikeloom_kernel>(address));
  }
  return loaded;
}

std::vector<ObjectFunction> functions_of(const std::vector<ObjectCode>& objects) {
  std::vector<ObjectFunction> functions;
  for (const ObjectCode& object : objects)
    if (const auto read = elf::read_object(object))
      for (const elf::Symbol& symbol : read->symbols)
        if (symbol.is_function) functions.push_back({std::string(symbol.name), symbol.size});
  return functions;
}

}  // namespace spikeloom
