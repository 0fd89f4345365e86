#include "spikeloom/driver.h"

#include "driver/float_mode.h"

/* A freestanding target has no string.h, yet compilers call these two. */
void* memset(void* to, int value, size_t bytes);
void* memcpy(void* to, const void* from, size_t bytes);

/* Behind the buffers of all samples, each worker has its scratch, and what calls need per operand: pointer,
 * two strides and a number. So a stage may have any number of operands, and the stack stays small. A loop
 * that goes step by step keeps those of all its stages from one step to the next. */
static uint64_t most_operands(const spikeloom_table* table) {
  uint64_t most = 0;
  for (uint32_t i = 0; i < table->segments; ++i) {
    const spikeloom_segment* segment = &table->segment[i];
    uint64_t all = 0;
    for (uint32_t k = 0; k < segment->stages; ++k) {
      all += table->stage[segment->first_stage + k].operands;
      if (all > most) most = all;
      if (segment->longest == 0) all = 0;
    }
  }
  return most;
}

static uint32_t group_rows(const spikeloom_table* table, uint32_t batch) {
  return batch < table->group ? batch : table->group;
}

static uint64_t call_bytes(const spikeloom_table* table) {
  const uint64_t bytes =
      most_operands(table) * (sizeof(unsigned char*) + 2 * sizeof(size_t) + sizeof(uint32_t));
  return (bytes + 63) / 64 * 64;
}

/* a * b + c, or the largest number when that is beyond it. */
static uint64_t times_plus(uint64_t a, uint64_t b, uint64_t c) {
  return b != 0 && a > (UINT64_MAX - c) / b ? UINT64_MAX : a * b + c;
}

static uint64_t worker_bytes(const spikeloom_table* table, uint32_t batch) {
  return times_plus(table->scratch_per_sample, group_rows(table, batch), call_bytes(table));
}

uint64_t spikeloom_arena_bytes(const spikeloom_table* table, uint32_t batch, uint32_t workers) {
  const uint64_t all_workers = times_plus(worker_bytes(table, batch), workers, 0);
  return times_plus(table->arena_per_sample, batch, all_workers);
}

static unsigned char* worker_area(const spikeloom_run* run, uint32_t worker) {
  return run->arena + run->table->arena_per_sample * run->batch +
         worker_bytes(run->table, run->batch) * worker;
}

/* The slot of a buffer that holds a step, or what it held `delay` steps before. Before the start, slots hold
 * the initial values. */
static uint64_t slot_of(const spikeloom_run* run, const spikeloom_buffer* b, uint64_t step, uint32_t delay) {
  if (b->slots == 1) return 0;
  if (b->reach == 0) step -= run->origin;
  const uint64_t now = step % b->slots;
  return now >= delay ? now - delay : now + b->slots - delay; /* a delay is less than the slots */
}

/* A given row is read only; the type is shared with rows that are written. */
static unsigned char* given_row(const spikeloom_run* run, uint32_t buffer, uint64_t step, uint32_t sample) {
  const spikeloom_given* g = run->given ? &run->given[buffer] : 0;
  if (!g || !g->rows) return 0;
  return (unsigned char*)(uintptr_t)g->rows + (step - g->first_step) * g->step_stride +
         sample * g->sample_stride;
}

/* The row of the first sample; those of the others follow at a distance of all slots. So the steps of a
 * sample lie beside each other: kernels run them one after the other. */
static unsigned char* slot_address(const spikeloom_run* run, uint32_t buffer, uint64_t slot) {
  const spikeloom_buffer* b = &run->table->buffer[buffer];
  if (b->memory == SPIKELOOM_OBSERVED) {
    unsigned char* rows = run->observed ? run->observed[buffer] : 0;
    return rows ? rows + slot * b->row_bytes : 0;
  }
  return run->arena + b->offset_per_sample * run->batch + slot * b->row_bytes;
}

unsigned char* spikeloom_row(const spikeloom_run* run, uint32_t buffer, uint64_t step, uint32_t sample) {
  const spikeloom_buffer* b = &run->table->buffer[buffer];
  /* Constants are read only by the rules of the table; the type is shared with buffers that are written. */
  if (b->memory == SPIKELOOM_CONSTANT) return (unsigned char*)(uintptr_t)(run->constants + b->offset);
  if (b->memory == SPIKELOOM_SCRATCH) return 0;
  if (b->memory == SPIKELOOM_GIVEN) return given_row(run, buffer, step, sample);
  unsigned char* slot = slot_address(run, buffer, slot_of(run, b, step, 0));
  return slot ? slot + sample * (b->slots * b->row_bytes) : 0;
}

static void reset_slot(const spikeloom_run* run, uint32_t buffer, uint32_t slot) {
  const spikeloom_table* table = run->table;
  const spikeloom_buffer* b = &table->buffer[buffer];
  const unsigned char* from =
      b->initial == SPIKELOOM_NONE ? 0 : run->constants + table->buffer[b->initial].offset;
  const size_t next_row = b->initial_rows > 1 ? (size_t)b->row_bytes : 0;
  for (uint32_t sample = 0; sample < run->batch; ++sample) {
    unsigned char* to = slot_address(run, buffer, slot) + sample * (b->slots * b->row_bytes);
    if (from)
      memcpy(to, from + sample * next_row, (size_t)b->row_bytes);
    else
      memset(to, 0, (size_t)b->row_bytes);
  }
}

void spikeloom_reset(spikeloom_run* run) {
  const spikeloom_table* table = run->table;
  run->step = 0;
  run->origin = 0;
  run->settled = 0;
  for (uint32_t i = 0; i < table->buffers; ++i) {
    const spikeloom_buffer* b = &table->buffer[i];
    if (b->memory != SPIKELOOM_STATE) continue;
    /* Cleared everywhere, once: nobody writes the bits behind the last neuron. Nor the floats there, which
     * kernels compute with all the same: what lies in new memory may be subnormal, and slow. */
    if (!run->cleared && (b->element != SPIKELOOM_FLOAT || b->row_bytes > (uint64_t)b->count * 4))
      memset(slot_address(run, i, 0), 0, (size_t)(b->slots * b->row_bytes * run->batch));
    /* At least the step before the first: a caller may look at it. */
    for (uint32_t slot = b->slots - (b->reach ? b->reach : 1); slot < b->slots; ++slot)
      reset_slot(run, i, slot);
  }
  run->cleared = 1;
}

void spikeloom_forget(spikeloom_run* run) {
  run->origin = run->step;
}

uint32_t spikeloom_block(const spikeloom_run* run, uint32_t wanted) {
  const spikeloom_table* table = run->table;
  uint64_t steps = wanted < table->block_steps ? wanted : table->block_steps;
  for (uint32_t i = 0; i < table->operands && steps > 1; ++i) {
    const spikeloom_operand* o = &table->operand[i];
    const spikeloom_buffer* b = &table->buffer[o->buffer];
    if (b->slots == 1 || o->ring || b->memory == SPIKELOOM_GIVEN) continue;
    const uint64_t until_wrap = b->slots - slot_of(run, b, run->step, o->delay);
    if (until_wrap < steps) steps = until_wrap;
  }
  return (uint32_t)steps;
}

/* Who runs a part, with scratch of its own. */
typedef struct worker_room {
  unsigned char* scratch;
  const unsigned char* passed; /* the scratch with what stages pass on */
  uint32_t group;
  /* By operand, those of a segment's stages one behind the other. */
  unsigned char** base;
  size_t *step_stride, *sample_stride;
  uint32_t* moving; /* of each stage, the operands that lie elsewhere in every call, up to SPIKELOOM_NONE */
} worker_room;

/* `owner`: the worker whose calls pass rows on. */
static worker_room room_of(const spikeloom_run* run, uint32_t worker, uint32_t owner) {
  unsigned char* area = worker_area(run, worker);
  const uint32_t group = group_rows(run->table, run->batch);
  unsigned char* behind = area + run->table->scratch_per_sample * group;
  const uint64_t operands = most_operands(run->table);
  worker_room room = {.scratch = area, .passed = worker_area(run, owner), .group = group};
  room.base = (unsigned char**)(void*)behind;
  room.step_stride = (size_t*)(void*)(room.base + operands);
  room.sample_stride = room.step_stride + operands;
  room.moving = (uint32_t*)(void*)(room.sample_stride + operands);
  return room;
}

/* Row 0 is that of the part's first sample; where the row of sample 0 would lie, as kernels count. */
static unsigned char* passed_rows(const spikeloom_run* run, const worker_room* room,
                                  const spikeloom_buffer* b, const spikeloom_part* part) {
  const uintptr_t rows = (uintptr_t)room->passed + b->offset_per_sample * room->group +
                         slot_of(run, b, part->step, 0) * b->row_bytes;
  return (unsigned char*)(rows - part->first_sample * (b->slots * b->row_bytes));
}

/* Operand i of the segment, `o`, where it lies for the samples and the step of a part. */
static void place_operand(const spikeloom_run* run, const worker_room* room, const spikeloom_part* part,
                          const spikeloom_operand* o, uint32_t i) {
  const spikeloom_buffer* b = &run->table->buffer[o->buffer];
  room->step_stride[i] = room->sample_stride[i] = 0;
  if (b->memory == SPIKELOOM_CONSTANT) {
    room->base[i] = (unsigned char*)(uintptr_t)(run->constants + b->offset);
  } else if (b->memory == SPIKELOOM_SCRATCH) {
    room->base[i] = room->scratch + b->offset_per_sample * room->group;
    room->sample_stride[i] = (size_t)b->row_bytes;
  } else if (b->memory == SPIKELOOM_GIVEN) {
    room->base[i] = given_row(run, o->buffer, part->step, 0);
    if (!room->base[i]) return;
    room->step_stride[i] = run->given[o->buffer].step_stride;
    room->sample_stride[i] = run->given[o->buffer].sample_stride;
  } else {
    room->base[i] = slot_address(run, o->buffer, o->ring ? 0 : slot_of(run, b, part->step, o->delay));
    if (!room->base[i] && b->passed) room->base[i] = passed_rows(run, room, b, part);
    if (!room->base[i]) return;
    room->step_stride[i] = b->slots == 1 ? 0 : (size_t)b->row_bytes;
    room->sample_stride[i] = (size_t)(b->slots * b->row_bytes);
  }
}

/* Whether an operand lies elsewhere in the next step. */
static int is_moving(const spikeloom_buffer* b, const spikeloom_operand* o) {
  if (b->memory == SPIKELOOM_CONSTANT || b->memory == SPIKELOOM_SCRATCH) return 0;
  return b->memory == SPIKELOOM_GIVEN || (b->slots > 1 && (b->passed || !o->ring));
}

/* All operands of the part's stage, from number `first` of the segment on. */
static void place_operands(const spikeloom_run* run, const worker_room* room, const spikeloom_part* part,
                           uint32_t first) {
  const spikeloom_stage* stage = &run->table->stage[part->stage];
  uint32_t moving = 0;
  for (uint32_t i = 0; i < stage->operands; ++i) {
    const spikeloom_operand* o = &run->table->operand[stage->first_operand + i];
    place_operand(run, room, part, o, first + i);
    if (room->base[first + i] && is_moving(&run->table->buffer[o->buffer], o))
      room->moving[first + moving++] = i;
  }
  if (moving < stage->operands) room->moving[first + moving] = SPIKELOOM_NONE;
}

/* For the next call: the samples are the same, the step is another. */
static void move_operands(const spikeloom_run* run, const worker_room* room, const spikeloom_part* part,
                          uint32_t first) {
  const spikeloom_stage* stage = &run->table->stage[part->stage];
  for (uint32_t m = 0; m < stage->operands && room->moving[first + m] != SPIKELOOM_NONE; ++m) {
    const uint32_t i = room->moving[first + m];
    place_operand(run, room, part, &run->table->operand[stage->first_operand + i], first + i);
  }
}

static void call_kernel(const spikeloom_run* run, const worker_room* room, const spikeloom_part* part,
                        uint32_t first) {
  const spikeloom_stage* stage = &run->table->stage[part->stage];
  const spikeloom_call call = {
      .operand = room->base + first,
      .step_stride = room->step_stride + first,
      .sample_stride = room->sample_stride + first,
      .size = stage->sizes,
      .steps = part->steps,
      .first_sample = part->first_sample,
      .end_sample = part->end_sample,
      .first_neuron = part->first_neuron,
      .end_neuron = part->end_neuron,
      .group = room->group,
      .step = part->step,
      .seed = run->seed,
      .sample_base = run->sample_base,
      .node_key = stage->node_key,
  };
  const spikeloom_stage_observer observer = run->stage_observer;
  if (observer) observer(run->observer_context, part->stage, 1);
  run->kernel[stage->kernel](&call);
  if (observer) observer(run->observer_context, part->stage, 0);
}

/* The time loop: all segments that run once, or all others. Each call of a stage is either shared or run
 * here, for the samples that `part` names. */
static void run_segments(const spikeloom_run* run, uint32_t once, uint32_t steps, spikeloom_part part,
                         const worker_room* room, spikeloom_share share, void* context) {
  const spikeloom_table* table = run->table;
  for (uint32_t i = 0; i < table->segments; ++i) {
    const spikeloom_segment* segment = &table->segment[i];
    if (segment->once != once) continue;
    const uint32_t longest = segment->longest == 0 ? steps : segment->longest;
    for (uint32_t done = 0; done < steps; done += part.steps) {
      part.step = run->step + done;
      part.steps = steps - done < longest ? steps - done : longest;
      for (uint32_t k = 0, first = 0; k < segment->stages; ++k) {
        part.stage = segment->first_stage + k;
        part.end_neuron = table->stage[part.stage].sizes[0];
        if (share) {
          share(context, &part);
          continue;
        }
        if (done == 0)
          place_operands(run, room, &part, first);
        else
          move_operands(run, room, &part, first);
        call_kernel(run, room, &part, first);
        if (segment->longest != 0) first += table->stage[part.stage].operands;
      }
    }
  }
}

/* A group of samples runs all steps through all stages before the next one does, so that what stages give to
 * each other is still near. What runs once has a single step: there kernels make larger groups themselves,
 * and read weights less often. */
static void run_groups(const spikeloom_run* run, uint32_t once, uint32_t steps, uint32_t first_sample,
                       uint32_t end_sample, const worker_room* room, spikeloom_share share, void* context) {
  const uint32_t group = group_rows(run->table, run->batch);
  spikeloom_part part = {.end_sample = first_sample};
  while (part.end_sample < end_sample) {
    const uint32_t left = end_sample - part.end_sample;
    part.first_sample = part.end_sample;
    part.end_sample += once || left < group ? left : group;
    run_segments(run, once, steps, part, room, share, context);
  }
}

static void run_samples(const spikeloom_run* run, uint32_t once, uint32_t steps, uint32_t first_sample,
                        uint32_t end_sample, uint32_t worker) {
  const worker_room room = room_of(run, worker, worker);
  const uint64_t mode = enter_float_mode();
  run_groups(run, once, steps, first_sample, end_sample, &room, 0, 0);
  leave_float_mode(mode);
}

void spikeloom_settle(spikeloom_run* run) {
  if (!run->settled) run_samples(run, 1, 1, 0, run->batch, 0);
  run->settled = 1;
}

void spikeloom_advance_samples(const spikeloom_run* run, uint32_t steps, uint32_t first_sample,
                               uint32_t end_sample, uint32_t worker) {
  run_samples(run, 0, steps, first_sample, end_sample, worker);
}

void spikeloom_advance_stages(const spikeloom_run* run, uint32_t steps, spikeloom_share share,
                              void* context) {
  run_groups(run, 0, steps, 0, run->batch, 0, share, context);
}

void spikeloom_run_part(const spikeloom_run* run, const spikeloom_part* part, uint32_t worker) {
  const worker_room room = room_of(run, worker, 0);
  const uint64_t mode = enter_float_mode();
  place_operands(run, &room, part, 0);
  call_kernel(run, &room, part, 0);
  leave_float_mode(mode);
}

void spikeloom_advance(spikeloom_run* run, uint32_t steps) {
  spikeloom_settle(run);
  spikeloom_advance_samples(run, steps, 0, run->batch, 0);
  run->step += steps;
}
