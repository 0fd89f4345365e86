/* Prints the bits of membranes that decay to subnormal numbers, step by step, in whatever floating-point mode
 * the host has; the mode must be the host's own again afterwards. */
#include <fenv.h>
#include <stdio.h>
#include <string.h>

#include "lif_table.h"
#include "spikeloom/driver.h"

static _Alignas(64) unsigned char memory[ARENA_BYTES];

int main(void) {
#ifdef ROUND_UPWARD
  if (fesetround(FE_UPWARD) != 0) return 1;
#endif
  const int mode = fegetround();
  spikeloom_run run = {
      .table = &lif_table, .kernel = lif_kernels, .constants = lif_constants, .arena = memory, .batch = 1};
  spikeloom_reset(&run);
  int subnormal = 0;
  for (int t = 0; t < 400; ++t) {
    /* Smallest normal number times 1 ... 20, as bits: this host may not be able to compute with it. */
    for (uint32_t j = 0; j < NEURONS; ++j) {
      const uint32_t bits = t == 0 ? 0x00800000u + j * 0x00123457u : 0;
      memcpy(spikeloom_row(&run, BUFFER_CURRENT, run.step, 0) + j * 4, &bits, 4);
    }
    spikeloom_advance(&run, 1);
    for (uint32_t j = 0; j < NEURONS; ++j) {
      uint32_t bits;
      memcpy(&bits, spikeloom_row(&run, BUFFER_MEM, 0, 0) + j * 4, 4);
      subnormal += bits != 0 && bits < 0x00800000u;
      printf("%08x%c", (unsigned)bits, j + 1 < NEURONS ? ' ' : '\n');
    }
  }
  return subnormal == 0 || fegetround() != mode;
}
