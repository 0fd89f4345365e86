/* The network through C. */
#include <stdio.h>
#include <string.h>

#include "network.h"
#include "spikeloom/compile.h"

int main(void) {
  spikeloom_error* error = NULL;
  spikeloom_program* program = NULL;
  spikeloom_session* session = NULL;
  if (spikeloom_compile_text(network, ".", NULL, &program, &error) ||
      spikeloom_session_create(program, NULL, &session, &error))
    return puts(spikeloom_error_text(error)), 1;
  float current[INPUTS], spikes[NEURONS];
  const float* inputs[] = {current};
  int fired = 0;
  for (int t = 0; t < 200; ++t) {
    for (int i = 0; i < INPUTS; ++i) current[i] = current_of(t, i);
    if (spikeloom_session_step(session, inputs, 1, &error) ||
        spikeloom_session_read(session, "cells", spikes, NEURONS, &error))
      return puts(spikeloom_error_text(error)), 1;
    for (int j = 0; j < NEURONS; ++j) fired += spikes[j] != 0;
  }
  spikeloom_session_free(session);
  spikeloom_program_free(program);

  /* Every problem of a text, with its place. */
  const char* wrong =
      "{ \"spikeloom\": 1, \"nodes\": { \"a\": { \"type\": \"lif\", \"from\": \"b\", \"betta\": 1 } } }";
  if (spikeloom_compile_text(wrong, ".", NULL, &program, &error) != 3)
    return puts("a wrong graph was taken"), 1;
  const char* text = spikeloom_error_text(error);
  const int complete = strstr(text, "/nodes/a/from") && strstr(text, "betta");
  if (!complete) puts(text);
  spikeloom_error_free(error);
  return fired == 0 || !complete;
}
