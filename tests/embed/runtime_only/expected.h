/* Closed forms of a leaky membrane under a constant current, from rest. */
#ifndef EXPECTED_H
#define EXPECTED_H

#include <math.h>

/* After step t = 0, 1, ... and below threshold: current * (1 - beta^(t + 1)) / (1 - beta). */
static inline double membrane(double current, double beta, int t) {
  return current * (1 - pow(beta, t + 1)) / (1 - beta);
}

/* The first step whose membrane exceeds the threshold; -1 if it never does. */
static inline int first_spike(double current, double beta, double threshold) {
  const double reached = 1 - threshold * (1 - beta) / current;
  if (reached <= 0) return -1;
  return (int)floor(log(reached) / log(beta));
}

/* A different current for each neuron: the lower ones stay silent. */
static inline float current_of(int neuron) {
  return 0.04f + 0.013f * (float)neuron;
}

#endif
