/* The runtime for C: the same shape as the C++ API, with opaque handles.
 *
 * A function that can fail returns 0, or the kind of the error (the numbers of spikeloom::ErrorKind, which
 * are also the exit codes of the `spikeloom` command). If `error` is not null, *error then holds what
 * happened; the caller frees it. On success *error is left alone. Handles from here are freed here; null may
 * be freed. Arrays are borrowed for the call. One caller thread at a time for each session; any number of
 * sessions on one program. */
#ifndef SPIKELOOM_H
#define SPIKELOOM_H

#include "spikeloom/driver.h"
#include "spikeloom/export.h"
#include "spikeloom/program.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spikeloom_error spikeloom_error;
typedef struct spikeloom_program spikeloom_program;
typedef struct spikeloom_session spikeloom_session;

/* ---- errors ---- */

SPIKELOOM_API int spikeloom_error_kind(const spikeloom_error* error);
/* For people; several lines. Lives as long as the error. */
SPIKELOOM_API const char* spikeloom_error_text(const spikeloom_error* error);
SPIKELOOM_API void spikeloom_error_free(spikeloom_error* error);

/* ---- programs ---- */

/* A table with its kernels and constants (aligned to 64). `release(owner)` is called when the last user of
 * the program is gone, also if loading fails; it may be null. */
SPIKELOOM_API int spikeloom_program_load(const spikeloom_table* table, const spikeloom_kernel* kernels,
                                         const unsigned char* constants, void (*release)(void* owner),
                                         void* owner, spikeloom_program** program, spikeloom_error** error);
/* Sessions that run it keep what they need. */
SPIKELOOM_API void spikeloom_program_free(spikeloom_program* program);

typedef struct spikeloom_signal_info {
  const char* name; /* lives as long as the program */
  spikeloom_role role;
  int is_constant; /* an input that is given once */
  int is_bits;     /* values are 0 or 1 */
  uint32_t size;   /* elements of one sample */
  uint32_t rank;
  const uint32_t* shape;
} spikeloom_signal_info;

SPIKELOOM_API size_t spikeloom_program_signals(const spikeloom_program* program);
SPIKELOOM_API int spikeloom_program_signal(const spikeloom_program* program, size_t index,
                                           spikeloom_signal_info* info, spikeloom_error** error);
/* ms per step */
SPIKELOOM_API double spikeloom_program_dt(const spikeloom_program* program);

/* ---- sessions ---- */

typedef struct spikeloom_session_options {
  uint32_t batch;
  uint32_t first_sample; /* global number of sample 0: random numbers depend on it */
  int has_seed;          /* 1: `seed` in place of the program's own */
  uint64_t seed;
  uint64_t memory_limit; /* bytes; more is refused before it is taken */
  uint32_t
      threads; /* at most, the caller's included; 0: as many as there are cores. Never changes a result */
  int pin;     /* 1: the session's own threads, one to a core */
} spikeloom_session_options;

/* Batch 1, sample 0, the program's seed, 16 GiB, one thread. */
SPIKELOOM_API spikeloom_session_options spikeloom_session_defaults(void);

/* `options` may be null: the defaults. */
SPIKELOOM_API int spikeloom_session_create(const spikeloom_program* program,
                                           const spikeloom_session_options* options,
                                           spikeloom_session** session, spikeloom_error** error);
SPIKELOOM_API void spikeloom_session_free(spikeloom_session* session);

SPIKELOOM_API uint64_t spikeloom_session_step_count(const spikeloom_session* session);

/* Back to step 0 and the initial states. Constant inputs keep their values. */
SPIKELOOM_API int spikeloom_session_reset(spikeloom_session* session, spikeloom_error** error);

/* A constant input or a state ("lif1.mem"): `count` is batch * n, or n for all samples. A refractory counter
 * of at most 255 steps takes whole numbers from 0 to 255. */
SPIKELOOM_API int spikeloom_session_set_input(spikeloom_session* session, const char* input,
                                              const float* values, size_t count, spikeloom_error** error);
SPIKELOOM_API int spikeloom_session_set_state(spikeloom_session* session, const char* state,
                                              const float* values, size_t count, spikeloom_error** error);

/* One step. inputs[i] holds the i-th varying input, in the order of the program's signals: [batch][n] floats.
 * Takes no memory, and on one thread no lock or system call, unless something records. */
SPIKELOOM_API int spikeloom_session_step(spikeloom_session* session, const float* const* inputs, size_t count,
                                         spikeloom_error** error);

/* Fills rows [steps][batch][n] of an input for steps first_step ... first_step + steps - 1. A result other
 * than 0 ends the run with an error. */
typedef int (*spikeloom_source)(void* user, const char* input, uint64_t first_step, uint32_t steps,
                                float* rows, size_t count);
/* Called between blocks; a result other than 0 stops the run. */
typedef int (*spikeloom_progress)(void* user, uint64_t done, uint64_t steps);

/* Many steps. `source` may be null if no input varies, `progress` and `done` (steps done) may be null. */
SPIKELOOM_API int spikeloom_session_run(spikeloom_session* session, uint64_t steps, spikeloom_source source,
                                        spikeloom_progress progress, void* user, uint64_t* done,
                                        spikeloom_error** error);

/* Says where the rows of an input lie: [steps][batch][n] floats. They stay there, unchanged, until the next
 * call or the end of the run. A result other than 0 ends the run with an error. */
typedef int (*spikeloom_view)(void* user, const char* input, uint64_t first_step, uint32_t steps,
                              const float** rows);

/* The same for inputs that lie in memory: nothing is copied where the network can read them there. */
SPIKELOOM_API int spikeloom_session_run_in_place(spikeloom_session* session, uint64_t steps,
                                                 spikeloom_view view, spikeloom_progress progress, void* user,
                                                 uint64_t* done, spikeloom_error** error);

/* The value of a signal after the last step: `count` is batch * n. */
SPIKELOOM_API int spikeloom_session_read(const spikeloom_session* session, const char* signal, float* values,
                                         size_t count, spikeloom_error** error);

/* The values of one signal over a block of steps; see spikeloom::Block. */
typedef struct spikeloom_block_view {
  const char* signal;
  uint64_t first_step;
  uint32_t steps, samples, first_neuron, neurons;
  spikeloom_element element;
  const unsigned char* data;
  size_t step_stride, sample_stride; /* bytes */
} spikeloom_block_view;

/* A result other than 0 ends the run with an error. */
typedef int (*spikeloom_receiver)(void* user, const spikeloom_block_view* block);

/* Records neurons [first, first + count) of a signal from the next step on; count SPIKELOOM_NONE: the rest.
 */
SPIKELOOM_API int spikeloom_session_record(spikeloom_session* session, const char* signal, uint32_t first,
                                           uint32_t count, spikeloom_receiver receiver, void* user,
                                           spikeloom_error** error);
/* Ends all recording. */
SPIKELOOM_API int spikeloom_session_finish_recording(spikeloom_session* session, spikeloom_error** error);

/* The whole state as bytes, to be freed with spikeloom_saved_free; fits sessions of the same program and
 * batch. */
SPIKELOOM_API int spikeloom_session_save(const spikeloom_session* session, unsigned char** saved,
                                         size_t* bytes, spikeloom_error** error);
SPIKELOOM_API void spikeloom_saved_free(unsigned char* saved);
SPIKELOOM_API int spikeloom_session_restore(spikeloom_session* session, const unsigned char* saved,
                                            size_t bytes, spikeloom_error** error);

#ifdef __cplusplus
}
#endif
#endif
