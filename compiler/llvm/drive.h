// How the current of a linear layer comes to a panel of neurons: event lists, sums over events, dense sums.
// Each is a function that the kernels of all stages call. What they do depends on no network, only on lanes
// and instructions of the CPU: for most CPUs they were generated when the project was built (prebuilt.h).
#pragma once

#include <string>
#include <vector>

#include "llvm/kernel_frame.h"

namespace spikeloom {

/// Bytes from one step to the next in the currents of a panel, and where inputs are in blocks.
inline constexpr std::uint64_t kCurrentStride = kWidestPanel * 4;
inline constexpr std::uint64_t kBlockStride = kWidestInBlocks * 4;

class DriveCode {
 public:
  DriveCode(VectorBuilder& b, llvm::Module& module) : b_(b), module_(module) {}

  /// Rows of the layer's input: the row of step s lies at row + s * stride.
  struct Input {
    spikeloom_element element;
    llvm::Value *row, *stride;
  };
  /// `width` outputs, in strips. The weights of a strip lie `distance` floats for each of its outputs before
  /// those of the next; those of an input `row_bytes` before the next one's, 0: as many as the strip has.
  struct Panel {
    llvm::Value *weights, *fan_in, *width, *bias, *distance, *row_bytes;
    llvm::Value* strip;  // outputs
    /// Memory that is fetched while rows are added: so many bytes further on for each event of step 0.
    llvm::Value *ahead, *ahead_stride;
  };

  /// Lists the active inputs of `steps` steps (plan.h); returns how many there are. All numbers are 64 bits.
  llvm::Value* list_events(const Input& input, llvm::Value* steps, llvm::Value* fan_in, llvm::Value* capacity,
                           llvm::Value* list);
  /// Currents of `steps` steps of the list, from its step `first` on.
  void add_events(spikeloom_element element, const Panel& panel, llvm::Value* first, llvm::Value* steps,
                  llvm::Value* capacity, llvm::Value* list, llvm::Value* currents);
  /// Adds the events of a block of inputs to currents that lie kBlockStride apart.
  void add_block(spikeloom_element element, const Panel& panel, llvm::Value* steps, llvm::Value* capacity,
                 llvm::Value* list, llvm::Value* currents);
  /// Reads memory in order, so that it is in the second-level cache.
  void bring_near(llvm::Value* from, llvm::Value* bytes);
  /// Bits of `steps` steps as rows of floats, 16 * ceil(fan_in / 16) each.
  void expand_bits(const Input& input, llvm::Value* steps, llvm::Value* fan_in, llvm::Value* rows);
  /// Currents of `steps` steps, so many bytes apart, from rows of floats.
  void add_rows(const Panel& panel, llvm::Value* row, llvm::Value* stride, llvm::Value* steps,
                llvm::Value* currents, std::uint64_t currents_stride);
  /// Rows of `from`, one for each place, `stride` floats each, hold the values of `channels` channels;
  /// channel c of `to` is `places` floats at c * places. `clean`: a -0 becomes +0.
  void turn(llvm::Value* from, llvm::Value* stride, llvm::Value* places, llvm::Value* channels,
            llvm::Value* to, bool clean);

 private:
  void add_listed(spikeloom_element element, const Panel& panel, llvm::Value* first, llvm::Value* steps,
                  llvm::Value* capacity, llvm::Value* list, llvm::Value* currents, bool of_block);
  llvm::Value* call(const char* name, llvm::ArrayRef<llvm::Value*> arguments);

  VectorBuilder& b_;
  llvm::Module& module_;
};

/// The symbols of all of them, and of those that the kernel of a module calls.
std::vector<std::string> all_drives();
std::vector<std::string> drives_called_in(const llvm::Module& module);

/// Emits one of them.
void define_drive(VectorBuilder& b, llvm::Module& module, const std::string& symbol);

// lists.cpp, events.cpp, dense.cpp and transpose.cpp: the bodies. Parameters are those of the methods above,
// in their order.
void emit_list_bits(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p);
void emit_list_floats(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p);
void emit_bring_near(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p);
void emit_add_events(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p, bool values, bool of_block);
void emit_expand_bits(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p);
void emit_add_rows(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p);
void emit_turn(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p, bool clean);

}  // namespace spikeloom
