// The compiler as a library: graph files to programs. No LLVM type appears here.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "spikeloom/runtime.h"

namespace spikeloom {

struct CompileOptions {
  unsigned lanes = 0;                           // 1, 4, 8, 16; 0: chosen from the CPU
  std::string cpu;                              // LLVM's name, such as "x86-64-v2"; "": this machine
  bool tensors_anywhere = false;                // let the graph read files outside its folder
  std::vector<Diagnostic>* warnings = nullptr;  // receives warnings; ignored when null
};

/// Reads, checks and compiles a graph file. Errors hold every problem of the file.
SPIKELOOM_API Result<Program> compile_file(const std::filesystem::path& graph,
                                           const CompileOptions& options = {});

/// The same for text; `folder` is where its tensor files lie.
SPIKELOOM_API Result<Program> compile_text(std::string_view json, const std::filesystem::path& folder,
                                           const CompileOptions& options = {});

}  // namespace spikeloom
