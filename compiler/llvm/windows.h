// Sizes of a grid as data.
#pragma once

#include <map>

#include "llvm/kernel_frame.h"

namespace spikeloom {

/// Words that a kernel reads once, at its begin.
class FactTable {
 public:
  FactTable(KernelFrame& f, unsigned operand) : b_(f.b), words_(f.operand(operand).base) {}

  llvm::Value* operator[](std::uint32_t fact) {
    llvm::Value*& known = known_[fact];
    if (!known) {
      // At the begin, where it is known to everything behind.
      const llvm::IRBuilderBase::InsertPointGuard back(b_);
      auto* table = llvm::cast<llvm::Instruction>(words_);
      if (llvm::Instruction* next = table->getNextNode())
        b_.SetInsertPoint(next);
      else
        b_.SetInsertPoint(table->getParent());
      known = b_.CreateZExt(b_.CreateLoad(b_.getInt32Ty(), b_.at(words_, std::uint64_t{fact} * 4)),
                            b_.getInt64Ty());
    }
    return known;
  }

  /// n / d, by the two words about d (schedule/windows.cpp).
  llvm::Value* divide(llvm::Value* n, std::uint32_t divisor) {
    llvm::Value* m = b_.CreateLoad(b_.getInt64Ty(), b_.at(words_, std::uint64_t{divisor} * 4));
    llvm::Type* wide = b_.getInt128Ty();
    llvm::Value* product = b_.CreateMul(b_.CreateZExt(n, wide), b_.CreateZExt(m, wide));
    llvm::Value* quotient = b_.CreateTrunc(b_.CreateLShr(product, 64), b_.getInt64Ty());
    return b_.CreateSelect(b_.CreateIsNull(m), n, quotient);
  }

 private:
  VectorBuilder& b_;
  llvm::Value* words_;
  std::map<std::uint32_t, llvm::Value*> known_;
};

}  // namespace spikeloom
