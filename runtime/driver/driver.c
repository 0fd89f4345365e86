#include "spikeloom/driver.h"

#include "driver/float_mode.h"

/* A freestanding target has no string.h, yet compilers call these two. */
void* memset(void* to, int value, size_t bytes);
void* memcpy(void* to, const void* from, size_t bytes);

/* Behind the buffers of all samples, the arena holds what a call needs per operand: pointer and two strides.
 * So a stage may have any number of operands, and the stack stays small. */
static uint32_t most_operands(const spikeloom_table* table) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < table->stages; ++i)
    if (table->stage[i].operands > most) most = table->stage[i].operands;
  return most;
}

static uint64_t call_bytes(const spikeloom_table* table) {
  const uint64_t bytes = (uint64_t)most_operands(table) * (sizeof(unsigned char*) + 2 * sizeof(size_t));
  return (bytes + 63) / 64 * 64;
}

uint64_t spikeloom_arena_bytes(const spikeloom_table* table, uint32_t batch) {
  const uint64_t call = call_bytes(table);
  if (batch != 0 && table->arena_per_sample > (UINT64_MAX - call) / batch) return UINT64_MAX;
  return table->arena_per_sample * batch + call;
}

static unsigned char* slot_address(const spikeloom_run* run, const spikeloom_buffer* buffer, uint64_t slot) {
  return run->arena + (buffer->offset_per_sample + slot * buffer->row_bytes) * run->batch;
}

unsigned char* spikeloom_row(const spikeloom_run* run, uint32_t buffer, uint64_t step, uint32_t sample) {
  const spikeloom_buffer* b = &run->table->buffer[buffer];
  /* Constants are read only by the rules of the table; the type is shared with buffers that are written. */
  if (b->memory == SPIKELOOM_CONSTANT) return (unsigned char*)(uintptr_t)(run->constants + b->offset);
  return slot_address(run, b, step % b->slots) + sample * b->row_bytes;
}

void spikeloom_reset(spikeloom_run* run) {
  const spikeloom_table* table = run->table;
  run->step = 0;
  for (uint32_t i = 0; i < table->buffers; ++i) {
    const spikeloom_buffer* b = &table->buffer[i];
    if (b->memory == SPIKELOOM_CONSTANT) continue;
    unsigned char* to = slot_address(run, b, 0);
    if (b->initial == SPIKELOOM_NONE) {
      memset(to, 0, (size_t)(b->slots * b->row_bytes * run->batch));
      continue;
    }
    const unsigned char* from = run->constants + table->buffer[b->initial].offset;
    const size_t next_row = b->initial_rows > 1 ? (size_t)b->row_bytes : 0;
    for (uint32_t slot = 0; slot < b->slots; ++slot)
      for (uint32_t sample = 0; sample < run->batch; ++sample, to += b->row_bytes)
        memcpy(to, from + sample * next_row, (size_t)b->row_bytes);
  }
}

/* The slot that an operand reads or writes in step `step`. Before the start, slots hold the initial values.
 */
static uint64_t first_slot(const spikeloom_buffer* buffer, uint64_t step, uint32_t delay) {
  if (buffer->slots == 1) return 0;
  return (step % buffer->slots + buffer->slots - delay) % buffer->slots;
}

uint32_t spikeloom_block(const spikeloom_run* run, uint32_t wanted) {
  const spikeloom_table* table = run->table;
  uint64_t steps = wanted < table->block_steps ? wanted : table->block_steps;
  for (uint32_t i = 0; i < table->operands && steps > 1; ++i) {
    const spikeloom_operand* o = &table->operand[i];
    const spikeloom_buffer* b = &table->buffer[o->buffer];
    if (b->slots == 1 || o->ring) continue;
    const uint64_t until_wrap = b->slots - first_slot(b, run->step, o->delay);
    if (until_wrap < steps) steps = until_wrap;
  }
  return (uint32_t)steps;
}

static void run_stage(const spikeloom_run* run, const spikeloom_stage* stage, uint64_t step, uint32_t steps) {
  const spikeloom_table* table = run->table;
  unsigned char* area = run->arena + table->arena_per_sample * run->batch;
  unsigned char** operand = (unsigned char**)(void*)area;
  size_t* step_stride = (size_t*)(void*)(operand + stage->operands);
  size_t* sample_stride = step_stride + stage->operands;

  for (uint32_t i = 0; i < stage->operands; ++i) {
    const spikeloom_operand* o = &table->operand[stage->first_operand + i];
    const spikeloom_buffer* b = &table->buffer[o->buffer];
    if (b->memory == SPIKELOOM_CONSTANT) {
      operand[i] = spikeloom_row(run, o->buffer, 0, 0);
      step_stride[i] = sample_stride[i] = 0;
      continue;
    }
    operand[i] = slot_address(run, b, o->ring ? 0 : first_slot(b, step, o->delay));
    step_stride[i] = b->slots == 1 ? 0 : (size_t)(b->row_bytes * run->batch);
    sample_stride[i] = (size_t)b->row_bytes;
  }
  const spikeloom_call call = {
      .operand = operand,
      .step_stride = step_stride,
      .sample_stride = sample_stride,
      .size = stage->sizes,
      .steps = steps,
      .first_sample = 0,
      .end_sample = run->batch,
      .first_neuron = 0,
      .end_neuron = stage->sizes[0],
      .step = step,
      .seed = run->seed,
      .sample_base = run->sample_base,
      .node_key = stage->node_key,
  };
  run->kernel[stage->kernel](&call);
}

void spikeloom_advance(spikeloom_run* run, uint32_t steps) {
  const spikeloom_table* table = run->table;
  const uint64_t mode = enter_float_mode();
  for (uint32_t i = 0; i < table->segments; ++i) {
    const spikeloom_segment* segment = &table->segment[i];
    const spikeloom_stage* stage = &table->stage[segment->first_stage];
    const uint32_t together = segment->stepwise ? 1 : steps;
    for (uint32_t done = 0; done < steps; done += together)
      for (uint32_t k = 0; k < segment->stages; ++k) run_stage(run, &stage[k], run->step + done, together);
  }
  run->step += steps;
  leave_float_mode(mode);
}
