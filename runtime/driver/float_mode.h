/* Round to nearest, subnormals kept: the mode in which every step runs. */
#ifndef SPIKELOOM_FLOAT_MODE_H
#define SPIKELOOM_FLOAT_MODE_H

#include <stdint.h>

#if defined(__x86_64__)

/* MXCSR with all exceptions masked, round to nearest, no flush to zero (FTZ), subnormals read (no DAZ). */
static inline uint64_t enter_float_mode(void) {
  uint32_t before;
  const uint32_t strict = 0x1f80;
  __asm__ volatile("stmxcsr %0" : "=m"(before));
  __asm__ volatile("ldmxcsr %0" : : "m"(strict) : "memory");
  return before;
}
static inline void leave_float_mode(uint64_t before) {
  const uint32_t mode = (uint32_t)before;
  __asm__ volatile("ldmxcsr %0" : : "m"(mode) : "memory");
}

#elif defined(__aarch64__)

/* FPCR 0: round to nearest, no flush to zero, NaNs propagate, no traps. */
static inline uint64_t enter_float_mode(void) {
  uint64_t before;
  const uint64_t strict = 0;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(strict) : "memory");
  return before;
}
static inline void leave_float_mode(uint64_t before) {
  __asm__ volatile("msr fpcr, %0" : : "r"(before) : "memory");
}

#else
#error "set round-to-nearest without flush-to-zero for this processor here"
#endif

#endif
