/* The same network through the C API. */
#include <stdio.h>
#include <string.h>

#include "expected.h"
#include "lif_table.h"
#include "spikeloom/spikeloom.h"

static int source(void* user, const char* input, uint64_t first_step, uint32_t steps, float* rows,
                  size_t count) {
  (void)user, (void)first_step;
  if (strcmp(input, "current") != 0 || count != (size_t)steps * NEURONS) return 1;
  for (size_t i = 0; i < count; ++i) rows[i] = current_of((int)(i % NEURONS));
  return 0;
}

/* Rows of SLOTS steps that lie in memory; `user` points at them. */
static int view(void* user, const char* input, uint64_t first_step, uint32_t steps, const float** rows) {
  (void)first_step;
  if (strcmp(input, "current") != 0 || steps > SLOTS) return 1;
  *rows = user;
  return 0;
}

typedef struct {
  int first[NEURONS];
  uint64_t steps;
} spike_times;

static int receive(void* user, const spikeloom_block_view* block) {
  spike_times* times = user;
  for (uint32_t s = 0; s < block->steps; ++s) {
    const unsigned char* row = block->data + s * block->step_stride;
    for (uint32_t j = 0; j < block->neurons; ++j)
      if ((row[j / 8] >> j % 8 & 1) && times->first[j] < 0) times->first[j] = (int)(block->first_step + s);
  }
  times->steps += block->steps;
  return 0;
}

static int stop_after_40(void* user, uint64_t done, uint64_t steps) {
  (void)user, (void)steps;
  return done >= 40;
}

static void mark_released(void* owner) {
  *(int*)owner = 1;
}

#define MUST(call)                                            \
  do {                                                        \
    spikeloom_error* error = NULL;                            \
    if (call) {                                               \
      printf("%s: %s\n", #call, spikeloom_error_text(error)); \
      return 1;                                               \
    }                                                         \
  } while (0)
#define CHECK(claim)                                   \
  do {                                                 \
    if (!(claim)) return puts("not true: " #claim), 1; \
  } while (0)

int main(void) {
  int released = 0;
  spikeloom_program* program = NULL;
  spikeloom_session *session = NULL, *second = NULL;
  MUST(spikeloom_program_load(&lif_table, lif_kernels, lif_constants, mark_released, &released, &program,
                              &error));
  CHECK(spikeloom_program_signals(program) == 4);
  spikeloom_signal_info info;
  MUST(spikeloom_program_signal(program, 2, &info, &error));
  CHECK(strcmp(info.name, "lif1.mem") == 0 && info.size == NEURONS && info.rank == 1 && !info.is_bits);
  MUST(spikeloom_session_create(program, NULL, &session, &error));
  /* As many threads as pay: for so few neurons one. The results are compared with the other session's. */
  spikeloom_session_options options = spikeloom_session_defaults();
  CHECK(options.batch == 1 && options.threads == 1 && !options.pin);
  options.threads = 0, options.pin = 1;
  MUST(spikeloom_session_create(program, &options, &second, &error));

  spike_times times = {.steps = 0};
  for (int j = 0; j < NEURONS; ++j) times.first[j] = -1;
  MUST(spikeloom_session_record(session, "lif1", 0, SPIKELOOM_NONE, receive, &times, &error));
  uint64_t done = 0;
  MUST(spikeloom_session_run(session, 100, source, stop_after_40, NULL, &done, &error));
  CHECK(done >= 40 && done <= 40 + SLOTS && spikeloom_session_step_count(session) == done);

  unsigned char* saved = NULL;
  size_t bytes = 0;
  MUST(spikeloom_session_save(session, &saved, &bytes, &error));
  MUST(spikeloom_session_restore(second, saved, bytes, &error));
  MUST(spikeloom_session_run(session, 100 - done, source, NULL, NULL, NULL, &error));
  MUST(spikeloom_session_finish_recording(session, &error));
  CHECK(times.steps == 100);
  for (int j = 0; j < NEURONS; ++j)
    CHECK(times.first[j] == first_spike(current_of(j), lif_beta, lif_threshold));

  float row[NEURONS], here[NEURONS], there[NEURONS];
  for (int j = 0; j < NEURONS; ++j) row[j] = current_of(j);
  const float* inputs[] = {row};
  float lying[SLOTS * NEURONS];
  for (int i = 0; i < SLOTS * NEURONS; ++i) lying[i] = current_of(i % NEURONS);
  MUST(spikeloom_session_run_in_place(second, 20, view, NULL, lying, &done, &error));
  CHECK(done == 20);
  while (spikeloom_session_step_count(second) < 100) MUST(spikeloom_session_step(second, inputs, 1, &error));
  MUST(spikeloom_session_read(session, "lif1.mem", here, NEURONS, &error));
  MUST(spikeloom_session_read(second, "lif1.mem", there, NEURONS, &error));
  CHECK(memcmp(here, there, sizeof here) == 0);

  spikeloom_error* error = NULL;
  saved[bytes / 2] ^= 1;
  CHECK(spikeloom_session_restore(second, saved, bytes, &error) == 3 && spikeloom_error_kind(error) == 3);
  CHECK(strstr(spikeloom_error_text(error), "damaged") != NULL);
  spikeloom_error_free(error);
  error = NULL;
  CHECK(spikeloom_session_read(session, "lif1.men", here, NEURONS, &error) == 2);
  CHECK(strstr(spikeloom_error_text(error), "did you mean 'lif1.mem'") != NULL);
  spikeloom_error_free(error);
  CHECK(spikeloom_session_read(session, "nothing", here, NEURONS, NULL) == 2);

  spikeloom_saved_free(saved);
  spikeloom_program_free(program);
  CHECK(!released);
  spikeloom_session_free(session);
  spikeloom_session_free(second);
  CHECK(released);
  return 0;
}
