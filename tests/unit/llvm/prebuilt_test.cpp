// Drives that were generated when the project was built.
#include "llvm/prebuilt.h"

#include <gtest/gtest.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>

#include "llvm/codegen.h"
#include "llvm/drive.h"
#include "llvm/module_code.h"
#include "llvm/target.h"
#include "native/codegen.h"
#include "unit/llvm/networks.h"

namespace spikeloom::testing {
namespace {

bool is_among(const Objects& objects, const PrebuiltDrive& drive) {
  return std::ranges::any_of(objects.files,
                             [&](const ObjectCode& file) { return std::ranges::equal(file, drive.object); });
}

Plan two_layers(const Target& target) {
  NetworkWriter w;
  const Signal hidden = w.lif({{w.linear({w.input(784, true)}, 1000)}});
  w.lif({{w.linear({hidden}, 10)}});
  return make_plan(w.model, target);
}

TEST(Prebuilt, EveryDriveIsThereForEveryLevelAndIsWhatTheCodeGeneratorMakes) {
  std::size_t count = 0;
  for (const Level& level : levels()) {
    const Cpu cpu = cpu_of(level);
    const auto machine = make_target_machine(cpu);
    ASSERT_TRUE(machine);
    for (const std::string& symbol : all_drives()) {
      ModuleCode code(cpu, *machine, level.lanes, symbol);
      define_drive(code.builder(), code.module(), symbol);
      const ObjectCode object = code.generate(*machine).object;
      const auto found = std::ranges::find_if(prebuilt_drives(), [&](const PrebuiltDrive& d) {
        return d.level == level.name && d.symbol == symbol;
      });
      ASSERT_NE(found, prebuilt_drives().end()) << level.name << ' ' << symbol;
      EXPECT_TRUE(std::ranges::equal(found->object, object)) << level.name << ' ' << symbol;
      ++count;
    }
  }
  EXPECT_EQ(prebuilt_drives().size(), count);
}

/// A level is taken by what it names as needed; its code may use all that its CPU has.
TEST(Prebuilt, ALevelNeedsAllThatItsCpuHas) {
  const auto known = llvm::sys::getHostCPUFeatures();  // the others are about speed
  for (const Level& level : levels()) {
    const Cpu cpu = cpu_of(level);
    Cpu least = cpu;
    least.name = "generic";
    least.features = level.needs;
    const auto machine = make_target_machine(cpu), needed = make_target_machine(least);
    ASSERT_TRUE(machine && needed);
    for (const auto& feature : known) {
      const std::string name = "+" + feature.first().str();
      if (!machine->getMCSubtargetInfo()->checkFeatures(name)) continue;
      EXPECT_TRUE(needed->getMCSubtargetInfo()->checkFeatures(name)) << level.name << ' ' << name;
    }
  }
}

/// The last level whose needs a CPU of that name meets.
std::string highest_level(const char* name) {
  Cpu cpu = cpu_of(levels().front());
  cpu.name = name;
  cpu.features.clear();
  const auto machine = make_target_machine(cpu);
  std::string highest;
  for (const Level& level : levels())
    if (machine->getMCSubtargetInfo()->checkFeatures(level.needs)) highest = level.name;
  return highest;
}

TEST(Prebuilt, CpusAreOfTheLevelsThatTheyAreKnownFor) {
  if (!llvm::Triple(llvm::sys::getProcessTriple()).isX86()) GTEST_SKIP() << "not x86";
  EXPECT_EQ(highest_level("core2"), "");
  EXPECT_EQ(highest_level("nehalem"), "x86-64-v2");
  EXPECT_EQ(highest_level("bdver2"), "x86-64-v2") << "FMA without AVX2";
  for (const char* name : {"haswell", "skylake", "znver1", "znver3", "alderlake"})
    EXPECT_EQ(highest_level(name), "x86-64-v3") << name;
  for (const char* name : {"skylake-avx512", "cascadelake", "cooperlake"})
    EXPECT_EQ(highest_level(name), "x86-64-v4") << name;
  for (const char* name : {"icelake-server", "tigerlake", "sapphirerapids", "znver4", "znver5"})
    EXPECT_EQ(highest_level(name), "x86-64-v4 with VBMI2") << name;
}

TEST(Prebuilt, AProgramHasTheDrivesOfItsLevel) {
  for (const Level& level : levels()) {
    const auto target = resolve_target({.cpu = level.cpu});
    if (!target.ok() || find_cpu(level.cpu)->level != &level) continue;
    const auto objects = generate_objects(two_layers(*target), {});
    ASSERT_TRUE(objects.ok()) << objects.error().text();
    for (const PrebuiltDrive& drive : prebuilt_drives()) {
      if (drive.symbol != "spikeloom_list_bits" && drive.symbol != "spikeloom_add_spikes") continue;
      EXPECT_EQ(is_among(*objects, drive), drive.level == level.name) << drive.level << ' ' << drive.symbol;
    }
  }
}

TEST(Prebuilt, WhatIsShownIsWhatRuns) {
  const Plan plan = two_layers(*resolve_target({}));
  std::string llvm, assembly;
  const auto plain = generate_objects(plan, {}), shown = generate_objects(plan, {}, {&llvm, &assembly});
  ASSERT_TRUE(plain.ok() && shown.ok());
  EXPECT_EQ(*plain, *shown);
  EXPECT_NE(assembly.find("spikeloom_list_bits:"), std::string::npos);
}

TEST(Prebuilt, OfAnotherWidthTheyAreGenerated) {
  const auto objects = generate_objects(two_layers({.lanes = 1}), {});
  ASSERT_TRUE(objects.ok()) << objects.error().text();
  for (const PrebuiltDrive& drive : prebuilt_drives()) {
    // What has no vectors is alike for all.
    if (drive.symbol == "spikeloom_list_bits") {
      EXPECT_FALSE(is_among(*objects, drive)) << drive.level;
    }
  }
  const auto functions = functions_of(objects->files);
  EXPECT_TRUE(std::ranges::any_of(functions, [](const auto& f) { return f.name == "spikeloom_list_bits"; }));
}

}  // namespace
}  // namespace spikeloom::testing
