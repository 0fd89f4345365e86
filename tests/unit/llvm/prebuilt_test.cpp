// Drives that were generated when the project was built.
#include "llvm/prebuilt.h"

#include <gtest/gtest.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>

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
