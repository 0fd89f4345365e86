#include "llvm/panels.h"

#include <cstddef>
#include <tuple>

namespace spikeloom {

PanelCode::PanelCode(KernelFrame& frame, const CellKernel& kernel, DriveCode& drives, PopulationCode& neurons)
    : f_(frame), b_(frame.b), k_(kernel), drives_(drives), neurons_(neurons) {
  unsigned next = 0;
  for (const auto& port : k_.ports)
    for (const CellKernel::Read& read : port) {
      if (read.linear) linear_.push_back({.operand = next, .read = read});
      next += operand_count(read);
    }
  for (LinearSource& l : linear_) load_facts(l);
}

void PanelCode::load_facts(LinearSource& l) {
  llvm::Value* words = f_.operand(l.operand + 3).base;
  const auto fact = [&](DriveFact which) {
    return b_.CreateZExt(b_.CreateLoad(b_.getInt32Ty(), b_.at(words, std::uint64_t{which} * 4)),
                         b_.getInt64Ty());
  };
  l.fan_in = fact(kFanIn);
  l.dense_from = fact(kDenseFrom);
  l.events_from = fact(kEventsFrom);
  l.row_bytes = fact(kRowBytes);
  l.near_from = fact(kNearFrom);
  l.distance = b_.CreateSelect(b_.CreateIsNull(l.row_bytes), l.fan_in, b_.getInt64(1));
  if (k_.in_blocks) return;  // sums lie in scratch
  auto* room = b_.CreateAlloca(llvm::ArrayType::get(b_.getFloatTy(), kWidestPanel * kCurrentSteps));
  room->setAlignment(llvm::Align(64));
  l.currents = room;
}

/// Samples in groups, steps in chunks whose events fit into the scratch: their events are listed, then each
/// panel runs all samples of the group while its weights are in the cache.
void PanelCode::run() {
  llvm::Value* chunk = b_.minimum(f_.steps, f_.size(1));
  list_row_ = b_.getInt64(0);
  for (LinearSource& l : linear_) place_lists(l, chunk);
  llvm::Value* room = b_.CreateMul(f_.group, f_.sample_stride(neurons_.scratch_operand()));
  llvm::Value* group = b_.CreateUDiv(room, list_row_);
  f_.for_each(
      f_.first_sample, f_.end_sample,
      [&](llvm::Value* first) {
        llvm::Value* end = b_.minimum(f_.end_sample, b_.CreateAdd(first, group));
        f_.for_each(
            b_.getInt64(0), f_.steps,
            [&](llvm::Value* step) {
              chunk_ = first_step_ = step;
              end_step_ = b_.minimum(f_.steps, b_.CreateAdd(step, chunk));
              for (std::size_t l = 0; l < linear_.size(); ++l) choose_drive(l, first, end);
              emit_panels(first, end);
            },
            chunk);
      },
      group);
}

/// Room in a sample's row of scratch, as the planner has counted it.
void PanelCode::place_lists(LinearSource& l, llvm::Value* steps) {
  const std::uint64_t words = l.read.element == SPIKELOOM_BITS ? 4 : 8;
  l.inputs = k_.in_blocks ? b_.minimum(l.fan_in, f_.size(3)) : l.fan_in;
  l.capacity = b_.CreateAdd(b_.CreateMul(b_.round_up(l.inputs, 16), steps), b_.getInt64(16));
  l.list_bytes = b_.CreateAdd(b_.CreateMul(l.capacity, b_.getInt64(words)), b_.getInt64(kListHeader));
  l.list_bytes = b_.round_up(l.list_bytes, 64);
  l.list_offset = list_row_;
  if (!k_.in_blocks) {
    list_row_ = b_.CreateAdd(list_row_, l.list_bytes);
    return;
  }
  llvm::Value* one = b_.getInt64(1);
  l.inputs = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umax, l.inputs, one);
  llvm::Value* lists = b_.CreateUDiv(b_.CreateSub(b_.CreateAdd(l.fan_in, l.inputs), one), l.inputs);
  lists = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umax, lists, one);
  l.sums_offset = b_.CreateAdd(list_row_, b_.CreateMul(lists, l.list_bytes));
  list_row_ =
      b_.CreateAdd(l.sums_offset, b_.CreateMul(b_.round_up(steps, kStepsAtOnce), b_.getInt64(kBlockStride)));
}

llvm::Value* PanelCode::scratch_of(llvm::Value* sample, llvm::Value* first_sample, llvm::Value* offset) {
  llvm::Value* row = f_.operand(neurons_.scratch_operand(), b_.getInt64(0)).base;
  return b_.at(b_.at(row, b_.CreateMul(b_.CreateSub(sample, first_sample), list_row_)), offset);
}

llvm::Value* PanelCode::list_of(const LinearSource& l, llvm::Value* sample, llvm::Value* first_sample,
                                llvm::Value* input) {
  llvm::Value* first = scratch_of(sample, first_sample, l.list_offset);
  return input ? b_.at(first, b_.CreateMul(b_.CreateUDiv(input, l.inputs), l.list_bytes)) : first;
}

/// visit(first input) of every block of a layer's inputs.
void PanelCode::for_each_block(const LinearSource& l, llvm::function_ref<void(llvm::Value*)> body) {
  b_.loop(b_.getInt64(0), l.fan_in, l.inputs, {}, [&](llvm::Value* input, llvm::ArrayRef<llvm::Value*>) {
    body(input);
    return Values{};
  });
}

/// Lists the events of a sample; returns how many there are.
llvm::Value* PanelCode::list_inputs(const LinearSource& l, llvm::Value* sample, llvm::Value* first_sample) {
  const DriveCode::Input all = input_of(l, sample);
  if (!k_.in_blocks)
    return drives_.list_events(all, steps_now(), l.fan_in, l.capacity, list_of(l, sample, first_sample));
  return b_.loop(
      b_.getInt64(0), l.fan_in, l.inputs, {b_.getInt64(0)},
      [&](llvm::Value* input, llvm::ArrayRef<llvm::Value*> sum) {
        llvm::Value* bytes =
            l.read.element == SPIKELOOM_BITS ? b_.CreateLShr(input, 3) : b_.CreateShl(input, 2);
        const DriveCode::Input some{all.element, b_.at(all.row, bytes), all.stride};
        llvm::Value* count = b_.minimum(l.inputs, b_.CreateSub(l.fan_in, input));
        return Values{b_.CreateAdd(sum[0], drives_.list_events(some, steps_now(), count, l.capacity,
                                                               list_of(l, sample, first_sample, input)))};
      })[0];
}

DriveCode::Input PanelCode::input_of(const LinearSource& l, llvm::Value* sample) {
  const Row row = f_.operand(l.operand, sample);
  return {l.read.element, f_.row(row, first_step_), row.step_stride};
}

/// Lists the events of a group, and takes the dense drive if there are many of them. Near the crossing the
/// last choice stays.
void PanelCode::choose_drive(std::size_t number, llvm::Value* first, llvm::Value* end) {
  LinearSource& l = linear_[number];
  llvm::Value* events = b_.loop(first, end, b_.getInt64(1), {b_.getInt64(0)},
                                [&](llvm::Value* sample, llvm::ArrayRef<llvm::Value*> sum) {
                                  return Values{b_.CreateAdd(sum[0], list_inputs(l, sample, first))};
                                })[0];
  l.near = b_.CreateICmpUGE(events, l.near_from);
  if (!l.read.may_be_dense) return;
  llvm::Value* inputs = b_.CreateMul(l.fan_in, b_.CreateMul(steps_now(), b_.CreateSub(end, first)));
  llvm::Value* share = b_.CreateShl(events, 16);
  const auto reaches = [&](llvm::Value* from) { return b_.CreateICmpUGE(share, b_.CreateMul(inputs, from)); };
  llvm::Value* memory = b_.at(f_.operand(neurons_.scratch_operand() + 1, b_.getInt64(0)).base, number * 4);
  llvm::Value* was_dense = b_.CreateIsNotNull(b_.CreateLoad(b_.getInt32Ty(), memory));
  l.dense = b_.CreateOr(reaches(l.dense_from), b_.CreateAnd(was_dense, reaches(l.events_from)));
  b_.CreateStore(b_.CreateZExt(l.dense, b_.getInt32Ty()), memory);
  l.near = b_.CreateAnd(l.near, b_.CreateNot(l.dense));  // which reads in order anyway
  if (l.read.element != SPIKELOOM_BITS) return;
  b_.if_then(l.dense, [&] {
    f_.for_each(first, end, [&](llvm::Value* sample) {
      drives_.expand_bits(input_of(l, sample), steps_now(), l.fan_in,
                          b_.at(list_of(l, sample, first), kListHeader));
    });
  });
}

/// A panel; or two, where a single sample has no other that would find the first one near, nor is it brought
/// there: rows come from far then, and twice as much of them at a time.
llvm::Value* PanelCode::outputs_of_a_pass(llvm::Value* first, llvm::Value* end) {
  llvm::Value* outputs = f_.size(2);
  if (b_.lanes() != 8 || k_.in_blocks) return outputs;
  llvm::Value* narrow = b_.getInt64(std::uint64_t{4} * b_.lanes());
  llvm::Value* is_alone = b_.CreateICmpEQ(b_.CreateSub(end, first), b_.getInt64(1));
  llvm::Value* is_pair = b_.CreateAnd(is_alone, b_.CreateICmpEQ(outputs, narrow));
  for (const LinearSource& l : linear_) is_pair = b_.CreateAnd(is_pair, b_.CreateNot(l.near));
  return b_.CreateSelect(is_pair, b_.CreateShl(narrow, 1), outputs);
}

void PanelCode::emit_panels(llvm::Value* first, llvm::Value* end) {
  llvm::Value* padded = b_.round_up(f_.end_neuron, 16);
  llvm::Value* outputs = outputs_of_a_pass(first, end);
  end_sample_ = end;
  f_.for_each(
      f_.first_neuron, f_.end_neuron,
      [&](llvm::Value* panel) {
        panel_ = panel;
        llvm::Value* width = b_.minimum(outputs, b_.CreateSub(padded, panel));
        llvm::Value* last = b_.minimum(f_.end_neuron, b_.CreateAdd(panel, outputs));
        if (k_.in_blocks) {
          for (const LinearSource& l : linear_) add_blocks(l, width, first, end);
          f_.for_each(first, end,
                      [&](llvm::Value* sample) { emit_neurons_of_panel(sample, first, width, last); });
          return;
        }
        for (const LinearSource& l : linear_) b_.if_then(l.near, [&] { bring_near(l, width); });
        f_.for_each(first, end,
                    [&](llvm::Value* sample) { emit_steps_of_panel(sample, first, width, last); });
      },
      outputs);
}

/// Most of a panel's rows will be read, in any order: reading them in order first is faster.
void PanelCode::bring_near(const LinearSource& l, llvm::Value* width) {
  drives_.bring_near(weights_of_panel(l), b_.CreateShl(b_.CreateMul(width, l.fan_in), 2));
}

llvm::Value* PanelCode::weights_of_panel(const LinearSource& l) {
  return b_.at(f_.operand(l.operand + 1).base, b_.CreateShl(b_.CreateMul(panel_, l.distance), 2));
}

/// Where many samples are computed one step each, they fetch the next panel's weights, a piece each, while
/// they add the rows of this one: these come from a near cache, those from far away, at the same time. First
/// the address of the piece, then what it advances by from event to event: nothing, where nothing is to be
/// fetched.
std::pair<llvm::Value*, llvm::Value*> PanelCode::next_panel(const LinearSource& l, llvm::Value* width,
                                                            llvm::Value* sample, llvm::Value* first) {
  constexpr std::uint64_t kLine = 64, kEvents = 128;  // of a sample, about
  llvm::Value* bytes = b_.CreateShl(b_.CreateMul(width, l.fan_in), 2);
  llvm::Value* stride =
      b_.CreateAdd(b_.CreateUDiv(bytes, b_.CreateMul(b_.CreateSub(end_sample_, first), b_.getInt64(kEvents))),
                   b_.getInt64(1));
  llvm::Value* begin = b_.CreateMul(b_.CreateSub(sample, first), b_.CreateMul(stride, b_.getInt64(kEvents)));
  llvm::Value* is_wanted =
      b_.CreateAnd(b_.CreateICmpEQ(f_.steps, b_.getInt64(1)), b_.CreateICmpULE(stride, b_.getInt64(kLine)));
  is_wanted = b_.CreateAnd(is_wanted, b_.CreateICmpULT(b_.CreateAdd(panel_, width), f_.end_neuron));
  llvm::Value* here = weights_of_panel(l);
  llvm::Value* piece = b_.CreateGEP(b_.getInt8Ty(), here, b_.CreateAdd(bytes, begin));
  return {b_.CreateSelect(is_wanted, piece, here), b_.CreateSelect(is_wanted, stride, b_.getInt64(0))};
}

/// Some steps at a time, so that their currents stay in the first-level cache.
void PanelCode::emit_steps_of_panel(llvm::Value* sample, llvm::Value* first, llvm::Value* width,
                                    llvm::Value* last) {
  llvm::Value* const end_of_chunk = end_step_;
  f_.for_each(
      chunk_, end_of_chunk,
      [&](llvm::Value* step) {
        first_step_ = step;
        end_step_ = b_.minimum(end_of_chunk, b_.CreateAdd(step, b_.getInt64(kCurrentSteps)));
        for (const LinearSource& l : linear_) {
          fill_currents(l, width, sample, first);
          show_currents(l, width, sample, l.currents, kCurrentStride);
        }
        if (neurons_.is_linear_alone())
          return copy_currents(width, linear_[0].currents, kCurrentStride, neurons_.output_row(sample));
        llvm::SmallVector<PopulationCode::SourceRow, 4> currents;
        for (const LinearSource& l : linear_)
          currents.push_back({{l.currents, b_.getInt64(kCurrentStride)}, panel_, first_step_});
        neurons_.load_rows(sample, currents);
        neurons_.emit_tiles(panel_, last, first_step_, end_step_);
      },
      kCurrentSteps);
  first_step_ = chunk_;
  end_step_ = end_of_chunk;
}

DriveCode::Panel PanelCode::panel_of(const LinearSource& l, llvm::Value* width) {
  llvm::Value* weights = weights_of_panel(l);
  return {.weights = weights,
          .fan_in = l.fan_in,
          .width = width,
          .bias = b_.at(f_.operand(l.operand + 2).base, b_.CreateShl(panel_, 2)),
          .distance = l.distance,
          .row_bytes = l.row_bytes,
          .strip = b_.minimum(f_.size(2), b_.getInt64(strip_width(kWidestPanel))),
          .ahead = weights,
          .ahead_stride = b_.getInt64(0)};
}

void PanelCode::fill_currents(const LinearSource& l, llvm::Value* width, llvm::Value* sample,
                              llvm::Value* first) {
  DriveCode::Panel panel = panel_of(l, width);
  std::tie(panel.ahead, panel.ahead_stride) = next_panel(l, width, sample, first);
  llvm::Value* list = list_of(l, sample, first);
  llvm::Value* done = b_.CreateSub(first_step_, chunk_);
  const auto events = [&] {
    drives_.add_events(l.read.element, panel, done, steps_now(), l.capacity, list, l.currents);
  };
  if (!l.read.may_be_dense) return events();
  b_.if_else(l.dense, [&] { add_densely(l, width, sample, first, l.currents, kCurrentStride); }, events);
}

void PanelCode::add_densely(const LinearSource& l, llvm::Value* width, llvm::Value* sample,
                            llvm::Value* first, llvm::Value* currents, std::uint64_t stride) {
  DriveCode::Input rows = input_of(l, sample);
  if (l.read.element == SPIKELOOM_BITS) {
    llvm::Value* row_bytes = b_.CreateShl(b_.round_up(l.fan_in, 16), 2);
    llvm::Value* done = b_.CreateMul(b_.CreateSub(first_step_, chunk_), row_bytes);
    rows = {SPIKELOOM_FLOAT, b_.at(b_.at(list_of(l, sample, first), kListHeader), done), row_bytes};
  }
  drives_.add_rows(panel_of(l, width), rows.row, rows.stride, steps_now(), currents, stride);
}

// ---- inputs in blocks

/// The sums of all samples of a group: they begin with the bias, then the events of each block are added.
void PanelCode::add_blocks(const LinearSource& l, llvm::Value* width, llvm::Value* first, llvm::Value* end) {
  const DriveCode::Panel whole = panel_of(l, width);
  const auto each_sample = [&](llvm::function_ref<void(llvm::Value*, llvm::Value*)> body) {
    f_.for_each(first, end,
                [&](llvm::Value* sample) { body(sample, scratch_of(sample, first, l.sums_offset)); });
  };
  const auto events = [&] {
    each_sample([&](llvm::Value*, llvm::Value* sums) {
      f_.for_each(b_.getInt64(0), steps_now(), [&](llvm::Value* step) {
        llvm::Value* row = b_.at(sums, b_.CreateMul(step, b_.getInt64(kBlockStride)));
        f_.for_each(
            b_.getInt64(0), width,
            [&](llvm::Value* j) {
              llvm::Value* offset = b_.CreateShl(j, 2);
              b_.store_vector(b_.load_vector(b_.at(whole.bias, offset)), b_.at(row, offset));
            },
            b_.lanes());
      });
    });
    for_each_block(l, [&](llvm::Value* input) {
      DriveCode::Panel block = whole;
      block.weights = b_.at(whole.weights, b_.CreateShl(b_.CreateMul(input, width), 2));
      llvm::Value* count = b_.minimum(l.inputs, b_.CreateSub(l.fan_in, input));
      b_.if_then(l.near,
                 [&] { drives_.bring_near(block.weights, b_.CreateShl(b_.CreateMul(width, count), 2)); });
      each_sample([&](llvm::Value* sample, llvm::Value* sums) {
        drives_.add_block(l.read.element, block, steps_now(), l.capacity, list_of(l, sample, first, input),
                          sums);
      });
    });
  };
  if (!l.read.may_be_dense) return events();
  b_.if_else(
      l.dense,
      [&] {
        each_sample([&](llvm::Value* sample, llvm::Value* sums) {
          add_densely(l, width, sample, first, sums, kBlockStride);
        });
      },
      events);
}

void PanelCode::emit_neurons_of_panel(llvm::Value* sample, llvm::Value* first, llvm::Value* width,
                                      llvm::Value* last) {
  llvm::SmallVector<PopulationCode::SourceRow, 4> currents;
  for (const LinearSource& l : linear_) {
    llvm::Value* sums = scratch_of(sample, first, l.sums_offset);
    show_currents(l, width, sample, sums, kBlockStride);
    if (neurons_.is_linear_alone())
      return copy_currents(width, sums, kBlockStride, neurons_.output_row(sample));
    currents.push_back({{sums, b_.getInt64(kBlockStride)}, panel_, first_step_});
  }
  neurons_.load_rows(sample, currents);
  neurons_.emit_tiles(panel_, last, first_step_, end_step_);
}

/// Somebody records the layer.
void PanelCode::show_currents(const LinearSource& l, llvm::Value* width, llvm::Value* sample,
                              llvm::Value* currents, std::uint64_t stride) {
  b_.if_then(b_.CreateIsNotNull(f_.operand(l.operand + 4).base),
             [&] { copy_currents(width, currents, stride, f_.operand(l.operand + 4, sample)); });
}

void PanelCode::copy_currents(llvm::Value* width, llvm::Value* currents, std::uint64_t stride,
                              const Row& to) {
  f_.for_each(first_step_, end_step_, [&](llvm::Value* step) {
    llvm::Value* from = b_.at(currents, b_.CreateMul(b_.CreateSub(step, first_step_), b_.getInt64(stride)));
    llvm::Value* row = b_.at(f_.row(to, step), b_.CreateShl(panel_, 2));
    f_.for_each(
        b_.getInt64(0), width,
        [&](llvm::Value* j) {
          b_.store_vector(b_.load_vector(b_.at(from, b_.CreateShl(j, 2))), b_.at(row, b_.CreateShl(j, 2)));
        },
        b_.lanes());
  });
}

}  // namespace spikeloom
