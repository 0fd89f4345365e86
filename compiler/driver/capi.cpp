#include "capi/handles.h"
#include "spikeloom/compile.h"
#include "spikeloom/compiler.h"

using spikeloom::CompileOptions;
using spikeloom::Diagnostic;
using spikeloom::Program;
using spikeloom::Result;
using spikeloom::capi::guarded;
using spikeloom::capi::missing;

namespace {

/// Compiles by `compile(options)` and hands out the program.
template <class Compile>
int compiled(const spikeloom_compile_options* options, spikeloom_program** program, spikeloom_error** error,
             bool complete, Compile compile) {
  return guarded(error, [&]() -> Result<void> {
    if (!program || !complete) return missing("graph, text, folder or program");
    CompileOptions wanted;
    std::vector<Diagnostic> warnings;
    wanted.warnings = &warnings;
    if (options) {
      wanted.lanes = options->lanes;
      wanted.cpu = options->cpu ? options->cpu : "";
      wanted.tensors_anywhere = options->tensors_anywhere != 0;
      wanted.cache_directory = options->cache_directory ? options->cache_directory : "";
      wanted.perf_map = options->perf_map ? options->perf_map : "";
    }
    Result<Program> result = compile(wanted);
    if (options && options->warn)
      for (const Diagnostic& warning : warnings) options->warn(options->user, warning.text().c_str());
    if (!result) return result.error();
    *program = new spikeloom_program{*std::move(result)};
    return {};
  });
}

}  // namespace

extern "C" {

int spikeloom_compile_file(const char* graph, const spikeloom_compile_options* options,
                           spikeloom_program** program, spikeloom_error** error) {
  return compiled(options, program, error, graph != nullptr,
                  [&](const CompileOptions& wanted) { return spikeloom::compile_file(graph, wanted); });
}

int spikeloom_compile_text(const char* json, const char* folder, const spikeloom_compile_options* options,
                           spikeloom_program** program, spikeloom_error** error) {
  return compiled(
      options, program, error, json != nullptr && folder != nullptr,
      [&](const CompileOptions& wanted) { return spikeloom::compile_text(json, folder, wanted); });
}

}  // extern "C"
