/* Trusts nothing: a table that passes cannot make the driver leave the arena or the constants. What kernels
 * do with their operands and sizes is theirs to keep. */
#include "spikeloom/driver.h"

#define PROBLEMS(X)                                                                                      \
  X(NO_TABLE, "there is no table, or one of its arrays is missing")                                      \
  X(FORMAT, "the table has another format version than this runtime")                                    \
  X(BLOCK, "a block must hold 1 to 65536 steps")                                                         \
  X(TIME_STEP, "dt must be a number of ms above 0")                                                      \
  X(NAMES, "the names do not end in 0")                                                                  \
  X(NAME, "a name lies outside the names")                                                               \
  X(MEMORY, "a buffer is of an unknown or reserved kind of memory")                                      \
  X(ELEMENT, "a buffer has an unknown element type")                                                     \
  X(SLOTS, "a buffer has no slot, or a constant or scratch has several")                                 \
  X(ROW, "a row is not a multiple of 64 bytes, or too short for its elements")                           \
  X(OFFSET, "a buffer does not start at a multiple of 64 bytes")                                         \
  X(CONSTANT_RANGE, "a constant lies outside the constants")                                             \
  X(ARENA_RANGE, "a buffer lies outside the arena")                                                      \
  X(INITIAL, "initial values are not a constant of the same row and element")                            \
  X(INITIAL_ROWS, "initial values for each sample need a fixed batch of as many samples")                \
  X(OPERAND, "an operand names no buffer")                                                               \
  X(DELAY, "an operand reads further back than its buffer holds")                                        \
  X(REACH, "a buffer cannot be read further back than it has slots")                                     \
  X(PASSED, "a buffer that is passed on must be observed, read in its own step, and not what runs once") \
  X(RING, "a ring operand must have no delay, reach all slots, and be marked by 0 or 1")                 \
  X(KERNEL, "a stage names no kernel")                                                                   \
  X(STAGE_OPERANDS, "a stage's operands lie outside the operands")                                       \
  X(WHOLE, "a stage must say by 0 or 1 whether it needs the whole population")                           \
  X(SEGMENT, "segments must cover the stages one after the other")                                       \
  X(ONCE, "a segment must say by 0 or 1 whether it runs once")                                           \
  X(GROUP, "a group must hold 1 to 65536 samples")                                                       \
  X(ROLE, "a signal has an unknown role")                                                                \
  X(SIGNAL_BUFFER, "a signal names no buffer that a caller may see")                                     \
  X(SHAPE, "a signal's shape and the count of its buffer differ")                                        \
  X(INPUT, "an input must be float32 in session state, and have one slot if it is constant")             \
  X(HISTORY, "a state's history must be a float32 buffer of the session with the same count as the state")

enum {
  SOUND = 0,
#define NUMBER(name, text) PROBLEM_##name,
  PROBLEMS(NUMBER)
#undef NUMBER
};

const char* spikeloom_table_problem(int reason) {
  switch (reason) {
    case SOUND:
      return "the table is sound";
#define TEXT(name, text) \
  case PROBLEM_##name:   \
    return text;
      PROBLEMS(TEXT)
#undef TEXT
    default:
      return "unknown problem";
  }
}

/* a + b * c <= limit, without overflow. */
static int fits(uint64_t a, uint64_t b, uint64_t c, uint64_t limit) {
  if (a > limit) return 0;
  return b == 0 || c <= (limit - a) / b;
}

static uint64_t least_row_bytes(const spikeloom_buffer* b) {
  const uint64_t n = b->count;
  if (b->element == SPIKELOOM_BYTES) return (n + 63) / 64 * 64;
  return b->element == SPIKELOOM_BITS ? (n + 63) / 64 * 8 : (n + 15) / 16 * 64;
}

static int check_initial(const spikeloom_table* t, const spikeloom_buffer* b) {
  if (b->initial == SPIKELOOM_NONE) return SOUND;
  if (b->initial >= t->buffers) return PROBLEM_INITIAL;
  const spikeloom_buffer* from = &t->buffer[b->initial];
  if (from->memory != SPIKELOOM_CONSTANT || from->element != b->element || from->row_bytes != b->row_bytes)
    return PROBLEM_INITIAL;
  if (b->initial_rows > 1 && b->initial_rows != t->fixed_batch) return PROBLEM_INITIAL_ROWS;
  if (b->initial_rows == 0) return PROBLEM_INITIAL_ROWS;
  if (!fits(from->offset, b->initial_rows, from->row_bytes, t->constant_bytes)) return PROBLEM_CONSTANT_RANGE;
  return SOUND;
}

static int check_buffer(const spikeloom_table* t, const spikeloom_buffer* b) {
  const int constant = b->memory == SPIKELOOM_CONSTANT;
  if (b->memory > SPIKELOOM_GIVEN || b->memory == SPIKELOOM_MUTABLE) return PROBLEM_MEMORY;
  if (b->element > SPIKELOOM_BYTES) return PROBLEM_ELEMENT;
  if (b->slots == 0 || (constant && b->slots != 1)) return PROBLEM_SLOTS;
  if (b->reach > b->slots) return PROBLEM_REACH;
  if (b->row_bytes == 0 || b->row_bytes % 64 != 0 || b->row_bytes < least_row_bytes(b)) return PROBLEM_ROW;
  if (b->passed > 1 || (b->passed && (b->memory != SPIKELOOM_OBSERVED || b->reach != 0)))
    return PROBLEM_PASSED;
  if (constant) {
    if (b->offset % 64 != 0) return PROBLEM_OFFSET;
    if (!fits(b->offset, 1, b->row_bytes, t->constant_bytes)) return PROBLEM_CONSTANT_RANGE;
    return b->initial == SPIKELOOM_NONE ? SOUND : PROBLEM_INITIAL;
  }
  if (b->passed) {
    if (b->offset_per_sample % 64 != 0) return PROBLEM_OFFSET;
    if (!fits(b->offset_per_sample, b->slots, b->row_bytes, t->scratch_per_sample))
      return PROBLEM_ARENA_RANGE;
  }
  if (b->memory == SPIKELOOM_OBSERVED || b->memory == SPIKELOOM_GIVEN)
    return b->initial == SPIKELOOM_NONE ? SOUND : PROBLEM_INITIAL;
  if (b->offset_per_sample % 64 != 0) return PROBLEM_OFFSET;
  if (b->memory == SPIKELOOM_SCRATCH) {
    if (b->slots != 1) return PROBLEM_SLOTS;
    if (!fits(b->offset_per_sample, 1, b->row_bytes, t->scratch_per_sample)) return PROBLEM_ARENA_RANGE;
    return b->initial == SPIKELOOM_NONE ? SOUND : PROBLEM_INITIAL;
  }
  if (!fits(b->offset_per_sample, b->slots, b->row_bytes, t->arena_per_sample)) return PROBLEM_ARENA_RANGE;
  return check_initial(t, b);
}

static int check_operand(const spikeloom_table* t, const spikeloom_operand* o) {
  if (o->buffer >= t->buffers) return PROBLEM_OPERAND;
  const spikeloom_buffer* b = &t->buffer[o->buffer];
  if (o->delay >= b->slots || o->delay > b->reach) return PROBLEM_DELAY;
  if (b->memory == SPIKELOOM_GIVEN && (o->delay != 0 || o->ring != 0)) return PROBLEM_DELAY;
  if (o->ring > 1 || (o->ring && (o->delay != 0 || b->reach != b->slots))) return PROBLEM_RING;
  return SOUND;
}

static int check_stage(const spikeloom_table* t, const spikeloom_stage* s) {
  if (s->kernel >= t->kernels) return PROBLEM_KERNEL;
  if (s->first_operand > t->operands || s->operands > t->operands - s->first_operand)
    return PROBLEM_STAGE_OPERANDS;
  if (s->name >= t->names_bytes) return PROBLEM_NAME;
  return s->whole > 1 ? PROBLEM_WHOLE : SOUND;
}

/* Every stage runs once a step, so the segments follow each other without gap or overlap. */
static int check_segments(const spikeloom_table* t) {
  uint32_t next = 0;
  for (uint32_t i = 0; i < t->segments; ++i) {
    const spikeloom_segment* s = &t->segment[i];
    if (s->once > 1) return PROBLEM_ONCE;
    if (s->first_stage != next || s->stages > t->stages - next) return PROBLEM_SEGMENT;
    next += s->stages;
  }
  return next == t->stages ? SOUND : PROBLEM_SEGMENT;
}

/* What runs once is not cut into groups: it has nothing to pass on. */
static int check_passed(const spikeloom_table* t) {
  for (uint32_t i = 0; i < t->segments; ++i) {
    if (!t->segment[i].once) continue;
    for (uint32_t k = 0; k < t->segment[i].stages; ++k) {
      const spikeloom_stage* s = &t->stage[t->segment[i].first_stage + k];
      for (uint32_t o = 0; o < s->operands; ++o)
        if (t->buffer[t->operand[s->first_operand + o].buffer].passed) return PROBLEM_PASSED;
    }
  }
  return SOUND;
}

static int check_signal(const spikeloom_table* t, const spikeloom_signal* s) {
  if (s->name >= t->names_bytes) return PROBLEM_NAME;
  if (s->role > SPIKELOOM_NEURON_STATE) return PROBLEM_ROLE;
  if (s->buffer >= t->buffers) return PROBLEM_SIGNAL_BUFFER;
  const spikeloom_buffer* b = &t->buffer[s->buffer];
  if (b->memory == SPIKELOOM_SCRATCH || b->element == SPIKELOOM_WORDS) return PROBLEM_SIGNAL_BUFFER;
  if (s->rank > 8) return PROBLEM_SHAPE;
  uint64_t elements = 1;
  for (uint32_t i = 0; i < s->rank; ++i) { /* both factors stay below 2^32 */
    elements *= s->shape[i];
    if (elements > b->count) return PROBLEM_SHAPE;
  }
  if (elements != b->count) return PROBLEM_SHAPE;
  if (s->constant > 1 || (s->constant && s->role != SPIKELOOM_INPUT)) return PROBLEM_INPUT;
  if (s->role == SPIKELOOM_INPUT || s->role == SPIKELOOM_NEURON_STATE) {
    const int is_input = s->role == SPIKELOOM_INPUT;
    const int is_given = b->memory == SPIKELOOM_GIVEN && is_input && !s->constant;
    const int is_counter = !is_input && b->element == SPIKELOOM_BYTES && b->slots == 1;
    if ((b->memory != SPIKELOOM_STATE && !is_given) || (b->element != SPIKELOOM_FLOAT && !is_counter))
      return is_input ? PROBLEM_INPUT : PROBLEM_SIGNAL_BUFFER;
    if (s->constant && b->slots != 1) return PROBLEM_INPUT;
  } else if (b->element == SPIKELOOM_BYTES) {
    return PROBLEM_SIGNAL_BUFFER;
  }
  /* Recorders know floats and bits. */
  if (s->history == SPIKELOOM_NONE) return b->element == SPIKELOOM_BYTES ? PROBLEM_HISTORY : SOUND;
  if (s->role == SPIKELOOM_INPUT || s->history >= t->buffers) return PROBLEM_HISTORY;
  const spikeloom_buffer* h = &t->buffer[s->history];
  if ((h->memory != SPIKELOOM_STATE && h->memory != SPIKELOOM_OBSERVED) || h->element != SPIKELOOM_FLOAT ||
      h->count != b->count)
    return PROBLEM_HISTORY;
  if (b->element == SPIKELOOM_BYTES && h->memory != SPIKELOOM_OBSERVED) return PROBLEM_HISTORY;
  return SOUND;
}

static int has_arrays(const spikeloom_table* t) {
  return (t->buffer || !t->buffers) && (t->operand || !t->operands) && (t->stage || !t->stages) &&
         (t->segment || !t->segments) && (t->signal || !t->signals) && t->names && t->names_bytes;
}

#define CHECK_EACH(array, count, check)                \
  for (uint32_t i = 0; i < table->count; ++i) {        \
    const int reason = check(table, &table->array[i]); \
    if (reason != SOUND) return reason;                \
  }

int spikeloom_check_table(const spikeloom_table* table) {
  if (!table) return PROBLEM_NO_TABLE;
  if (table->format != SPIKELOOM_FORMAT) return PROBLEM_FORMAT;
  if (!has_arrays(table)) return PROBLEM_NO_TABLE;
  if (table->block_steps == 0 || table->block_steps > 65536) return PROBLEM_BLOCK;
  if (!(table->dt > 0 && table->dt <= 1.7976931348623157e308)) return PROBLEM_TIME_STEP;
  if (table->names[table->names_bytes - 1] != 0) return PROBLEM_NAMES;
  if (table->arena_per_sample % 64 != 0 || table->scratch_per_sample % 64 != 0) return PROBLEM_OFFSET;
  if (table->group == 0 || table->group > 65536) return PROBLEM_GROUP;
  CHECK_EACH(buffer, buffers, check_buffer)
  CHECK_EACH(operand, operands, check_operand)
  CHECK_EACH(stage, stages, check_stage)
  const int cover = check_segments(table);
  if (cover != SOUND) return cover;
  const int passed = check_passed(table);
  if (passed != SOUND) return passed;
  CHECK_EACH(signal, signals, check_signal)
  return SOUND;
}
