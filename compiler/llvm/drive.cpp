#include "llvm/drive.h"

#include <llvm/IR/Function.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include "llvm/passes.h"

namespace spikeloom {

namespace {

using Parameters = llvm::ArrayRef<llvm::Value*>;

struct Body {
  llvm::StringLiteral name;
  /// How long its generation takes beside the others': its instructions as they are emitted for eight lanes.
  double weight;
  void (*emit)(VectorBuilder& b, Parameters p);
};

constexpr Body kBodies[] = {
    {"spikeloom_list_bits", 152, emit_list_bits},
    {"spikeloom_list_values", 407, emit_list_floats},
    {"spikeloom_add_spikes", 534,
     [](VectorBuilder& b, Parameters p) { emit_add_events(b, p, false, false); }},
    {"spikeloom_add_values", 600, [](VectorBuilder& b, Parameters p) { emit_add_events(b, p, true, false); }},
    {"spikeloom_add_spikes_of_block", 355,
     [](VectorBuilder& b, Parameters p) { emit_add_events(b, p, false, true); }},
    {"spikeloom_add_values_of_block", 395,
     [](VectorBuilder& b, Parameters p) { emit_add_events(b, p, true, true); }},
    {"spikeloom_bring_near", 9, emit_bring_near},
    {"spikeloom_expand_bits", 47, emit_expand_bits},
    {"spikeloom_add_rows", 282, emit_add_rows},
    {"spikeloom_turn", 247, [](VectorBuilder& b, Parameters p) { emit_turn(b, p, false); }},
    {"spikeloom_turn_values", 256, [](VectorBuilder& b, Parameters p) { emit_turn(b, p, true); }},
};

/// Of an instruction of a kernel, which has more addresses and loops around the same work.
constexpr double kKernelWeight = 1.2;
/// The module apart is begun later: when the kernels have been emitted, and its thread has a code generator.
constexpr double kLateStart = 100;

const Body* body_of(llvm::StringRef name) {
  const auto found = std::ranges::find(kBodies, name, &Body::name);
  return found == std::end(kBodies) ? nullptr : found;
}

}  // namespace

DriveShares share_drives(const llvm::Module& kernels) {
  struct Called {
    const llvm::Function* function;
    double weight;
    bool apart = false;
  };
  std::vector<Called> called;
  double weight_of_kernels = 0.0, weight_apart = kLateStart;
  for (const llvm::Function& f : kernels) {
    if (!f.isDeclaration())
      weight_of_kernels += kKernelWeight * f.getInstructionCount();
    else if (const Body* body = body_of(f.getName()))
      called.push_back({&f, body->weight});
  }
  // The heaviest first, each to the lighter side.
  std::vector<Called*> by_weight;
  for (Called& c : called) by_weight.push_back(&c);
  std::ranges::stable_sort(by_weight, std::greater(), &Called::weight);
  for (Called* c : by_weight) {
    c->apart = weight_apart <= weight_of_kernels;
    (c->apart ? weight_apart : weight_of_kernels) += c->weight;
  }
  DriveShares shares;
  for (const Called& c : called) {
    DriveFunction drive{c.function->getName().str(), !c.function->getReturnType()->isVoidTy(), {}};
    for (const llvm::Argument& a : c.function->args()) drive.is_pointer.push_back(a.getType()->isPointerTy());
    (c.apart ? shares.apart : shares.with_kernels).push_back(std::move(drive));
  }
  return shares;
}

void define_drives(VectorBuilder& b, llvm::Module& module, std::span<const DriveFunction> drives) {
  for (const DriveFunction& drive : drives) {
    llvm::SmallVector<llvm::Type*, 12> types;
    for (const bool is_pointer : drive.is_pointer)
      types.push_back(is_pointer ? static_cast<llvm::Type*>(b.getPtrTy()) : b.getInt64Ty());
    auto* type = llvm::FunctionType::get(drive.returns_number ? b.getInt64Ty() : b.getVoidTy(), types, false);
    llvm::Function* function = module.getFunction(drive.name);
    if (!function)
      function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, drive.name, module);
    function->setDoesNotThrow();
    function->addFnAttr(llvm::Attribute::NoRecurse);
    function->addFnAttr(kReduced);
    b.SetInsertPoint(llvm::BasicBlock::Create(b.getContext(), "entry", function));
    llvm::SmallVector<llvm::Value*, 12> parameters;
    for (llvm::Argument& a : function->args()) parameters.push_back(&a);
    body_of(drive.name)->emit(b, parameters);
  }
}

llvm::Value* DriveCode::call(const char* name, llvm::Type* result, llvm::ArrayRef<llvm::Value*> arguments) {
  llvm::Function* function = module_.getFunction(name);
  if (!function) {
    llvm::SmallVector<llvm::Type*, 12> types;
    for (llvm::Value* a : arguments) types.push_back(a->getType());
    auto* type = llvm::FunctionType::get(result, types, false);
    function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, module_);
    function->setDoesNotThrow();
    function->setDSOLocal(true);  // both objects of a program are linked into one
  }
  return b_.CreateCall(function, arguments);
}

llvm::Value* DriveCode::list_events(const Input& input, llvm::Value* steps, llvm::Value* fan_in,
                                    llvm::Value* capacity, llvm::Value* list) {
  if (input.element == SPIKELOOM_BITS)
    return call("spikeloom_list_bits", b_.getInt64Ty(), {input.row, input.stride, steps, fan_in, list});
  return call("spikeloom_list_values", b_.getInt64Ty(),
              {input.row, input.stride, steps, fan_in, capacity, list});
}

void DriveCode::add_events(spikeloom_element element, const Panel& panel, llvm::Value* first,
                           llvm::Value* steps, llvm::Value* capacity, llvm::Value* list,
                           llvm::Value* currents) {
  add_listed(element, panel, first, steps, capacity, list, currents, false);
}

void DriveCode::add_block(spikeloom_element element, const Panel& panel, llvm::Value* steps,
                          llvm::Value* capacity, llvm::Value* list, llvm::Value* currents) {
  add_listed(element, panel, b_.getInt64(0), steps, capacity, list, currents, true);
}

void DriveCode::add_listed(spikeloom_element element, const Panel& panel, llvm::Value* first,
                           llvm::Value* steps, llvm::Value* capacity, llvm::Value* list,
                           llvm::Value* currents, bool of_block) {
  llvm::Value* bounds = b_.at(list, b_.CreateShl(first, 2));
  llvm::Value* numbers = b_.at(list, kListHeader);
  const auto add_spikes = [&] {
    call(of_block ? "spikeloom_add_spikes_of_block" : "spikeloom_add_spikes", b_.getVoidTy(),
         {panel.weights, panel.distance, panel.row_bytes, panel.width, panel.bias, steps, bounds, numbers,
          currents, panel.strip});
  };
  if (element == SPIKELOOM_BITS) return add_spikes();
  // Spikes that come as floats are spikes.
  llvm::Value* unit = b_.CreateLoad(b_.getInt32Ty(), b_.at(list, kListUnit));
  b_.if_else(b_.CreateIsNotNull(unit), add_spikes, [&] {
    call(of_block ? "spikeloom_add_values_of_block" : "spikeloom_add_values", b_.getVoidTy(),
         {panel.weights, panel.distance, panel.row_bytes, panel.width, panel.bias, steps, bounds, numbers,
          currents, panel.strip, b_.at(numbers, b_.CreateShl(capacity, 2)), panel.ahead, panel.ahead_stride});
  });
}

void DriveCode::bring_near(llvm::Value* from, llvm::Value* bytes) {
  call("spikeloom_bring_near", b_.getVoidTy(), {from, bytes});
}

void DriveCode::expand_bits(const Input& input, llvm::Value* steps, llvm::Value* fan_in, llvm::Value* rows) {
  call("spikeloom_expand_bits", b_.getVoidTy(), {input.row, input.stride, steps, fan_in, rows});
}

void DriveCode::add_rows(const Panel& panel, llvm::Value* row, llvm::Value* stride, llvm::Value* steps,
                         llvm::Value* currents, std::uint64_t currents_stride) {
  call("spikeloom_add_rows", b_.getVoidTy(),
       {panel.weights, panel.fan_in, panel.width, panel.bias, panel.distance, panel.row_bytes, row, stride,
        steps, currents, b_.getInt64(currents_stride), panel.strip});
}

void DriveCode::turn(llvm::Value* from, llvm::Value* stride, llvm::Value* places, llvm::Value* channels,
                     llvm::Value* to, bool clean) {
  call(clean ? "spikeloom_turn_values" : "spikeloom_turn", b_.getVoidTy(),
       {from, stride, places, channels, to});
}

}  // namespace spikeloom
