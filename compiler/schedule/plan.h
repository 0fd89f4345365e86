// How a Model runs: stages in order, their kernels by structure, buffers with their slots, constants packed
// for the target. Comes in: Model and the target's lanes. Goes out: Plan. Must not know LLVM.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "equations/cell.h"
#include "model/model.h"
#include "spikeloom/program.h"

namespace spikeloom {

/// What the code generator must know of the machine; features are its own business.
struct Target {
  unsigned lanes = 0;   // float32 lanes of a vector: 1, 4, 8, 16; 0: chosen from the CPU
  std::string cpu;      // LLVM's name; "" is this machine
  bool has_fma = true;  // else fma on values other than 0 and 1 is computed by elementary::fma
};

/// A kernel's structure: everything that changes its code, nothing that does not (sizes, weights,
/// parameters). Two stages of equal structure share one kernel.

struct CellKernel {
  struct Read {  // one source of a port
    spikeloom_element element;
  };
  Cell cell;  // only nodes, next_state, output, winner, tables count
  std::vector<std::vector<Read>> ports;
  std::vector<bool> fixed_uniform;  // per Cell::fixed: one value for all neurons
  std::vector<bool> state_traced;   // per state: also written to a signal buffer every step
  // Operands, in this order: each port's sources; fixed values; level tables (midpoints, levels); states
  // (read and written in place); output; traced states; with a winner: scratch row for its operand.
  // A fixed value that is uniform is a row of 16 copies. Tables have 2^table_bits levels, the last one
  // repeated, and 2^table_bits - 1 midpoints, padded with +infinity.
};

/// log2 of the levels of a table as it is stored.
unsigned table_bits(const LevelTable& table);

struct LinearKernel {
  spikeloom_element input;
  bool bias = false;
  // sizes: [0] out, [1] in, [2] steps whose events fit into the scratch. Operands: input; weights; bias (if
  // any); output; scratch.
  // Weights are transposed and packed in panels of kPanelWidth outputs, [panel][in][width]; the last panel is
  // narrower, a multiple of 16. So a row of a panel is added per event, and panels fit into the cache.
};
inline constexpr std::uint32_t kPanelWidth = 64;

/// Scratch of a linear kernel per step: a count, the events' input numbers and, of float inputs, their
/// values.
inline constexpr std::uint32_t kEventHeader = 64;
constexpr std::uint64_t event_bytes(std::uint64_t fan_in, spikeloom_element input) {
  return kEventHeader + (fan_in + 15) / 16 * 64 * (input == SPIKELOOM_BITS ? 1 : 2);
}

/// Rows one behind the other: concat, slice, copies (a reshape that is read with a delay).
struct CopyKernel {
  spikeloom_element output;
  // sizes: [0] out, [1] parts. Operands: parts; table of words (first element, count, spikeloom_element) for
  // each part; output. Parts of an output in bits are bits.
};

/// y[j](t) = x[j](t - steps[j]).
struct DelayKernel {
  spikeloom_element input, output;
  // sizes: [0] n, [1] slots of the history. Operands: input, steps (words), history (a ring, like the
  // output), output.
};

using KernelKind = std::variant<CellKernel, LinearKernel, CopyKernel, DelayKernel>;

struct Kernel {
  std::string symbol;  // unique in the plan
  std::string key;     // canonical text of the structure: equal keys, equal code
  KernelKind kind;
};

struct PlanSignal {
  std::string name;
  spikeloom_role role;
  std::uint32_t buffer;
  bool constant = false;
  Shape shape;
  std::uint32_t history = SPIKELOOM_NONE;  // of a traced state: its signal buffer
};

struct Plan {
  std::string name;
  Target target;
  std::uint32_t block_steps = 1;
  double dt = 1;
  std::uint64_t seed = 0;
  std::uint32_t fixed_batch = 0;
  std::vector<Kernel> kernels;
  std::vector<spikeloom_buffer> buffers;
  std::vector<spikeloom_operand> operands;
  std::vector<spikeloom_stage> stages;
  std::vector<std::string> stage_names;  // full node path of each stage
  std::vector<spikeloom_segment> segments;
  std::vector<PlanSignal> signals;
  std::vector<unsigned char> constants;  // the block that all sessions share
  std::uint64_t arena_per_sample = 0;
  std::uint64_t hash = 0;

  std::string print() const;  // for describe --plan and --dump=plan
};

Plan make_plan(const Model& model, const Target& target);

/// SPIKELOOM_CHECKs what the code generator and the driver rely on.
void verify(const Plan& plan);

/// Bytes of constants that make_plan() will take: weights dominate. Known before they are taken.
std::uint64_t constant_bytes(const Model& model);

/// The table, its arrays and names as one owned block, ready for Program::load (kernels come from the code
/// generator).
struct TableImage;
std::shared_ptr<const TableImage> make_table(const Plan& plan);
const spikeloom_table* table_of(const TableImage& image);
const unsigned char* constants_of(const TableImage& image);

}  // namespace spikeloom
