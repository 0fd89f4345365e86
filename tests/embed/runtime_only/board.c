/* As on a board: static memory, the driver, nothing else. */
#include <stdio.h>

#include "expected.h"
#include "lif_table.h"
#include "spikeloom/driver.h"

static _Alignas(64) unsigned char memory[ARENA_BYTES];

int main(void) {
  const int problem = spikeloom_check_table(&lif_table);
  if (problem) return printf("%s\n", spikeloom_table_problem(problem)), 1;
  if (spikeloom_arena_bytes(&lif_table, 1, 1) > sizeof memory) return puts("the arena is too small"), 1;
  spikeloom_run run = {
      .table = &lif_table, .kernel = lif_kernels, .constants = lif_constants, .arena = memory, .batch = 1};
  spikeloom_reset(&run);

  int first[NEURONS], spiking = 0;
  for (int j = 0; j < NEURONS; ++j) first[j] = -1;
  while (run.step < 100) {
    const uint32_t steps = spikeloom_block(&run, 5);
    const uint64_t start = run.step;
    if (steps < 1 || steps > 5) return puts("a block has no steps, or too many"), 1;
    for (uint32_t s = 0; s < steps; ++s) {
      float* row = (float*)spikeloom_row(&run, BUFFER_CURRENT, start + s, 0);
      for (int j = 0; j < NEURONS; ++j) row[j] = current_of(j);
    }
    spikeloom_advance(&run, steps);
    const float* mem = (const float*)spikeloom_row(&run, BUFFER_MEM, run.step - 1, 0);
    for (int j = 0; j < NEURONS; ++j) {
      for (uint32_t s = 0; s < steps; ++s) {
        const unsigned char* spikes = spikeloom_row(&run, BUFFER_SPIKES, start + s, 0);
        if (first[j] < 0 && (spikes[j / 8] >> j % 8 & 1)) first[j] = (int)(start + s);
      }
      const double want = membrane(current_of(j), lif_beta, (int)run.step - 1);
      if (first[j] < 0 && fabs(mem[j] - want) > 1e-5)
        return printf("neuron %d, step %d: %g instead of %g\n", j, (int)run.step, mem[j], want), 1;
    }
  }
  for (int j = 0; j < NEURONS; ++j) {
    const int want = first_spike(current_of(j), lif_beta, lif_threshold);
    spiking += want >= 0;
    if (first[j] != want) return printf("neuron %d first spikes at %d instead of %d\n", j, first[j], want), 1;
  }
  return spiking == 0 || spiking == NEURONS; /* both kinds must have been seen */
}
