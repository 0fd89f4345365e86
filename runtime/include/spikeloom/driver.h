/* Walks a program table: the time loop without heap, threads, exceptions or stdio. C-callable and
 * freestanding. */
#ifndef SPIKELOOM_DRIVER_H
#define SPIKELOOM_DRIVER_H

#include "spikeloom/export.h"
#include "spikeloom/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Told before (`begins` 1) and after (0) each call of a stage, by the thread that runs it. */
typedef void (*spikeloom_stage_observer)(void* context, uint32_t stage, int begins);

/* Where the rows of a given buffer lie, from one step on. Distances in bytes. */
typedef struct spikeloom_given {
  const unsigned char* rows; /* of the first step and sample; NULL: nowhere yet */
  uint64_t first_step;
  size_t step_stride, sample_stride;
} spikeloom_given;

/* One running network in the caller's memory. */
typedef struct spikeloom_run {
  const spikeloom_table* table;
  const spikeloom_kernel* kernel;
  const unsigned char* constants; /* aligned to 64 */
  unsigned char* arena;           /* spikeloom_arena_bytes() bytes, aligned to 64 */
  uint32_t batch;
  uint32_t sample_base; /* global number of the first sample */
  uint64_t seed;
  uint64_t step;   /* the next step */
  uint64_t origin; /* the step of slot 0, in buffers that nobody reads later than in its own step */
  /* For each buffer NULL, or where the rows of an observed one lie: batch x slots rows, aligned to 64. NULL:
   * nothing is observed. */
  unsigned char* const* observed;
  /* For each buffer where a given one lies; NULL if the program has none. */
  const spikeloom_given* given;
  uint32_t cleared; /* 1: spikeloom_reset has seen this memory before; 0 in new memory */
  uint32_t settled; /* 1: what depends on constants alone has been computed; 0 after any change of these */
  spikeloom_stage_observer stage_observer; /* NULL: nobody; who measures stages looks at a clock here */
  void* observer_context;
} spikeloom_run;

/* 0 if the table is sound (format, every index and offset in range, rows aligned), else the number of a
 * reason that spikeloom_table_problem names. A table from outside must pass before anything else is called.
 */
SPIKELOOM_API int spikeloom_check_table(const spikeloom_table* table);
SPIKELOOM_API const char* spikeloom_table_problem(int reason);

/* `workers`: how many threads may be inside spikeloom_advance_samples at a time, at least 1. */
SPIKELOOM_API uint64_t spikeloom_arena_bytes(const spikeloom_table* table, uint32_t batch, uint32_t workers);

/* Where the row of a buffer lies for a step and a sample; NULL for scratch, what is not observed and what is
 * not given yet. A given row is read only. */
SPIKELOOM_API unsigned char* spikeloom_row(const spikeloom_run* run, uint32_t buffer, uint64_t step,
                                           uint32_t sample);

/* Back to step 0: fills every buffer with its initial values. Inputs are the caller's to write again. */
SPIKELOOM_API void spikeloom_reset(spikeloom_run* run);

/* Before a block: what nobody reads in a later step is forgotten, so that such buffers do not cut the block.
 */
SPIKELOOM_API void spikeloom_forget(spikeloom_run* run);

/* The longest block that may run now: no more than `wanted`, cut where a buffer's slots wrap. */
SPIKELOOM_API uint32_t spikeloom_block(const spikeloom_run* run, uint32_t wanted);

/* Runs `steps` steps (no more than spikeloom_block allows). The inputs' rows of these steps have been
 * written. Sets round-to-nearest without flush-to-zero for its duration and restores the caller's mode. */
SPIKELOOM_API void spikeloom_advance(spikeloom_run* run, uint32_t steps);

/* The same in parts, for threads. First spikeloom_settle, by one thread; then each sample once, by anyone of
 * the workers 0, 1, ...; then the caller adds `steps` to run->step. Any split gives the same bits. */
SPIKELOOM_API void spikeloom_settle(spikeloom_run* run);
SPIKELOOM_API void spikeloom_advance_samples(const spikeloom_run* run, uint32_t steps, uint32_t first_sample,
                                             uint32_t end_sample, uint32_t worker);

/* Some neurons of a group of samples in one call of a stage. */
typedef struct spikeloom_part {
  uint32_t stage;
  uint64_t step; /* the first */
  uint32_t steps;
  uint32_t first_sample, end_sample;
  uint32_t first_neuron, end_neuron; /* multiples of 64, but for the end of the population */
} spikeloom_part;

/* Told to see to it that every neuron of these samples is run once, by spikeloom_run_part; returns when that
 * is done. `all` is the whole call. */
typedef void (*spikeloom_share)(void* context, const spikeloom_part* all);

/* The same stage by stage, where one sample's neurons are shared: the calling thread walks the time loop and
 * calls `share` for each call of a stage; parts are of its neurons, not of its samples. A stage that is
 * `whole` must be run in one part. First spikeloom_settle; then the caller adds `steps` to run->step. */
SPIKELOOM_API void spikeloom_advance_stages(const spikeloom_run* run, uint32_t steps, spikeloom_share share,
                                            void* context);
SPIKELOOM_API void spikeloom_run_part(const spikeloom_run* run, const spikeloom_part* part, uint32_t worker);

#ifdef __cplusplus
}
#endif
#endif
