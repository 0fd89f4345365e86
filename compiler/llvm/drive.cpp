#include "llvm/drive.h"

#include <llvm/IR/Function.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <iterator>

#include "llvm/passes.h"
#include "support/check.h"

namespace spikeloom {

namespace {

using Parameters = llvm::ArrayRef<llvm::Value*>;

struct Body {
  llvm::StringLiteral symbol;
  llvm::StringLiteral parameters;  // p: a pointer, n: a number of 64 bits
  bool returns_number;
  void (*emit)(VectorBuilder& b, Parameters p);
};

constexpr Body kBodies[] = {
    {"spikeloom_list_bits", "pnnnp", true, emit_list_bits},
    {"spikeloom_list_values", "pnnnnp", true, emit_list_floats},
    {"spikeloom_add_spikes", "pnnnpnpppn", false,
     [](VectorBuilder& b, Parameters p) { emit_add_events(b, p, false, false); }},
    {"spikeloom_add_values", "pnnnpnpppnppn", false,
     [](VectorBuilder& b, Parameters p) { emit_add_events(b, p, true, false); }},
    {"spikeloom_add_spikes_of_block", "pnnnpnpppn", false,
     [](VectorBuilder& b, Parameters p) { emit_add_events(b, p, false, true); }},
    {"spikeloom_add_values_of_block", "pnnnpnpppnppn", false,
     [](VectorBuilder& b, Parameters p) { emit_add_events(b, p, true, true); }},
    {"spikeloom_bring_near", "pn", false, emit_bring_near},
    {"spikeloom_expand_bits", "pnnnp", false, emit_expand_bits},
    {"spikeloom_add_rows", "pnnpnnpnnpnn", false, emit_add_rows},
    {"spikeloom_turn", "pnnnp", false, [](VectorBuilder& b, Parameters p) { emit_turn(b, p, false); }},
    {"spikeloom_turn_values", "pnnnp", false, [](VectorBuilder& b, Parameters p) { emit_turn(b, p, true); }},
};

const Body* body_of(llvm::StringRef symbol) {
  const auto found = std::ranges::find(kBodies, symbol, &Body::symbol);
  return found == std::end(kBodies) ? nullptr : found;
}

llvm::Function* declared(VectorBuilder& b, llvm::Module& module, const Body& body) {
  if (llvm::Function* function = module.getFunction(body.symbol)) return function;
  llvm::SmallVector<llvm::Type*, 16> types;
  for (const char kind : body.parameters)
    types.push_back(kind == 'p' ? static_cast<llvm::Type*>(b.getPtrTy()) : b.getInt64Ty());
  auto* type = llvm::FunctionType::get(body.returns_number ? b.getInt64Ty() : b.getVoidTy(), types, false);
  auto* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, body.symbol, module);
  function->setDoesNotThrow();
  return function;
}

}  // namespace

std::vector<std::string> all_drives() {
  std::vector<std::string> symbols;
  for (const Body& body : kBodies) symbols.push_back(body.symbol.str());
  return symbols;
}

std::vector<std::string> drives_called_in(const llvm::Module& module) {
  std::vector<std::string> symbols;
  for (const llvm::Function& f : module)
    if (f.isDeclaration() && body_of(f.getName())) symbols.push_back(f.getName().str());
  return symbols;
}

void define_drive(VectorBuilder& b, llvm::Module& module, const std::string& symbol) {
  const Body* body = body_of(symbol);
  SPIKELOOM_CHECK(body, "llvm", "there is no drive " + symbol);
  llvm::Function* function = declared(b, module, *body);
  function->addFnAttr(llvm::Attribute::NoRecurse);
  function->addFnAttr(kReduced);
  b.SetInsertPoint(llvm::BasicBlock::Create(b.getContext(), "entry", function));
  llvm::SmallVector<llvm::Value*, 16> parameters;
  for (llvm::Argument& a : function->args()) parameters.push_back(&a);
  body->emit(b, parameters);
}

llvm::Value* DriveCode::call(const char* name, llvm::ArrayRef<llvm::Value*> arguments) {
  llvm::Function* function = declared(b_, module_, *body_of(name));
  function->setDSOLocal(true);  // the objects of a program are linked into one
  return b_.CreateCall(function, arguments);
}

llvm::Value* DriveCode::list_events(const Input& input, llvm::Value* steps, llvm::Value* fan_in,
                                    llvm::Value* capacity, llvm::Value* list) {
  if (input.element == SPIKELOOM_BITS)
    return call("spikeloom_list_bits", {input.row, input.stride, steps, fan_in, list});
  return call("spikeloom_list_values", {input.row, input.stride, steps, fan_in, capacity, list});
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
    call(of_block ? "spikeloom_add_spikes_of_block" : "spikeloom_add_spikes",
         {panel.weights, panel.distance, panel.row_bytes, panel.width, panel.bias, steps, bounds, numbers,
          currents, panel.strip});
  };
  if (element == SPIKELOOM_BITS) return add_spikes();
  // Spikes that come as floats are spikes.
  llvm::Value* unit = b_.CreateLoad(b_.getInt32Ty(), b_.at(list, kListUnit));
  b_.if_else(b_.CreateIsNotNull(unit), add_spikes, [&] {
    call(of_block ? "spikeloom_add_values_of_block" : "spikeloom_add_values",
         {panel.weights, panel.distance, panel.row_bytes, panel.width, panel.bias, steps, bounds, numbers,
          currents, panel.strip, b_.at(numbers, b_.CreateShl(capacity, 2)), panel.ahead, panel.ahead_stride});
  });
}

void DriveCode::bring_near(llvm::Value* from, llvm::Value* bytes) {
  call("spikeloom_bring_near", {from, bytes});
}

void DriveCode::expand_bits(const Input& input, llvm::Value* steps, llvm::Value* fan_in, llvm::Value* rows) {
  call("spikeloom_expand_bits", {input.row, input.stride, steps, fan_in, rows});
}

void DriveCode::add_rows(const Panel& panel, llvm::Value* row, llvm::Value* stride, llvm::Value* steps,
                         llvm::Value* currents, std::uint64_t currents_stride) {
  call("spikeloom_add_rows",
       {panel.weights, panel.fan_in, panel.width, panel.bias, panel.distance, panel.row_bytes, row, stride,
        steps, currents, b_.getInt64(currents_stride), panel.strip});
}

void DriveCode::turn(llvm::Value* from, llvm::Value* stride, llvm::Value* places, llvm::Value* channels,
                     llvm::Value* to, bool clean) {
  call(clean ? "spikeloom_turn_values" : "spikeloom_turn", {from, stride, places, channels, to});
}

}  // namespace spikeloom
