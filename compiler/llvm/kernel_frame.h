// The function of one kernel as it is being emitted: access to the call it receives, and to rows of its
// operands.
#pragma once

#include <string>

#include "llvm/vector_builder.h"
#include "schedule/plan.h"

namespace spikeloom {

class DriveCode;

/// One operand of a call: the row of step s starts at base + s * step_stride.
struct Row {
  llvm::Value* base = nullptr;
  llvm::Value* step_stride = nullptr;
};

class KernelFrame {
 public:
  /// Opens `void symbol(const spikeloom_call*)` and points the builder into it.
  KernelFrame(VectorBuilder& b, llvm::Module& module, const std::string& symbol);
  /// Returns from the kernel: nothing may be emitted afterwards.
  void close() { b.CreateRetVoid(); }

  VectorBuilder& b;
  llvm::Value *steps, *first_sample, *end_sample, *first_neuron, *end_neuron, *group;  // 64 bits

  llvm::Value* size(unsigned i);             // 64 bits
  llvm::Value* field32(std::size_t offset);  // of the call, as stored
  llvm::Value* field64(std::size_t offset);
  Row operand(llvm::Value* number, llvm::Value* sample);  // `sample` null: of the constants
  Row operand(unsigned number, llvm::Value* sample = nullptr);
  llvm::Value* sample_stride(unsigned number);
  llvm::Value* row(const Row& r, llvm::Value* step) { return b.at(r.base, b.CreateMul(step, r.step_stride)); }

  /// Element `index` of a row as a float, or as a bit (i1).
  llvm::Value* load_float(llvm::Value* row, llvm::Value* index);
  llvm::Value* load_bit(llvm::Value* row, llvm::Value* index);
  void store_float(llvm::Value* row, llvm::Value* index, llvm::Value* value);
  void store_bit(llvm::Value* row, llvm::Value* index, llvm::Value* bit);

  void for_each_sample(llvm::function_ref<void(llvm::Value* sample)> body);
  /// Plain counted loops without carried values.
  void for_each(llvm::Value* begin, llvm::Value* end, llvm::function_ref<void(llvm::Value*)> body,
                std::uint64_t step = 1);
  void for_each(llvm::Value* begin, llvm::Value* end, llvm::function_ref<void(llvm::Value*)> body,
                llvm::Value* step);

 private:
  llvm::Value* call_;
  llvm::Value *operands_, *step_strides_, *sample_strides_, *sizes_;
};

// One file each. They emit the whole function.
void emit_cell(KernelFrame& frame, const CellKernel& kernel, DriveCode& drives);
void emit_copy(KernelFrame& frame, const CopyKernel& kernel);
void emit_delay(KernelFrame& frame, const DelayKernel& kernel);
void emit_sparse(KernelFrame& frame, const SparseKernel& kernel);
void emit_convolution(KernelFrame& frame, const ConvolutionKernel& kernel, DriveCode& drives);
void emit_pool(KernelFrame& frame, const PoolKernel& kernel, DriveCode& drives);
void emit_sequence(KernelFrame& frame, const SequenceKernel& kernel);

}  // namespace spikeloom
