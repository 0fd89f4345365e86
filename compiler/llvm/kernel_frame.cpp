#include "llvm/kernel_frame.h"

#include <llvm/IR/Function.h>
#include <llvm/IR/Module.h>

#include <cstddef>

namespace spikeloom {

KernelFrame::KernelFrame(VectorBuilder& builder, llvm::Module& module, const std::string& symbol)
    : b(builder) {
  auto* type = llvm::FunctionType::get(b.getVoidTy(), {b.getPtrTy()}, false);
  auto* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, symbol, module);
  function->setDoesNotThrow();
  function->addFnAttr(llvm::Attribute::NoRecurse);
  call_ = function->getArg(0);
  b.SetInsertPoint(llvm::BasicBlock::Create(b.getContext(), "entry", function));

  const auto pointer = [this](std::size_t offset) { return b.CreateLoad(b.getPtrTy(), b.at(call_, offset)); };
  const auto number = [this](std::size_t offset) { return b.CreateZExt(field32(offset), b.getInt64Ty()); };
  operands_ = pointer(offsetof(spikeloom_call, operand));
  step_strides_ = pointer(offsetof(spikeloom_call, step_stride));
  sample_strides_ = pointer(offsetof(spikeloom_call, sample_stride));
  sizes_ = pointer(offsetof(spikeloom_call, size));
  steps = number(offsetof(spikeloom_call, steps));
  first_sample = number(offsetof(spikeloom_call, first_sample));
  end_sample = number(offsetof(spikeloom_call, end_sample));
  first_neuron = number(offsetof(spikeloom_call, first_neuron));
  group = number(offsetof(spikeloom_call, group));
  end_neuron = b.minimum(number(offsetof(spikeloom_call, end_neuron)), size(0));
}

llvm::Value* KernelFrame::field32(std::size_t offset) {
  return b.CreateLoad(b.getInt32Ty(), b.at(call_, offset));
}
llvm::Value* KernelFrame::field64(std::size_t offset) {
  return b.CreateLoad(b.getInt64Ty(), b.at(call_, offset));
}

llvm::Value* KernelFrame::size(unsigned i) {
  return b.CreateZExt(b.CreateLoad(b.getInt32Ty(), b.at(sizes_, 4 * i)), b.getInt64Ty());
}

Row KernelFrame::operand(unsigned number, llvm::Value* sample) {
  return operand(b.getInt64(number), sample);
}

Row KernelFrame::operand(llvm::Value* number, llvm::Value* sample) {
  static_assert(sizeof(std::size_t) == 8 && sizeof(unsigned char*) == 8,
                "generated code assumes 64-bit hosts");
  llvm::Value* offset = b.CreateShl(number, 3);
  llvm::Value* base = b.CreateLoad(b.getPtrTy(), b.at(operands_, offset));
  if (!sample) return {base, b.getInt64(0)};
  llvm::Value* sample_stride = b.CreateLoad(b.getInt64Ty(), b.at(sample_strides_, offset));
  llvm::Value* step_stride = b.CreateLoad(b.getInt64Ty(), b.at(step_strides_, offset));
  return {b.at(base, b.CreateMul(sample, sample_stride)), step_stride};
}

llvm::Value* KernelFrame::sample_stride(unsigned number) {
  return b.CreateLoad(b.getInt64Ty(), b.at(sample_strides_, std::uint64_t{number} * 8));
}

llvm::Value* KernelFrame::load_float(llvm::Value* row, llvm::Value* index) {
  return b.CreateAlignedLoad(b.getFloatTy(), b.at(row, b.CreateShl(index, 2)), llvm::Align(4));
}

void KernelFrame::store_float(llvm::Value* row, llvm::Value* index, llvm::Value* value) {
  b.CreateAlignedStore(value, b.at(row, b.CreateShl(index, 2)), llvm::Align(4));
}

llvm::Value* KernelFrame::load_bit(llvm::Value* row, llvm::Value* index) {
  llvm::Value* byte = b.CreateLoad(b.getInt8Ty(), b.at(row, b.CreateLShr(index, 3)));
  llvm::Value* shift = b.CreateTrunc(b.CreateAnd(index, 7), b.getInt8Ty());
  return b.CreateTrunc(b.CreateLShr(byte, shift), b.getInt1Ty());
}

void KernelFrame::store_bit(llvm::Value* row, llvm::Value* index, llvm::Value* bit) {
  llvm::Value* address = b.at(row, b.CreateLShr(index, 3));
  llvm::Value* shift = b.CreateTrunc(b.CreateAnd(index, 7), b.getInt8Ty());
  llvm::Value* others = b.CreateNot(b.CreateShl(b.getInt8(1), shift));
  llvm::Value* byte = b.CreateAnd(b.CreateLoad(b.getInt8Ty(), address), others);
  b.CreateStore(b.CreateOr(byte, b.CreateShl(b.CreateZExt(bit, b.getInt8Ty()), shift)), address);
}

void KernelFrame::for_each_sample(llvm::function_ref<void(llvm::Value*)> body) {
  for_each(first_sample, end_sample, body);
}

void KernelFrame::for_each(llvm::Value* begin, llvm::Value* end, llvm::function_ref<void(llvm::Value*)> body,
                           std::uint64_t step) {
  for_each(begin, end, body, b.getInt64(step));
}

void KernelFrame::for_each(llvm::Value* begin, llvm::Value* end, llvm::function_ref<void(llvm::Value*)> body,
                           llvm::Value* step) {
  b.loop(begin, end, step, {}, [&](llvm::Value* index, llvm::ArrayRef<llvm::Value*>) {
    body(index);
    return Values{};
  });
}

}  // namespace spikeloom
