// How a Model runs: stages in order, their kernels by structure, buffers with their slots, constants packed
// for the target. Comes in: Model and the target's lanes. Goes out: Plan. Must not know LLVM.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "equations/cell.h"
#include "model/model.h"
#include "schedule/cost.h"
#include "spikeloom/program.h"
#include "support/pages.h"

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
  /// One source of a port: a row, or a linear layer that is computed on the way, panel by panel.
  struct Read {
    spikeloom_element element;  // of the row, or of the layer's input
    bool constant = false;      // a row that is the same in every step
    bool linear = false;
    bool may_be_dense = false;  // a linear layer that has code for dense input, too
    bool emptied = false;       // a row of sums that nobody else reads: it is set to zeros behind the read
    bool is_one_step = false;   // one that is emptied, where a call runs a single step
    bool operator==(const Read&) const = default;
  };
  enum class State : std::uint8_t {
    observed,
    traced,  // its buffer of steps is read by others
    counter  // an observed one that is held as bytes (equations/countdown.h)
  };
  Cell cell;  // only nodes, next_state, output, winner, tables count
  std::vector<std::vector<Read>> ports;
  std::vector<bool> fixed_uniform;  // per Cell::fixed: one value for all neurons
  std::vector<bool> fixed_zero;     // per Cell::fixed: every value is +0
  std::vector<State> states;
  std::vector<NodeId> values;  // of inlined nodes, that somebody may record
  bool in_blocks = false;  // linear layers of many inputs: events of some inputs are added for all steps and
                           // samples before those of the next ones
  bool many = false;  // kManyNeurons or more, and no linear layer: tiles may be wide, what they leave over
                      // counts little; later neurons' bits are far away and fetched early
  // Operands, in this order: each port's sources; fixed values; level tables (midpoints, levels); states
  // (read and written in place); output; every state's steps, observed or traced; every value's steps, if
  // observed; with a winner: scratch row for its operand; with linear layers: scratch for their events,
  // scratch that remembers the drives.
  // A row that is emptied is two operands: sums; their values, if observed.
  // A linear source is five operands: input; weights; bias; facts (DriveFact); its values, if observed.
  // A fixed value that is uniform is a row of 16 copies. Tables have 2^table_bits levels, the last one
  // repeated, and 2^table_bits - 1 midpoints, padded with +infinity.
  // sizes: [1] steps whose events fit into a row of scratch. All rows of a group are one piece of memory:
  // fewer steps leave room for the lists of more samples. [2] outputs of a panel: weights are transposed and
  // packed in panels, [panel][in][width]; the last one is narrower, a multiple of 16. So a row of a panel is
  // added per event, and a panel fits into the cache. In loops that run few steps at a time they are
  // [in][out]. [3] inputs of a block, where there are blocks. All are 0 without a linear layer.

  bool has_linear() const {
    for (const auto& port : ports)
      for (const Read& read : port)
        if (read.linear) return true;
    return false;
  }
};

/// log2 of the levels of a table as it is stored.
unsigned table_bits(const LevelTable& table);

/// Words about one linear source.
enum DriveFact : std::uint32_t {
  kFanIn,
  kDenseFrom,   // events among 2^16 inputs from which it is computed densely
  kEventsFrom,  // ... and down to which it stays so
  kRowBytes,    // from an input's weights to the next one's; 0: those of strips
  kNearFrom,    // events of a group and its list from which a panel is brought near before its rows are added
  kDriveFacts
};

inline constexpr std::uint32_t kManyNeurons = 4096;
inline constexpr std::uint32_t kWidestPanel = 128;
/// Outputs whose weights for one input lie together, unless whole rows do.
constexpr std::uint32_t strip_width(std::uint32_t panel) {
  return panel < 64 ? panel : 64;
}
inline constexpr std::uint32_t kLongestBlock = 128;
/// Steps whose currents a panel holds at a time.
inline constexpr std::uint32_t kCurrentSteps = 32;

/// Inputs of a block, whose weights for a panel stay in the second-level cache beside the sums of all
/// samples.
inline constexpr std::uint32_t kInputBlock = 1024;
/// The widest panel where inputs are in blocks. Its sums lie in scratch, [step][output], for each layer.
inline constexpr std::uint32_t kWidestInBlocks = 64;
/// Steps whose sums may advance at once: a list looks as if so many followed the first one of a group, those
/// behind the last one without events, and there is room for their sums.
inline constexpr std::uint32_t kStepsAtOnce = 8;
constexpr std::uint64_t block_sums_bytes(std::uint64_t steps) {
  return (steps + kStepsAtOnce - 1) / kStepsAtOnce * kStepsAtOnce * kWidestInBlocks * 4;
}

/// The event list of a sample and some steps: the first event of each step, and where the last one ends,
/// eight times (kStepsAtOnce); 1 if every value is 1; input numbers; of float inputs, values. Steps follow
/// each other without gaps. The same memory holds the rows of a dense drive that reads bits, as floats. Of
/// inputs in blocks each block has a list, whose numbers count from its first input.
inline constexpr std::uint32_t kListUnit = 576;
inline constexpr std::uint32_t kListHeader = 640;
static_assert((kLongestBlock + kStepsAtOnce) * 4 <= kListUnit && kCurrentSteps % kStepsAtOnce == 0);
constexpr std::uint64_t list_capacity(std::uint64_t fan_in, std::uint64_t steps) {
  return (fan_in + 15) / 16 * 16 * steps + 16;
}
constexpr std::uint64_t list_bytes(std::uint64_t capacity, spikeloom_element input) {
  return kListHeader + capacity * 4 * (input == SPIKELOOM_BITS ? 1 : 2);
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

/// Sums over synapses that lie by source, delay and partition (synapses/packing.h): the rows of each event
/// are added to their targets.
struct SparseKernel {
  spikeloom_element input;
  std::uint32_t index_bytes = 2;  // of a target's number in its partition
  bool weights = false;           // one for each synapse; else one for all
  bool emptied = false;           // the output holds zeros when a step begins: its reader leaves them;
                                  // behind a row is how many events were added to it
  // sizes: [0] targets, [1] slots of the input, [2] delays, [3] sources. Operands: input (a ring); the number
  // in it of the first source, and the delays in steps, descending (words); where rows begin (words);
  // targets; weights; output; scratch: the events of a step (their first rows; of float inputs, then their
  // values).
};
/// Behind a row of sums that is emptied: a word that is 0 if all of them are, in a line of its own.
inline constexpr std::uint64_t kSumsFlagBytes = 64;
constexpr std::uint64_t sparse_list_bytes(std::uint64_t sources) {
  return (sources + 16 + 15) / 16 * 64;
}

/// A window of weights that slides: a convolution, transposed or not. The sums of all outputs lie in scratch,
/// [group][place][channel], the channels of a group (its *strip*) filled up to a multiple of 16: an event
/// adds the runs of weights that see it; or, dense, all outputs are computed from a plane with a border of
/// zeros. Then they are written to the output, channel by channel.
struct ConvolutionKernel {
  spikeloom_element input;
  bool may_be_dense = false;
  std::optional<Pool::How> pool;  // that makes the outputs of the sums
  // sizes: [0] outputs. Operands: input; geometry (GridFact); the rows that see an input row (begins, then
  // pairs of a place and an element of the window); the same of columns (begins, then runs: place, element,
  // length); elements of the window, in the order of sums (offset in the plane, in the weights); weights;
  // bias; facts (DriveFact); with a pool: the rows of its windows (first place, how many), their
  // columns, divisors of each place, and the layer's own values, if observed; output; scratch. Places,
  // elements and lengths count 64 bytes, offsets in the plane floats.
};

enum GridFact : std::uint32_t {
  kInputDivisor,       // two words each: what an input's number is multiplied with to find its channel
  kColumnDivisor = 2,  // ... its row
  kGroupDivisor = 4,   // ... and its group
  kInputs = 6,
  kPlaneIn,  // inputs of a channel
  kColumnsIn,
  kGroups,
  kInOfGroup,
  kOutOfGroup,
  kStrip,     // floats
  kElements,  // of the window
  kRowsOut,
  kColumnsOut,
  kRowStride,
  kColumnStride,
  kSumsAt,    // in scratch, in units of 64 bytes
  kPooledAt,  // ... what a pool makes of the sums
  kPlaneAt,
  kPlaneRows,  // of the plane with its border
  kPlaneColumns,
  kRowsBefore,
  kColumnsBefore,
  kHasBorder,
  kPooledRows,
  kPooledColumns,
  kPoolWindow,  // columns of a window that is not clipped
  kGridFacts
};

/// One value of each window of a channel.
struct PoolKernel {
  Pool::How how = Pool::How::sum;
  spikeloom_element input;
  bool has_border = false;  // the input is copied into a plane with a border first
  bool uniform = true;      // average: one divisor for all outputs
  // sizes: [0] outputs. Operands: input; geometry (PoolFact); for each output the first element of its window
  // in the plane (words); divisors; output; scratch.
};

enum PoolFact : std::uint32_t {
  kPoolInputs,
  kPoolRows,  // of all channels
  kPoolRowsOfChannel,
  kPoolColumns,
  kPoolPlaneRows,  // of a channel, with the border
  kPoolPlaneColumns,
  kPoolRowsBefore,
  kPoolColumnsBefore,
  kPoolKernelRows,
  kPoolKernelColumns,
  kPoolPlaneAt,  // in scratch, in units of 64 bytes
  kPoolFacts
};

/// Values that are given for each step.
struct SequenceKernel {
  // sizes: [0] outputs, [1] steps, [2] channels. Operands: rows, output.
};

using KernelKind = std::variant<CellKernel, CopyKernel, DelayKernel, SparseKernel, ConvolutionKernel,
                                PoolKernel, SequenceKernel>;

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
  std::uint32_t history = SPIKELOOM_NONE;  // of a state: the buffer with its steps
};

/// Which way linear layers are computed; the bits are the same.
enum class Drive : std::uint8_t { by_density, events, dense };

/// What tests force and the planner otherwise chooses.
struct PlanOptions {
  Drive drive = Drive::by_density;
  bool fuse = true;               // layers into the stage that reads them
  std::uint32_t block_steps = 0;  // at most kLongestBlock; 0: chosen
  std::uint32_t group = 0;        // samples; 0: chosen
  std::uint32_t panel = 0;        // outputs: 16, 32, 64 or kWidestPanel; 0: chosen
  std::uint32_t list_steps = 0;   // whose events are listed together; 0: chosen
  std::uint32_t input_block = 0;  // inputs, a multiple of 64; 0: chosen
  bool near = false;              // every panel is brought near, however small
  bool many = false;              // neurons count as many, however few
  MachineCosts costs;             // where the dense drive becomes the faster one
};

/// Weights, parameters and initial states, where they are when a program runs: they are held once.
using ConstantBytes = std::vector<unsigned char, PageAllocator<unsigned char>>;

/// A buffer of weights, and the matrix that they are: how they are packed depends on the machine.
struct PackedWeights {
  std::uint32_t buffer;
  std::shared_ptr<const Tensor> matrix;
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
  std::vector<std::uint32_t> tuning;  // constant buffers that no result depends on
  std::vector<PackedWeights> packed;  // while the plan is made
  std::vector<spikeloom_operand> operands;
  std::vector<spikeloom_stage> stages;
  std::vector<std::string> stage_names;           // full node path of each stage
  std::vector<std::vector<std::string>> fused;    // per stage: the linear layers computed on the way
  std::vector<std::vector<std::string>> inlined;  // per stage: nodes that its equations hold
  std::vector<std::string> alone;  // per stage: why a linear layer is a stage of its own; else empty
  std::vector<spikeloom_segment> segments;
  std::vector<PlanSignal> signals;
  std::shared_ptr<ConstantBytes> constants;  // the block that all sessions share; programs hold it, too
  std::uint64_t arena_per_sample = 0;
  std::uint64_t scratch_per_sample = 0;
  std::uint32_t group = 1;
  std::uint64_t hash = 0;

  std::string print() const;  // for describe --plan and --dump=plan
};

Plan make_plan(const Model& model, const Target& target, const PlanOptions& options = {});

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
