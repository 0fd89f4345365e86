// The compiler as a library: graph files to programs. No LLVM type appears here.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "spikeloom/runtime.h"

namespace spikeloom {

/// How a compilation went.
struct CompileReport {
  struct Stage {
    std::string name;  // "graph", "model", "plan", "program": in the order in which they ran
    double seconds = 0;
  };
  std::vector<Stage> stages;
  bool code_from_cache = false;  // no code had to be generated
};

struct CompileOptions {
  unsigned lanes = 0;             // 1, 4, 8, 16; 0: chosen from the CPU
  std::string cpu;                // LLVM's name, such as "x86-64-v2"; "": this machine
  bool tensors_anywhere = false;  // let the graph read files outside its folder

  /// Where compiled code is kept for the next start; "": nowhere. The folder is made if it is missing. One
  /// that others could write to is not used, with a warning.
  std::filesystem::path cache_directory;
  /// A new file in which Linux `perf` finds the kernels' names, /tmp/perf-<process>.map; "": none.
  std::filesystem::path perf_map;

  std::vector<Diagnostic>* warnings = nullptr;  // receives warnings; ignored when null
  CompileReport* report = nullptr;              // filled in; ignored when null
};

/// Reads, checks and compiles a graph file. Errors hold every problem of the file.
SPIKELOOM_API Result<Program> compile_file(const std::filesystem::path& graph,
                                           const CompileOptions& options = {});

/// The same for text; `folder` is where its tensor files lie.
SPIKELOOM_API Result<Program> compile_text(std::string_view json, const std::filesystem::path& folder,
                                           const CompileOptions& options = {});

}  // namespace spikeloom
