// A second start takes its code from the cache, and gives the same bits; perf maps name the kernels.
#include "cache/code_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <sstream>

#include "llvm/code_key.h"
#include "llvm/codegen.h"
#include "spikeloom/session.h"
#include "unit/cache/own_folder.h"
#include "unit/llvm/networks.h"
#include "unit/llvm/objects.h"

namespace spikeloom::testing {
namespace {

constexpr std::uint32_t kInputs = 20, kSteps = 30;

/// linear, lif, linear, lif: what of it is structure, and what data.
struct Variant {
  std::size_t hidden = 50;
  float beta = 0.9f;
  std::uint32_t seed = 1;  // of the weights
  bool inhibition = false;
};

Model model_of(const Variant& v) {
  NetworkWriter w(v.seed);
  const Signal hidden = w.lif({{w.linear({w.input(kInputs)}, v.hidden)}}, v.inhibition);
  w.population(hidden).fixed[0] = {{v.beta}};
  w.output("spikes", w.lif({{w.linear({hidden}, 10)}}));
  return w.model;
}

Plan plan_of(const Variant& v, const Target& wanted = {}) {
  return make_plan(model_of(v), *resolve_target(wanted));
}

/// The spikes and the membrane of the first population in every step.
std::vector<float> history(const Program& program, const Variant& v) {
  auto session = Session::create(program, {.batch = 2});
  EXPECT_TRUE(session.ok()) << session.error().text();
  std::vector<float> all, row(2 * kInputs), now(2 * v.hidden);
  for (std::uint32_t t = 0; t < kSteps; ++t) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = (t * 7 + i * 5) % 11 < 4 ? 1.0f : 0.0f;
    const std::span<const float> rows[] = {row};
    EXPECT_TRUE(session->step(rows).ok());
    for (const char* signal : {"n1", "n1.s0"}) {
      EXPECT_TRUE(session->read(signal, now).ok());
      all.insert(all.end(), now.begin(), now.end());
    }
  }
  return all;
}

class Cached : public WithOwnFolder {
 protected:
  void SetUp() override {
    WithOwnFolder::SetUp();
    if (!IsSkipped()) cache_.emplace(*CodeCache::open(own_.path()));
  }
  /// Whether the code of the variant was found, and that it gives the bits of code which was not.
  bool is_found(const Variant& v, const Target& target = {}) {
    const Plan plan = plan_of(v, target);
    bool found = false;
    const auto program = generate(plan, {.cache = &*cache_, .from_cache = &found});
    const auto fresh = generate(plan);
    EXPECT_TRUE(program.ok() && fresh.ok());
    if (program.ok() && fresh.ok()) {
      EXPECT_EQ(history(*program, v), history(*fresh, v));
    }
    return found;
  }
  std::optional<CodeCache> cache_;
};

TEST_F(Cached, ASecondStartGeneratesNothing) {
  EXPECT_FALSE(is_found({}));
  EXPECT_TRUE(is_found({}));
  EXPECT_EQ(cache_->contents().entries, 1u);
  cache_->clear();
  EXPECT_FALSE(is_found({}));
}

TEST_F(Cached, ParametersWeightsAndSizesAreData) {
  EXPECT_FALSE(is_found({}));
  EXPECT_TRUE(is_found({.beta = 0.5f}));
  EXPECT_TRUE(is_found({.seed = 2}));
  EXPECT_TRUE(is_found({.hidden = 130}));
  EXPECT_TRUE(is_found({.hidden = 1}));
  EXPECT_EQ(cache_->contents().entries, 1u);
}

TEST_F(Cached, StructureAndTargetAreCode) {
  EXPECT_FALSE(is_found({}));
  EXPECT_FALSE(is_found({.inhibition = true}));
  EXPECT_FALSE(is_found({}, {.lanes = 1}));
  EXPECT_FALSE(is_found({}, {.lanes = 4}));
  EXPECT_FALSE(is_found({}, {.lanes = 4, .cpu = "x86-64-v2"}));
  EXPECT_EQ(cache_->contents().entries, 5u);
  EXPECT_TRUE(is_found({}, {.lanes = 4}));
}

TEST_F(Cached, ALimitThatRefusesTheCodeIsNotPassedByFindingIt) {
  EXPECT_FALSE(is_found({}));
  const auto program = generate(plan_of({}), {.limits = {.module_instructions = 20}, .cache = &*cache_});
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.error().kind(), ErrorKind::limit);
}

TEST_F(Cached, ADamagedEntryIsGeneratedAgain) {
  EXPECT_FALSE(is_found({}));
  for (const auto& file : std::filesystem::directory_iterator(own_.path()))
    std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) / 2);
  EXPECT_FALSE(is_found({}));
  EXPECT_TRUE(is_found({}));
}

TEST_F(Cached, AnEntryThatIsNotOursIsNotLinked) {
  const Plan plan = plan_of({});
  const std::string key = code_key(plan, *find_cpu(""), {});
  const ObjectCode hostile = object_that_calls("system", plan.kernels.front().symbol);
  for (const ObjectCode& code : {hostile, ObjectCode(5000, 0x90), ObjectCode{}}) {
    cache_->store(key, code);
    ASSERT_TRUE(cache_->find(key));
    EXPECT_FALSE(is_found({}));
    EXPECT_TRUE(is_found({})) << "it was replaced";
  }
}

TEST_F(Cached, WhatIsShownIsGenerated) {
  EXPECT_FALSE(is_found({}));
  std::string llvm, assembly;
  bool found = true;
  ASSERT_TRUE(generate(plan_of({}), {.cache = &*cache_, .dump_llvm = &llvm, .from_cache = &found}).ok());
  EXPECT_FALSE(found);
  EXPECT_FALSE(llvm.empty());
  ASSERT_TRUE(generate(plan_of({}), {.cache = &*cache_, .dump_asm = &assembly, .from_cache = &found}).ok());
  EXPECT_FALSE(found);
  EXPECT_FALSE(assembly.empty());
  EXPECT_TRUE(is_found({}));
}

TEST_F(Cached, APerfMapHasALineForEachKernelHoweverItsCodeCame) {
  const Plan plan = plan_of({});
  ASSERT_FALSE(plan.kernels.empty());
  for (const bool wanted : {false, true}) {
    const auto file = own_.path() / (wanted ? "warm.map" : "cold.map");
    bool found = !wanted;
    const auto program = generate(plan, {.cache = &*cache_, .perf_map = file, .from_cache = &found});
    ASSERT_TRUE(program.ok()) << program.error().text();
    EXPECT_EQ(found, wanted);
    std::map<std::string, std::uintptr_t> addresses;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::uintptr_t address = 0;
      std::size_t size = 0;
      std::string symbol, node;
      words >> std::hex >> address >> size >> symbol >> node;
      EXPECT_GT(size, 0u) << line;
      EXPECT_TRUE(addresses.emplace(symbol, address).second) << line;
      if (symbol == plan.kernels.front().symbol) {
        EXPECT_TRUE(node.starts_with("n")) << line;
      }
    }
    for (std::size_t kernel = 0; kernel < plan.kernels.size(); ++kernel)
      EXPECT_EQ(addresses[plan.kernels[kernel].symbol],
                reinterpret_cast<std::uintptr_t>(program->kernels()[kernel]))
          << kernel;
  }
}

TEST_F(Cached, APerfMapIsNeverWrittenOverOrThroughSomething) {
  const auto link = own_.path() / "link.map", file = own_.path() / "file.map";
  std::ofstream(file) << "kept";
  std::filesystem::create_symlink(own_.path() / "nothing", link);
  for (const auto& place : {file, link, own_.path() / "no folder" / "x.map"}) {
    const auto program = generate(plan_of({}), {.perf_map = place});
    ASSERT_FALSE(program.ok()) << place;
    EXPECT_EQ(program.error().kind(), ErrorKind::io);
  }
  EXPECT_EQ(std::filesystem::file_size(file), 4u);
  EXPECT_FALSE(std::filesystem::exists(own_.path() / "nothing"));
}

}  // namespace
}  // namespace spikeloom::testing
