/* A compiled network as data: what generated code, the driver and the session agree on. Plain C.
 *
 * A program is a table of stages over buffers, an array of kernels and a block of constants. It holds no host
 * pointers, so the same table serves the JIT, ahead-of-time objects and tables written by hand.
 *
 * Memory: an *arena* per session, aligned to 64 bytes, and the constants, shared by all sessions. A row is
 * one sample's values of one signal: `row_bytes`, a multiple of 64; float32, bits (neuron j is bit j % 8 of
 * byte j / 8) or, of states that count, bytes. Every row holds at least 16 * ceil(n / 16) floats or 64 *
 * ceil(n / 64) bits or bytes. Lanes behind the n-th hold anything; bits behind the n-th are 0.
 *
 * A buffer of the arena holds batch samples x `slots` steps x one row: the row of step t and sample b lies at
 *   arena + offset_per_sample * batch + (b * slots + t mod slots) * row_bytes.
 * where t counts from the run's `origin` if nobody reads the buffer in a later step (its reach is 0), else
 * from 0. A buffer of the constants holds one row for all samples, at constants + offset. A buffer of scratch
 * holds one row for each sample of a group: `group` samples, or the batch if that is less. Every worker has
 * scratch of its own, behind the samples' memory. An observed buffer has a block of steps outside of the
 * arena, or, where nobody observes it, no memory at all; if it is `passed`, each worker has a block of steps
 * of it in its scratch, for each sample of a group: what a stage gives to later ones in the same block. The
 * rows of a given buffer are the caller's own: n floats each with nothing behind them, at any distance, for
 * the steps that are being run.
 *
 * Time: stages are grouped in segments. A segment runs each stage over a whole block of steps, but no longer
 * than its `longest`: a cycle of the network lives in it, and its shortest delay is so long. A segment that
 * runs `once` depends on constants alone. The driver cuts a block wherever one operand's slots wrap around,
 * so a kernel sees a constant stride from step to step. */
#ifndef SPIKELOOM_PROGRAM_H
#define SPIKELOOM_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SPIKELOOM_FORMAT = 5 };              /* of this header; a driver refuses any other */
#define SPIKELOOM_NONE UINT32_C(0xffffffff) /* no buffer, no constant */

typedef enum {
  SPIKELOOM_FLOAT = 0,
  SPIKELOOM_BITS = 1,
  SPIKELOOM_WORDS = 2, /* uint32 */
  SPIKELOOM_BYTES = 3  /* uint8: a state that holds whole numbers up to 255 */
} spikeloom_element;

typedef enum {
  SPIKELOOM_CONSTANT = 0, /* shared by all sessions, read only */
  SPIKELOOM_STATE = 1,    /* of a session; saved and restored */
  SPIKELOOM_SCRATCH = 2,  /* of a worker; no result depends on what a call finds there */
  SPIKELOOM_MUTABLE = 3,  /* of a session, starts as a copy of constants (weights that learn); reserved */
  SPIKELOOM_OBSERVED = 4, /* of a session; written only where somebody asked to see it */
  SPIKELOOM_GIVEN = 5     /* an input that is read where the caller has it */
} spikeloom_memory;

/* What one kernel call receives. The pointer of operand i, step s (0 ... steps - 1) and sample b is
 *   operand[i] + s * step_stride[i] + b * sample_stride[i].
 * A kernel computes every step in order, for samples [first_sample, end_sample) and neurons [first_neuron,
 * end_neuron); the neuron bounds are multiples of 64, except that the last is at least the number of neurons.
 * Row b of scratch is row b of a group. What nobody observes is NULL, unless it is passed.
 */
typedef struct spikeloom_call {
  unsigned char* const* operand;
  const size_t* step_stride;   /* bytes */
  const size_t* sample_stride; /* bytes; 0 for constants */
  const uint32_t* size;        /* the stage's sizes, see spikeloom_stage.sizes */
  uint32_t steps;
  uint32_t first_sample, end_sample;
  uint32_t first_neuron, end_neuron;
  uint32_t group; /* samples that scratch has rows for */
  /* Random numbers: Philox 4x32-10, key = seed, counter = (step, global neuron, global sample, node_key). */
  uint64_t step; /* number of the first step of this call */
  uint64_t seed;
  uint32_t sample_base; /* global number of sample 0 */
  uint32_t node_key;    /* low word of XXH64 of the node's full path */
} spikeloom_call;

typedef void (*spikeloom_kernel)(const spikeloom_call* call);

typedef struct spikeloom_buffer {
  uint32_t memory;            /* spikeloom_memory */
  uint32_t element;           /* spikeloom_element */
  uint32_t slots;             /* steps held; 1 for a value that has no history */
  uint32_t count;             /* elements of a row that mean something: n */
  uint64_t row_bytes;         /* a multiple of 64 */
  uint64_t offset;            /* of a constant: bytes into the constants */
  uint64_t offset_per_sample; /* of anything else: bytes, times the batch, into the arena; of scratch: times
                                 the rows of a group, into the worker's */
  uint32_t initial; /* buffer (a constant) with the row that fills every slot at reset; NONE: zeros */
  uint32_t reach;   /* steps back that anything reads: so many slots are reset and saved */
  uint32_t
      passed; /* 1: of an observed buffer that is read in its own step; offset_per_sample is in scratch */
  uint32_t initial_rows; /* 1: the same for all samples; else one row a sample, rows follow each other and the
                            batch is fixed */
} spikeloom_buffer;

typedef struct spikeloom_operand {
  uint32_t buffer;
  uint32_t delay; /* reads what the buffer held so many steps ago; 0 for everything that is written */
  uint32_t
      ring; /* 1: the pointer is that of slot 0; the kernel knows the slots and does the arithmetic itself */
} spikeloom_operand;

typedef struct spikeloom_stage {
  uint32_t kernel;        /* index into the kernels */
  uint32_t first_operand; /* into the operands; the order is the kernel's own */
  uint32_t operands;
  uint32_t sizes[4]; /* [0] neurons of the stage; the rest is the kernel's own (fan-in, ...) */
  uint32_t node_key;
  uint32_t name;  /* byte offset into the names: for profiles and messages */
  uint32_t whole; /* 1: needs the whole population in one call (winner-take-all) */
  uint32_t work; /* predicted picoseconds of a sample's step, 0 if unknown: decides how many threads share the
                    stage, and no result */
} spikeloom_stage;

typedef struct spikeloom_segment {
  uint32_t first_stage, stages;
  uint32_t longest; /* steps that all stages run before the next ones; 0: no limit */
  uint32_t once;    /* 1: runs one step after a reset or a new constant input, and not again */
} spikeloom_segment;

typedef enum {
  SPIKELOOM_INPUT = 0,
  SPIKELOOM_OUTPUT = 1,
  SPIKELOOM_SPIKES = 2,
  SPIKELOOM_VALUE = 3,
  SPIKELOOM_NEURON_STATE = 4
} spikeloom_role;

/* Something with a name that a caller may write (inputs) or read: an input, a graph output, a node's main
 * value or a state. What lies in a buffer with one slot can be read only after every single step; the session
 * then runs blocks of one step, unless it is constant or has a history.
 *
 * Inputs are float32; a constant input has one slot of the arena, others a history there or are given. Of a
 * state, `buffer` is the one that kernels update in place, what a caller may set; `history` is the one to
 * which they also write every step, float32: an observed buffer, or one in the arena where other nodes read
 * it. A state in bytes has a history that is observed.
 */
typedef struct spikeloom_signal {
  uint32_t name; /* byte offset into the names: "image", "lif1", "lif1.mem", outputs by their own name */
  uint32_t role; /* spikeloom_role */
  uint32_t buffer;
  uint32_t constant; /* an input that is given once, not every step */
  uint32_t rank;
  uint32_t shape[8]; /* of one sample; the product is the count of the buffer */
  uint32_t history;  /* of a state: the buffer with its steps, or SPIKELOOM_NONE */
} spikeloom_signal;

typedef struct spikeloom_table {
  uint32_t format;      /* SPIKELOOM_FORMAT */
  uint32_t block_steps; /* the longest block the buffers can hold */
  uint64_t hash;        /* of structure and constants: a saved session fits only its own program */
  uint64_t seed;
  double dt;                   /* ms per step */
  uint64_t arena_per_sample;   /* bytes of arena for each sample of the batch */
  uint64_t scratch_per_sample; /* bytes of a worker's scratch for each sample of a group */
  uint64_t constant_bytes;
  uint32_t buffers, operands, stages, segments, signals, kernels, names_bytes;
  uint32_t fixed_batch; /* 0, or the only batch this program runs with (an initial state per sample) */
  uint32_t group;       /* samples that a kernel takes together, at least 1 */
  uint32_t reserved;
  const spikeloom_buffer* buffer;
  const spikeloom_operand* operand;
  const spikeloom_stage* stage;
  const spikeloom_segment* segment;
  const spikeloom_signal* signal;
  const char* names; /* strings that end in 0 */
} spikeloom_table;

#ifdef __cplusplus
}
#endif
#endif
