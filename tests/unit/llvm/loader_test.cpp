// Object files to functions, by our loader and by LLVM's linker; and every way to damage one.
#include "native/loader.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <random>

#include "llvm/codegen.h"
#include "llvm/linker.h"
#include "llvm/target.h"
#include "native/elf.h"
#include "native/machine.h"
#include "unit/llvm/networks.h"
#include "unit/llvm/objects.h"

namespace spikeloom::testing {
namespace {

Plan some_plan() {
  NetworkWriter w;
  w.output("spikes", w.lif({{w.linear({w.lif({{w.linear({w.input(20)}, 50)}})}, 10)}}));
  const ThisMachine here = *this_machine();
  return make_plan(w.model, {.lanes = here.lanes, .has_fma = here.has_fma});
}

TEST(Loader, FindsTheFunctionsThatLlvmsLinkerFinds) {
  const Plan plan = some_plan();
  const auto objects = generate_objects(plan, {});
  ASSERT_TRUE(objects.ok()) << objects.error().text();
  std::vector<std::string> symbols;
  for (const Kernel& kernel : plan.kernels) symbols.push_back(kernel.symbol);
  const auto loaded = load_objects(objects->files, symbols);
  ASSERT_TRUE(loaded.ok()) << loaded.error().text();
  const auto linked = link_objects(objects->files);
  ASSERT_TRUE(linked.ok()) << linked.error().text();
  for (const ObjectFunction& function : functions_of(objects->files)) {
    EXPECT_NE(loaded->code->address_of(function.name), 0u) << function.name;
    EXPECT_NE((*linked)->address_of(function.name), 0u) << function.name;
  }
  EXPECT_EQ(loaded->code->address_of("no_function"), 0u);
  EXPECT_EQ((*linked)->address_of("no_function"), 0u);
}

TEST(Loader, TheMachineIsTheOneThatLlvmSees) {
  const Cpu theirs = *find_cpu("");
  const ThisMachine ours = *this_machine();
  EXPECT_EQ(ours.lanes, theirs.lanes);
  EXPECT_EQ(ours.has_fma, theirs.instructions.fma);
  EXPECT_FALSE(ours.identity.empty());
}

TEST(Loader, NoPageIsWritableAndExecutable) {
  const Plan plan = some_plan();
  const auto objects = generate_objects(plan, {});
  ASSERT_TRUE(objects.ok());
  const auto loaded = load_objects(objects->files, {plan.kernels.front().symbol});
  ASSERT_TRUE(loaded.ok());
  std::ifstream maps("/proc/self/maps");
  std::size_t executable = 0;
  for (std::string line; std::getline(maps, line);) {
    const std::string rights = line.substr(line.find(' ') + 1, 4);
    EXPECT_FALSE(rights[1] == 'w' && rights[2] == 'x') << line;
    if (rights[2] == 'x') ++executable;
  }
  EXPECT_GT(executable, 0u);
}

TEST(Loader, TwoObjectsMayNotHaveOneName) {
  const ObjectCode object = object_that_calls("memcpy", "kernel");
  EXPECT_TRUE(load_objects({object}, {"kernel"}).ok());
  EXPECT_FALSE(load_objects({object, object}, {"kernel"}).ok());
}

TEST(Loader, ObjectsMayCallEachOtherAndTheLibrary) {
  const ObjectCode first = object_that_calls("second", "kernel"),
                   second = object_that_calls("memcpy", "second");
  EXPECT_TRUE(load_objects({first, second}, {"kernel", "second"}).ok());
  EXPECT_TRUE(load_objects({second, first}, {"kernel"}).ok());
  EXPECT_FALSE(load_objects({first}, {"kernel"}).ok());
}

TEST(Loader, APieceOfAnObjectIsRefusedOrLoaded) {
  const ObjectCode sound = object_that_calls("memcpy", "kernel");
  std::size_t refused = 0;
  for (std::size_t n = 0; n < sound.size(); ++n)
    refused += elf::read_object(std::span(sound).first(n)).ok() ? 0 : 1;
  EXPECT_GT(refused, sound.size() / 2);
}

TEST(Loader, WhateverIsWrittenIntoAnObjectItsParserStaysInside) {
  const auto objects = generate_objects(some_plan(), {});
  ASSERT_TRUE(objects.ok());
  std::mt19937 random(7);
  std::size_t refused = 0;
  for (const ObjectCode& sound : objects->files)
    for (int i = 0; i < 3000; ++i) {
      ObjectCode broken = sound;
      // Half of the damage goes to the tables of the file, which are what its parser follows.
      const std::size_t from = i % 2 ? 0 : broken.size() - broken.size() / 4;
      for (int k = 0; k < 4; ++k)
        broken[from + random() % (broken.size() - from)] = static_cast<unsigned char>(random());
      const auto read = elf::read_object(broken);
      if (!read) {
        ++refused;
        continue;
      }
      for (const elf::Symbol& symbol : read->symbols) {
        if (symbol.section == elf::kUndefined) continue;
        ASSERT_LT(symbol.section, read->sections.size());
        ASSERT_LE(symbol.offset + symbol.size, read->sections[symbol.section].size);
      }
      for (const elf::Relocation& r : read->relocations) {
        ASSERT_LT(r.symbol, read->symbols.size());
        ASSERT_LT(r.section, read->sections.size());
        ASSERT_LE(r.offset + 4, read->sections[r.section].bytes.size());
      }
      // It is never run: its code may be anything.
      (void)load_objects({broken}, {"kernel"});
    }
  EXPECT_GT(refused, 0u);
}

/// The fields of an ELF header, one by one, with values that no object of ours has.
TEST(Loader, AnObjectOfAnotherKindIsRefused) {
  const ObjectCode sound = object_that_calls("memcpy", "kernel");
  const auto with = [&](auto change) {
    ObjectCode object = sound;
    Elf64_Ehdr header;
    std::memcpy(&header, object.data(), sizeof header);
    change(header);
    std::memcpy(object.data(), &header, sizeof header);
    return elf::read_object(object).ok();
  };
  EXPECT_TRUE(with([](Elf64_Ehdr&) {}));
  EXPECT_FALSE(with([](Elf64_Ehdr& h) { h.e_ident[EI_CLASS] = ELFCLASS32; }));
  EXPECT_FALSE(with([](Elf64_Ehdr& h) { h.e_ident[EI_DATA] = ELFDATA2MSB; }));
  EXPECT_FALSE(with([](Elf64_Ehdr& h) { h.e_type = ET_DYN; }));
  EXPECT_FALSE(with([](Elf64_Ehdr& h) { h.e_machine = EM_AARCH64; }));
  EXPECT_FALSE(with([](Elf64_Ehdr& h) { h.e_shnum = 0; }));
  EXPECT_FALSE(with([](Elf64_Ehdr& h) { h.e_shnum = 0xff00; }));
  EXPECT_FALSE(with([](Elf64_Ehdr& h) { h.e_shentsize = 1; }));
  EXPECT_FALSE(with([](Elf64_Ehdr& h) { h.e_shoff = ~std::uint64_t{0}; }));
}

}  // namespace
}  // namespace spikeloom::testing
