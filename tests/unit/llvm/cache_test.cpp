// A second start takes its code from the cache, and gives the same bits; perf maps name the kernels.
#include "cache/code_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <sstream>

#include "native/code_key.h"
#include "native/codegen.h"
#include "spikeloom/session.h"
#include "unit/cache/own_folder.h"
#include "unit/llvm/networks.h"
#include "unit/llvm/objects.h"

namespace spikeloom::testing {
namespace {

constexpr std::uint32_t kInputs = 20, kSteps = 30;
constexpr std::size_t kKernels = 2;  // one reads floats, one bits

/// linear, lif, linear, lif, and some layers more: what of it is structure, and what data.
struct Variant {
  std::size_t hidden = 50;
  float beta = 0.9f;
  std::uint32_t seed = 1;  // of the weights
  bool inhibition = false;
  unsigned more_layers = 0;
};

Model model_of(const Variant& v) {
  NetworkWriter w(v.seed);
  const Signal hidden = w.lif({{w.linear({w.input(kInputs)}, v.hidden)}}, v.inhibition);
  w.population(hidden).fixed[0] = {{v.beta}};
  Signal last = hidden;
  for (unsigned i = 0; i <= v.more_layers; ++i) last = w.lif({{w.linear({last}, 10 + i)}});
  w.output("spikes", last);
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
  /// How many kernels of the variant were not found; checks that those which were give the same bits.
  std::size_t compilations(const Variant& v, const Target& target = {}) {
    const Plan plan = plan_of(v, target);
    std::size_t generated = 99;
    const auto program = generate(plan, {.cache = &*cache_, .generated = &generated});
    const auto fresh = generate(plan);
    EXPECT_TRUE(program.ok() && fresh.ok());
    if (program.ok() && fresh.ok()) {
      EXPECT_EQ(history(*program, v), history(*fresh, v));
    }
    return generated;
  }
  std::optional<CodeCache> cache_;
};

TEST_F(Cached, ASecondStartGeneratesNothing) {
  EXPECT_EQ(compilations({}), kKernels);
  EXPECT_EQ(compilations({}), 0u);
  EXPECT_EQ(cache_->contents().entries, 1u);
  cache_->clear();
  EXPECT_EQ(compilations({}), kKernels);
}

TEST_F(Cached, ParametersWeightsAndSizesAreData) {
  EXPECT_EQ(compilations({}), kKernels);
  EXPECT_EQ(compilations({.beta = 0.5f}), 0u);
  EXPECT_EQ(compilations({.seed = 2}), 0u);
  EXPECT_EQ(compilations({.hidden = 130}), 0u);
  EXPECT_EQ(compilations({.hidden = 1}), 0u);
  EXPECT_EQ(compilations({.hidden = 3000}), 0u) << "its reader has a narrower panel";
  EXPECT_EQ(cache_->contents().entries, 1u);
}

TEST_F(Cached, LayersOfEqualStructureAreOneKernel) {
  EXPECT_EQ(compilations({.more_layers = 3}), kKernels);
  EXPECT_EQ(compilations({}), 0u) << "and networks of the same kernels one program";
}

TEST_F(Cached, StructureAndTargetAreCode) {
  EXPECT_EQ(compilations({}), kKernels);
  EXPECT_EQ(compilations({.inhibition = true}), kKernels + 1) << "its layer is a stage of its own";
  EXPECT_EQ(compilations({}, {.lanes = 1}), kKernels);
  EXPECT_EQ(compilations({}, {.lanes = 4}), kKernels);
  EXPECT_EQ(compilations({}, {.lanes = 4, .cpu = "x86-64-v2"}), kKernels);
  EXPECT_EQ(cache_->contents().entries, 5u);
  EXPECT_EQ(compilations({}, {.lanes = 4}), 0u);
}

TEST_F(Cached, ALimitThatRefusesTheCodeIsNotPassedByFindingIt) {
  EXPECT_EQ(compilations({}), kKernels);
  const auto program = generate(plan_of({}), {.limits = {.program_instructions = 20}, .cache = &*cache_});
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.error().kind(), ErrorKind::limit);
}

TEST_F(Cached, ADamagedEntryIsGeneratedAgain) {
  EXPECT_EQ(compilations({}), kKernels);
  for (const auto& file : std::filesystem::directory_iterator(own_.path()))
    std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) / 2);
  EXPECT_EQ(compilations({}), kKernels);
  EXPECT_EQ(compilations({}), 0u);
}

TEST_F(Cached, AnEntryThatIsNotOursIsNotLinked) {
  const Plan plan = plan_of({});
  const std::string key = *code_key(plan, {});
  const ObjectCode hostile = object_that_calls("system", plan.kernels.front().symbol);
  for (const auto& bytes : {joined({"x", {hostile}}), joined({"x", {{}}}), joined({"x", {}}), hostile,
                            ObjectCode(5000, 0x90), ObjectCode{}}) {
    cache_->store(key, bytes);
    ASSERT_TRUE(cache_->find(key));
    EXPECT_EQ(compilations({}), kKernels);
    EXPECT_EQ(compilations({}), 0u) << "it was replaced";
  }
}

TEST(Objects, ComeBackOutOfTheirBytesOrNotAtAll) {
  const Objects objects = {"znver4", {{1, 2, 3}, {}, {4}}};
  const std::vector<unsigned char> bytes = joined(objects);
  EXPECT_EQ(parted(bytes), objects);
  for (std::size_t n = 1; n < bytes.size(); ++n) {
    const auto part = parted(std::span(bytes).first(n));
    EXPECT_TRUE(!part || part->files.size() < objects.files.size()) << n;
  }
  EXPECT_EQ(parted(std::vector<unsigned char>(8, 0xff)), std::nullopt);
}

TEST_F(Cached, WhatIsShownIsGenerated) {
  EXPECT_EQ(compilations({}), kKernels);
  std::string llvm, assembly;
  std::size_t generated = 0;
  ASSERT_TRUE(generate(plan_of({}), {.cache = &*cache_, .dump_llvm = &llvm, .generated = &generated}).ok());
  EXPECT_EQ(generated, kKernels);
  EXPECT_FALSE(llvm.empty());
  ASSERT_TRUE(
      generate(plan_of({}), {.cache = &*cache_, .dump_asm = &assembly, .generated = &generated}).ok());
  EXPECT_EQ(generated, kKernels);
  EXPECT_FALSE(assembly.empty());
  EXPECT_EQ(compilations({}), 0u);
}

TEST_F(Cached, APerfMapHasALineForEachKernelHoweverItsCodeCame) {
  const Plan plan = plan_of({});
  ASSERT_FALSE(plan.kernels.empty());
  for (const bool wanted : {false, true}) {
    const auto file = own_.path() / (wanted ? "warm.map" : "cold.map");
    std::size_t generated = 99;
    const auto program = generate(plan, {.cache = &*cache_, .perf_map = file, .generated = &generated});
    ASSERT_TRUE(program.ok()) << program.error().text();
    EXPECT_EQ(generated == 0, wanted);
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
