// What the code generator refuses, and what generated code cannot reach.
#include <gtest/gtest.h>
#include <llvm/Support/ErrorHandling.h>

#include <stdexcept>

#include "llvm/compile_thread.h"
#include "native/codegen.h"
#include "unit/llvm/networks.h"
#include "unit/llvm/objects.h"

namespace spikeloom::testing {
namespace {

TEST(Limits, ANeuronWithTooManyEquationsIsRefused) {
  CellWriter w;
  NodeId sum = w.port();
  for (int i = 0; i < 9000; ++i) sum = w.node(Op::Add, {sum, w.literal(static_cast<float>(i))});
  w.cell.output = sum;
  NetworkWriter network;
  network.cell(w.cell, {{{network.input(10)}}}, {}, 10);
  for (const unsigned lanes : {1u, 16u}) {
    const auto program = generate(make_plan(network.model, *resolve_target({.lanes = lanes})));
    ASSERT_FALSE(program.ok());
    EXPECT_EQ(program.error().kind(), ErrorKind::limit) << program.error().text();
  }
}

TEST(Limits, ALargeNeuronCompilesWithoutInterleaving) {
  CellWriter w;
  NodeId sum = w.port();
  for (int i = 0; i < 3000; ++i)
    sum = w.node(i % 2 ? Op::Mul : Op::Add, {sum, w.literal(1.0f + static_cast<float>(i))});
  w.cell.output = sum;
  NetworkWriter network;
  network.cell(w.cell, {{{network.input(10)}}}, {}, 10);
  for (const unsigned lanes : {1u, 4u, 16u}) {
    const auto program = generate(make_plan(network.model, *resolve_target({.lanes = lanes})));
    EXPECT_TRUE(program.ok()) << program.error().text();
  }
}

TEST(Limits, SmallerLimitsHoldForTheWholeModule) {
  NetworkWriter network;
  network.lif({{network.input(10)}});
  const Plan plan = make_plan(network.model, *resolve_target({}));
  const auto program = generate(plan, {.limits = {.program_instructions = 20}});
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.error().kind(), ErrorKind::limit);
}

TEST(Limits, ACpuMustBeKnownAndItsCodeMustRunHere) {
  const auto unknown = resolve_target({.cpu = "abacus"});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().kind(), ErrorKind::usage);
  EXPECT_NE(unknown.error().text().find("unknown CPU 'abacus'"), std::string::npos);

  // Its instructions were never taken over by another family.
  const auto foreign = resolve_target({.cpu = "bdver4"});
  ASSERT_FALSE(foreign.ok());
  EXPECT_EQ(foreign.error().kind(), ErrorKind::unsupported);

  const auto lanes = resolve_target({.lanes = 3});
  ASSERT_FALSE(lanes.ok());
  EXPECT_EQ(lanes.error().kind(), ErrorKind::usage);
}

TEST(Limits, TheWidthFollowsTheCpu) {
  const auto old = resolve_target({.cpu = "x86-64-v2"});
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(old->lanes, 4u);
  EXPECT_FALSE(old->has_fma);
}

TEST(Limits, GeneratedCodeReachesNoSymbolOfTheProcess) {
  for (const char* callee : {"system", "malloc", "memcpy"}) {
    const auto loaded = load_objects({object_that_calls(callee, "kernel")}, {"kernel"});
    EXPECT_EQ(loaded.ok(), std::string(callee) == "memcpy") << callee;
  }
}

TEST(Limits, AnObjectThatIsNoneIsRefused) {
  const ObjectCode sound = object_that_calls("memcpy", "kernel");
  EXPECT_FALSE(load_objects({sound}, {"another"}).ok());
  EXPECT_FALSE(load_objects({}, {"kernel"}).ok());
  EXPECT_FALSE(load_objects({ObjectCode(1000, 0x5a)}, {"kernel"}).ok());
  EXPECT_FALSE(load_objects({ObjectCode(sound.begin(), sound.begin() + 70)}, {"kernel"}).ok());
}

TEST(Limits, AFatalErrorOfLlvmIsAnInternalError) {
  for (int i = 0; i < 2; ++i) {
    const auto result =
        on_compile_thread([]() -> Result<void> { llvm::report_fatal_error("no such register"); });
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind(), ErrorKind::internal);
    EXPECT_NE(result.error().text().find("no such register"), std::string::npos);
  }
}

TEST(Limits, ExceptionsOfTheCompileThreadReachTheCaller) {
  EXPECT_THROW((void)on_compile_thread([]() -> Result<void> { throw std::runtime_error("x"); }),
               std::runtime_error);
}

TEST(Limits, TheTextsOfTheCodeCanBeHad) {
  NetworkWriter network;
  network.lif({{network.input(100)}});
  std::string llvm, assembly;
  const Plan plan = make_plan(network.model, *resolve_target({.lanes = 8}));
  ASSERT_TRUE(generate(plan, {.dump_llvm = &llvm, .dump_asm = &assembly}).ok());
  EXPECT_NE(llvm.find("<8 x float>"), std::string::npos);
  EXPECT_NE(assembly.find("spikeloom_0_cell_lif"), std::string::npos);
}

}  // namespace
}  // namespace spikeloom::testing
