/* One population of leaky integrate-and-fire neurons, its table written by hand:
 *   mem = beta * mem + current - fired * threshold, fired = mem > threshold before the step. */
#ifndef LIF_TABLE_H
#define LIF_TABLE_H

#include "spikeloom/program.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NEURONS = 20, SLOTS = 8, ARENA_BYTES = 4096 };
extern const spikeloom_table lif_table;
extern const spikeloom_kernel lif_kernels[1];
extern const unsigned char* const lif_constants;
extern const float lif_beta, lif_threshold;
enum { BUFFER_CURRENT, BUFFER_MEM, BUFFER_SPIKES };

#ifdef __cplusplus
}
#endif
#endif
