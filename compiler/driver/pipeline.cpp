#include "driver/pipeline.h"

#include <exception>
#include <new>
#include <optional>
#include <thread>

#include "cache/code_cache.h"
#include "driver/stages.h"
#include "schedule/plan.h"
#include "support/check.h"
#include "support/rounding.h"
#include "support/try.h"

namespace spikeloom {
namespace {

std::unique_ptr<Graph> read(const GraphSource& source, const GraphOptions& options, Report& report) {
  if (source.text.data() == nullptr) return read_graph_file(source.file, options, report);
  return read_graph(source.text, source.file, source.folder, options, report);
}

Error too_much_memory(std::uint64_t bytes, std::uint64_t most) {
  return Error(ErrorKind::limit, "weights and parameters would take " + std::to_string(bytes >> 20) +
                                     " MiB, more than the limit of " + std::to_string(most >> 20) + " MiB");
}

/// Nothing if there is to be none, or it cannot be used, which is worth a warning only.
std::optional<CodeCache> open_cache(const std::filesystem::path& folder, Report& report) {
  if (folder.empty()) return std::nullopt;
  auto cache = CodeCache::open(folder);
  if (cache) return *std::move(cache);
  report.add(cache_is_off(cache.error()));
  return std::nullopt;
}

}  // namespace

/// The compiler on one page: a graph's text becomes a Graph, a Model, a Plan and a Program, each from the one
/// before.
static Result<Program> run_stages(const GraphSource& source, const PipelineOptions& o, Report& report) {
  // Fixed values are computed here, and rounding is part of their meaning.
  const NearestRounding rounding;
  Stages log(o);
  // Where code is not kept, it will be generated.
  const std::jthread loading =
      o.compile.cache_directory.empty() ? load_code_generator_early() : std::jthread();
  GraphOptions graph_options = o.graph;
  graph_options.tensors_anywhere = o.compile.tensors_anywhere;

  // A graph with problems still becomes a model, so that all problems of a file are found at once.
  const auto graph = log("graph", [&] { return read(source, graph_options, report); });
  if (!graph) return report.error();
  const auto model = log("model", [&] { return build_model(*graph, o.model, report); });
  if (!model || !report.ok()) return report.error();
  check_stage(*model);

  TRY(const Target target, resolve_target({.lanes = o.compile.lanes, .cpu = o.compile.cpu}));
  // Packed weights are the largest thing that a small file can ask for.
  if (const std::uint64_t bytes = constant_bytes(*model); bytes > o.constant_bytes)
    return too_much_memory(bytes, o.constant_bytes);
  const Plan plan = log("plan", [&] { return make_plan(*model, target); });
  check_stage(plan);

  std::string llvm, assembly;
  std::size_t generated = 0;
  const std::optional<CodeCache> cache = open_cache(o.compile.cache_directory, report);
  auto program = log("program", [&] {
    return generate(plan, {.limits = o.code,
                           .cache = cache ? &*cache : nullptr,
                           .perf_map = o.compile.perf_map,
                           .dump_llvm = log.wants("llvm") ? &llvm : nullptr,
                           .dump_asm = log.wants("asm") ? &assembly : nullptr,
                           .generated = &generated});
  });
  if (o.compile.report) o.compile.report->code_from_cache = generated == 0;
  log.show("llvm", llvm);
  log.show("asm", assembly);
  return program;
}

/// Nothing that goes wrong inside reaches the caller as an exception.
Result<Program> compile(const GraphSource& source, const PipelineOptions& options) {
  Report report;
  try {
    auto program = run_stages(source, options, report);
    if (options.compile.warnings)
      for (const Diagnostic& d : report.diagnostics())
        if (d.severity == Diagnostic::Severity::warning) options.compile.warnings->push_back(d);
    return program;
  } catch (const InternalError& e) {
    return Error(ErrorKind::internal, e.what());
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::limit, "there is not enough memory to compile this network");
  } catch (const std::exception& e) {
    return Error(ErrorKind::internal,
                 std::string("internal error: ") + e.what() + "; please report it with the graph");
  }
}

Result<Program> compile_file(const std::filesystem::path& graph, const CompileOptions& options) {
  return compile({.text = {}, .file = graph.string(), .folder = graph.parent_path()}, {.compile = options});
}

Result<Program> compile_text(std::string_view json, const std::filesystem::path& folder,
                             const CompileOptions& options) {
  // An empty view may have no address, which would mean a file.
  const std::string_view text = json.data() ? json : std::string_view("");
  return compile({.text = text, .file = {}, .folder = folder}, {.compile = options});
}

}  // namespace spikeloom
