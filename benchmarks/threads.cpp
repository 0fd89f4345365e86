#include "benchmarks/threads.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "benchmarks/compiled.h"
#include "benchmarks/measure.h"
#include "workloads/workload.h"

namespace spikeloom::benchmarks {
namespace {

namespace fs = std::filesystem;

constexpr int kAgain = 3;         // as many pairs for the second look
constexpr double kSlower = 1.05;  // the target
constexpr std::array<std::uint32_t, 4> kBatches = {1, 2, 32, 128};
/// Of all samples; what is larger takes long and tells nothing new.
constexpr std::uint64_t kMostInput = 1 << 25, kMostNeurons = 1 << 22;

/// A network and what is fed to it: rows of values for each input, used again and again.
struct Case {
  std::string name, graph;  // JSON
  fs::path folder = ".";
  std::uint32_t steps = 100;
  std::function<std::vector<float>(std::size_t inputs)> rows;
};

/// So many rows, each for one sample's step.
constexpr std::size_t kRows = 256;

std::function<std::vector<float>(std::size_t)> spikes_of(double density) {
  return [density](std::size_t inputs) { return bernoulli(kRows * inputs, density, 3); };
}

Case small_network(const std::string& name, std::vector<std::size_t> widths, double density) {
  std::vector<Stage> stages;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i)
    stages.push_back({.linear = "fc" + std::to_string(i),
                      .population = "lif" + std::to_string(i),
                      .inputs = widths[i],
                      .outputs = widths[i + 1],
                      .std = 0.1,
                      .neuron = {.kind = Kind::lif, .beta = 0.95f}});
  return {.name = name, .graph = feed_forward(stages, false), .rows = spikes_of(density)};
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (Workload& w : all_workloads(false)) {
    if (w.threads > 1 || w.is_optional) continue;
    // Batches are ours: of each network one of its rows will do.
    std::string name = w.name.substr(0, w.name.find("/b"));
    if (std::ranges::find(cases, name, &Case::name) != cases.end()) continue;
    auto rows = [input = w.input](std::size_t) { return input(); };
    cases.push_back({.name = name, .graph = w.graph, .steps = std::min(w.steps, 100u), .rows = rows});
    if (name == "W1/p0.01" || name == "W2/p0.01")
      for (const double density : {0.0, 0.5})
        cases.push_back({.name = name.substr(0, 4) + (density == 0 ? "0" : "0.50"),
                         .graph = w.graph,
                         .steps = w.steps,
                         .rows = spikes_of(density)});
  }
  for (const double density : {0.0, 0.1}) {
    const std::string end = density == 0 ? "/silent" : "";
    cases.push_back(small_network("small/8-8" + end, {8, 8}, density));
    cases.push_back(small_network("small/64-64-10" + end, {64, 64, 10}, density));
    cases.push_back(small_network("small/128-128" + end, {128, 128}, density));
    cases.push_back(small_network("small/256-256-256-10" + end, {256, 256, 256, 10}, density));
    cases.push_back(small_network("small/784-100-10" + end, {784, 100, 10}, density));
    cases.push_back(small_network("small/2048-64" + end, {2048, 64}, density));
    cases.push_back(small_network("small/64-2048" + end, {64, 2048}, density));
  }
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(SPIKELOOM_SOURCE_DIR "/graphs"))
    if (entry.path().extension() == ".json" && entry.path().filename() != "schema.json" &&
        entry.path().parent_path().filename() != "neurons")
      files.push_back(entry.path());
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    const std::string folder = file.parent_path().filename(), stem = file.stem();
    cases.push_back({.name = "graphs/" + folder + (stem == "network" ? "" : "/" + stem),
                     .graph = text_of(file),
                     .folder = file.parent_path(),
                     .rows = spikes_of(0.05)});
  }
  return cases;
}

/// A recorder as users have them; what it is given does not matter.
class Anything final : public Recorder {
 public:
  Result<void> record(const Block&) override { return {}; }
};

/// A session, and the rows that it is fed, [steps][batch][n] of each varying input.
class Runner {
 public:
  using Rows = std::map<std::string, std::vector<float>, std::less<>>;
  Runner(const Program& program, const Case& c, std::uint32_t batch, unsigned threads, const Rows& rows)
      : rows_(rows), batch_(batch), steps_(c.steps), session_(create(program, batch, threads)) {
    for (const spikeloom_signal& s : program.signals())
      if (s.role == SPIKELOOM_OUTPUT) or_exit(session_.record(s, recorder_));
  }
  void run() {
    or_exit(session_.reset());
    for (const spikeloom_signal* s : session_.program().constant_inputs())
      or_exit(session_.set_input(session_.program().name(*s), values(*s)));
    or_exit(session_.run_in_place(steps_,
                                  [&](std::string_view name, std::uint64_t first,
                                      std::uint32_t count) -> Result<std::span<const float>> {
                                    const std::span<const float> all = rows_.find(name)->second;
                                    const std::size_t row = all.size() / steps_;
                                    return all.subspan(first * row, count * row);
                                  }));
  }
  unsigned threads() const {
    return session_.threads_for(std::min(steps_, session_.program().table().block_steps));
  }
  std::vector<unsigned char> state() const { return session_.save(); }

 private:
  static Session create(const Program& program, std::uint32_t batch, unsigned threads) {
    SessionOptions options;
    options.batch = batch;
    options.threads = threads;
    return or_exit(Session::create(program, options));
  }
  std::span<const float> values(const spikeloom_signal& s) const {
    const std::span<const float> all = rows_.find(session_.program().name(s))->second;
    return all.first(std::size_t{batch_} * session_.program().size(s));
  }

  const Rows& rows_;
  std::uint32_t batch_, steps_;
  Anything recorder_;
  Session session_;
};

Runner::Rows rows_of(const Program& program, const Case& c, std::uint32_t batch) {
  Runner::Rows all;
  for (const spikeloom_signal& s : program.signals()) {
    if (s.role != SPIKELOOM_INPUT) continue;
    const std::size_t n = program.size(s), rows = std::size_t{batch} * c.steps;
    const std::vector<float> some = c.rows(n);
    std::vector<float>& values = all[std::string(program.name(s))];
    values.resize(rows * n);
    for (std::size_t i = 0; i < values.size(); i += some.size())
      std::copy_n(some.begin(), std::min(some.size(), values.size() - i),
                  values.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return all;
}

bool is_too_large(const Program& program, const Case& c, std::uint32_t batch) {
  std::uint64_t input = 0, neurons = 0;
  for (const spikeloom_signal& s : program.signals()) {
    if (s.role == SPIKELOOM_INPUT) input += std::uint64_t{batch} * c.steps * program.size(s);
    neurons += std::uint64_t{batch} * program.size(s);
  }
  return batch > 1 && (input > kMostInput || neurons > kMostNeurons);
}

struct Compared {
  unsigned threads = 1;  // that the plan picks where two are allowed
  double one = 0;        // seconds a sample and step, on one thread
  Spread ratio;          // two over one
  bool same = true;
};

Compared compare(const Program& program, const Case& c, std::uint32_t batch, int pairs) {
  const Runner::Rows rows = rows_of(program, c, batch);
  Runner one(program, c, batch, 1, rows), two(program, c, batch, 2, rows);
  const std::array<std::function<void()>, 2> ways = {[&] { one.run(); }, [&] { two.run(); }};
  const auto times = take_turns(ways, [] {}, pairs, Clock::wall);
  return {two.threads(), spread(times[0]).median / batch / c.steps, ratio(times[1], times[0]),
          one.state() == two.state()};
}

/// Prints a line.
Compared look(const Program& program, const Case& c, std::uint32_t batch, int pairs) {
  const Compared found = compare(program, c, batch, pairs);
  std::printf("%-32s %5u %7u %12.3f  %.2f (%.2f to %.2f)%s%s\n", c.name.c_str(), batch, found.threads,
              found.one * 1e6, found.ratio.median, found.ratio.low, found.ratio.high,
              found.ratio.median > kSlower ? "  slower" : "", found.same ? "" : "  differs");
  std::fflush(stdout);
  return found;
}

}  // namespace

int compare_threads(const std::regex& filter, int pairs) {
  std::printf("%-32s %5s %7s %12s  %s\n", "network", "batch", "threads", "us on one", "two / one");
  const std::vector<Case> cases = all_cases();
  std::vector<std::pair<const Case*, std::uint32_t>> slower;
  int wrong = 0, all = 0;
  for (const Case& c : cases) {
    if (!std::regex_search(c.name, filter)) continue;
    const Program program = or_exit(compile_text(c.graph, c.folder));
    for (const std::uint32_t batch : kBatches) {
      if (is_too_large(program, c, batch)) continue;
      const Compared found = look(program, c, batch, pairs);
      wrong += !found.same;
      if (found.ratio.median > kSlower) slower.emplace_back(&c, batch);
      ++all;
    }
  }
  std::printf("%zu of %d took more than %.2f times as long on two threads as on one\n", slower.size(), all,
              kSlower);
  if (slower.empty()) return wrong == 0 ? 0 : 1;
  // The worst of many lines are the unlucky ones: whether they are slower is told by a second look alone.
  std::printf("\nthese again, %d pairs each\n", kAgain * pairs);
  int still = 0, noise = 0;
  for (const auto& [c, batch] : slower) {
    const Compared found = look(or_exit(compile_text(c->graph, c->folder)), *c, batch, kAgain * pairs);
    wrong += !found.same;
    if (found.ratio.median > kSlower) ++(found.threads > 1 ? still : noise);
  }
  std::printf("%d of %zu did so again where the plan picks two threads, %d where both run the same code\n",
              still, slower.size(), noise);
  return wrong == 0 ? 0 : 1;
}

}  // namespace spikeloom::benchmarks
