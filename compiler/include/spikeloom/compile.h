/* The compiler for C: graph files to programs. Errors and handles as in spikeloom/spikeloom.h. */
#ifndef SPIKELOOM_COMPILE_H
#define SPIKELOOM_COMPILE_H

#include "spikeloom/spikeloom.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spikeloom_compile_options {
  unsigned lanes;       /* 1, 4, 8, 16; 0: chosen from the CPU */
  const char* cpu;      /* LLVM's name, such as "x86-64-v2"; null: this machine */
  int tensors_anywhere; /* 1: the graph may read files outside its folder */
  /* Receives each warning as text; may be null. */
  void (*warn)(void* user, const char* text);
  void* user;
  /* Where compiled code is kept for the next start; null: nowhere. One that others could write to is not
   * used, with a warning. */
  const char* cache_directory;
  const char* perf_map; /* a new file in which Linux `perf` finds the kernels' names; null: none */
} spikeloom_compile_options;

/* Reads, checks and compiles a graph file. The error's text holds every problem of the file. `options` may be
 * null. */
SPIKELOOM_API int spikeloom_compile_file(const char* graph, const spikeloom_compile_options* options,
                                         spikeloom_program** program, spikeloom_error** error);

/* The same for text; `folder` is where its tensor files lie. */
SPIKELOOM_API int spikeloom_compile_text(const char* json, const char* folder,
                                         const spikeloom_compile_options* options,
                                         spikeloom_program** program, spikeloom_error** error);

#ifdef __cplusplus
}
#endif
#endif
