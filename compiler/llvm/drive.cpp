#include "llvm/drive.h"

#include <llvm/IR/Function.h>
#include <llvm/IR/Module.h>

namespace spikeloom {

llvm::Value* DriveCode::call(const char* name, llvm::Type* result, llvm::ArrayRef<llvm::Value*> arguments,
                             llvm::function_ref<void(llvm::ArrayRef<llvm::Value*>)> body) {
  llvm::Function* function = module_.getFunction(name);
  if (!function) {
    llvm::SmallVector<llvm::Type*, 8> types;
    for (llvm::Value* a : arguments) types.push_back(a->getType());
    auto* type = llvm::FunctionType::get(result, types, false);
    function = llvm::Function::Create(type, llvm::Function::InternalLinkage, name, module_);
    function->setDoesNotThrow();
    function->addFnAttr(llvm::Attribute::NoRecurse);
    function->addFnAttr(llvm::Attribute::NoInline);
    const llvm::IRBuilderBase::InsertPointGuard back(b_);
    b_.SetInsertPoint(llvm::BasicBlock::Create(b_.getContext(), "entry", function));
    llvm::SmallVector<llvm::Value*, 8> parameters;
    for (llvm::Argument& a : function->args()) parameters.push_back(&a);
    body(parameters);
  }
  return b_.CreateCall(function, arguments);
}

llvm::Value* DriveCode::list_events(const Input& input, llvm::Value* steps, llvm::Value* fan_in,
                                    llvm::Value* capacity, llvm::Value* list) {
  if (input.element == SPIKELOOM_BITS)
    return call("spikeloom_list_bits", b_.getInt64Ty(), {input.row, input.stride, steps, fan_in, list},
                [&](auto p) { emit_list_bits(b_, p); });
  return call("spikeloom_list_values", b_.getInt64Ty(),
              {input.row, input.stride, steps, fan_in, capacity, list},
              [&](auto p) { emit_list_floats(b_, p); });
}

void DriveCode::add_events(spikeloom_element element, const Panel& panel, llvm::Value* first,
                           llvm::Value* steps, llvm::Value* capacity, llvm::Value* list,
                           llvm::Value* currents) {
  llvm::Value* bounds = b_.at(list, b_.CreateShl(first, 2));
  llvm::Value* numbers = b_.at(list, kListHeader);
  const auto add_spikes = [&] {
    call("spikeloom_add_spikes", b_.getVoidTy(),
         {panel.weights, panel.distance, panel.row_bytes, panel.width, panel.bias, steps, bounds, numbers,
          currents},
         [&](auto p) { emit_add_events(b_, p, false); });
  };
  if (element == SPIKELOOM_BITS) return add_spikes();
  // Spikes that come as floats are spikes.
  llvm::Value* unit = b_.CreateLoad(b_.getInt32Ty(), b_.at(list, kListUnit));
  b_.if_else(b_.CreateIsNotNull(unit), add_spikes, [&] {
    call("spikeloom_add_values", b_.getVoidTy(),
         {panel.weights, panel.distance, panel.row_bytes, panel.width, panel.bias, steps, bounds, numbers,
          currents, b_.at(numbers, b_.CreateShl(capacity, 2))},
         [&](auto p) { emit_add_events(b_, p, true); });
  });
}

void DriveCode::bring_near(llvm::Value* from, llvm::Value* bytes) {
  call("spikeloom_bring_near", b_.getVoidTy(), {from, bytes}, [&](auto p) { emit_bring_near(b_, p); });
}

void DriveCode::expand_bits(const Input& input, llvm::Value* steps, llvm::Value* fan_in, llvm::Value* rows) {
  call("spikeloom_expand_bits", b_.getVoidTy(), {input.row, input.stride, steps, fan_in, rows},
       [&](auto p) { emit_expand_bits(b_, p); });
}

void DriveCode::add_rows(const Panel& panel, llvm::Value* row, llvm::Value* stride, llvm::Value* steps,
                         llvm::Value* currents) {
  call("spikeloom_add_rows", b_.getVoidTy(),
       {panel.weights, panel.fan_in, panel.width, panel.bias, panel.distance, panel.row_bytes, row, stride,
        steps, currents},
       [&](auto p) { emit_add_rows(b_, p); });
}

void DriveCode::turn(llvm::Value* from, llvm::Value* stride, llvm::Value* places, llvm::Value* channels,
                     llvm::Value* to, bool clean) {
  call(clean ? "spikeloom_turn_values" : "spikeloom_turn", b_.getVoidTy(),
       {from, stride, places, channels, to}, [&](auto p) { emit_turn(b_, p, clean); });
}

}  // namespace spikeloom
