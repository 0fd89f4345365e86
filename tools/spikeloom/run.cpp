// spikeloom run: data through a network, into files, a picture and a summary.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>

#include "choices.h"
#include "initial.h"
#include "interrupt.h"
#include "labels.h"
#include "options.h"
#include "pictures.h"
#include "plot/write.h"
#include "progress.h"
#include "recording_file.h"
#include "run_report.h"
#include "stream.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

constexpr std::uint64_t kSavedStateLimit = 16ull << 30;

struct RunCommand {
  NetworkChoice network;
  MachineChoice machine;
  ThreadChoice threads;
  DataChoice data;
  StageChoice stages;
  std::string stream, raw, stream_output;  // "-": standard input
  std::string engine = has_code_generator() ? "jit" : "reference";
  std::string record, out, format, plot, labels, decode_output, save_state, load_state;
  std::string decode = "rate";
  std::uint32_t plot_sample = 0;
  bool events = false, json = false;
};

Result<std::vector<unsigned char>> read_bytes(const std::string& path) {
  TRY(const InputFile file, InputFile::open(path));
  if (file.size() > kSavedStateLimit)
    return Error(ErrorKind::limit,
                 "'" + escaped(path) + "' is too large for a saved state: " + bytes_text(file.size()));
  std::vector<unsigned char> bytes(file.size());
  TRY_VOID(file.read(0, bytes));
  return bytes;
}

/// Everything that can be wrong is found before the first step, so that no long run ends in a usage error.
class Run {
 public:
  static Result<Run> prepare(const RunCommand& options, const Terminal& terminal);
  Result<void> execute(std::stop_token stop, const Terminal& terminal);
  Result<void> write(const Terminal& terminal);
  const RunReport& report() const { return report_; }
  const Network& network() const { return *network_; }

 private:
  explicit Run(const RunCommand& options) : options_(options) {}
  Result<void> run_part(Engine& engine, std::uint32_t first, std::uint32_t count,
                        const RunOptions& run_options);
  Result<std::unique_ptr<Engine>> start_part(std::uint32_t first, std::uint32_t count) const;
  Result<void> prepare_stream(const DataRequest& request);
  Result<void> prepare_files(const Terminal& terminal);
  data::RunInfo info() const;

  const RunCommand& options_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<InputData> data_;
  std::unique_ptr<EngineMaker> maker_;
  std::vector<StateFile> states_;
  std::vector<unsigned char> saved_;
  std::optional<Recordings> recordings_;
  std::optional<data::Format> single_format_;
  std::optional<SingleFile> single_;
  std::optional<Stream> stream_;
  std::optional<LivePicture> picture_;
  RunReport report_;
};

Result<Run> Run::prepare(const RunCommand& options, const Terminal& terminal) {
  Run run(options);
  const bool is_compiled = options.engine == "jit";
  TargetChoice target = is_compiled ? options.machine.target(terminal) : TargetChoice();
  const std::jthread loading = is_compiled ? expect_code_generation(target.cache.get()) : std::jthread();
  TRY(Network network, options.network.load(terminal));
  run.network_ = std::make_unique<Network>(std::move(network));
  const Model& model = *run.network_->model;
  if (!options.plot.empty()) {
    TRY([[maybe_unused]] const plot::Format format, plot::format_of(options.plot));
  }
  std::vector<Selection> selections;
  for (const std::string& text : comma_separated(options.record)) {
    TRY(Selection selection, select(model, text));
    selections.push_back(std::move(selection));
  }
  if (!selections.empty() && options.out.empty() && options.plot.empty())
    return Error(ErrorKind::usage, "--record needs a place to write to",
                 "add --out FOLDER, or --plot FILE.png");
  if (options.events && options.out.empty()) return Error(ErrorKind::usage, "--events needs --out FOLDER");
  if (!options.format.empty() && options.out.empty())
    return Error(ErrorKind::usage, "--format needs --out FILE");
  if (!options.out.empty()) {
    TRY(run.single_format_, single_file_format(options.out, options.format));
    if (options.events && run.single_format_)
      return Error(ErrorKind::usage, "--events is of files in a folder, and --out names a single one",
                   "--out lif1.events.npy writes the events of a single output");
    TRY(run.report_.files, recorded_files(model, comma_separated(options.record), options.events));
    if (options.events && std::ranges::none_of(run.report_.files, &RecordedFile::is_events))
      terminal.say(
          "warning: --events is of spikes that --record names, and it names none; outputs are written as "
          "arrays");
  }

  TRY(DataRequest request, options.data.request(*run.network_));
  request.is_streamed = !options.stream.empty();
  if (!request.is_streamed && !(options.raw.empty() && options.stream_output.empty()))
    return Error(ErrorKind::usage, "--raw and --stream-output are of a stream",
                 "write '-' behind the network: its input comes from standard input then");
  if (request.is_streamed) TRY_VOID(run.prepare_stream(request));
  TRY(InputData data, InputData::open(model, request));
  run.data_ = std::make_unique<InputData>(std::move(data));
  RunReport& report = run.report_;
  report.samples = run.data_->samples();
  if (run.stream_ && report.samples != 1)
    return Error(ErrorKind::usage,
                 "a stream is of one sample, and the other inputs have " + std::to_string(report.samples),
                 "--samples 0 takes the first");
  TRY(run.states_, open_initial(*run.network_->model, options.data.initial, report.samples));
  report.inputs = run.data_->lines();
  for (const std::string& line : report.inputs) terminal.say(line);
  if (!options.labels.empty()) {
    TRY(auto labels, labels_of(options.labels, *run.data_, request.rules.samples));
    TRY(report.score,
        Score::open(model, {std::move(labels), options.labels, options.decode_output, options.decode}));
  }
  if (options.plot_sample >= report.samples)
    return Error(ErrorKind::usage, "there is no sample " + std::to_string(options.plot_sample) + " to plot",
                 "the data has " + std::to_string(report.samples) + ", counted from 0");

  StageTimes times = run.network_->times;
  TRY_VOID(options.stages.show(*run.network_, options.machine.target(), terminal));
  const auto start = std::chrono::steady_clock::now();
  if (!is_compiled) {
    run.maker_ = reference_maker(model);
  } else {
    target.times = &times;
    TRY(run.maker_, compiled_maker(model, target));
    drop_weights(*run.network_->model);
  }
  report.compile_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  options.stages.say_times(times, terminal);
  report.is_code_cached = run.maker_->is_code_cached();
  report.engine = run.maker_->name();
  report.cpu = run.maker_->cpu();
  report.lanes = run.maker_->lanes();
  report.hash = run.maker_->hash();
  report.seed = options.data.seed.value_or(model.seed);
  TRY(report.batch, batch_of(options.data, model, *run.maker_, report.samples));
  if (report.batch < report.samples && !(options.save_state.empty() && options.load_state.empty()))
    return Error(ErrorKind::usage, "a state is saved and loaded for all samples at once",
                 "leave out --batch");
  if (!options.load_state.empty()) {
    TRY(run.saved_, read_bytes(options.load_state));
    TRY(const auto engine, run.start_part(0, report.samples));  // refused here, not after the files were made
    report.first_step = engine->step_count();
  }
  if (!options.out.empty()) TRY_VOID(run.prepare_files(terminal));
  if (!options.plot.empty()) {
    const auto folder = std::filesystem::path(options.plot).parent_path();
    std::error_code problem;
    if (!folder.empty() && !std::filesystem::is_directory(folder, problem))
      return Error(ErrorKind::io, "there is no folder '" + escaped(folder.string()) + "' for the picture");
    // A network as small as a tutorial's shows its states without being asked.
    std::size_t neurons = 0;
    for (const ModelNode& node : model.nodes) neurons += node.states() > 0 ? node.size : 0;
    if (selections.empty() && neurons <= 3)
      for (std::uint32_t node = 0; node < model.nodes.size(); ++node)
        for (std::size_t state = 0; state < model.nodes[node].states(); ++state) {
          TRY(Selection selection,
              select(model, model.name_of({Signal::Of::node, node, static_cast<std::int32_t>(state)})));
          selections.push_back(std::move(selection));
        }
    run.picture_.emplace(*run.network_, selections, options.plot_sample, report.first_step,
                         run.data_->steps(), report.samples);
  }
  for (std::uint32_t node = 0; node < model.nodes.size(); ++node)
    if (!model.nodes[node].implicit && is_neuron_output(model, {Signal::Of::node, node, -1}))
      report.spikes.emplace_back(model.nodes[node].name, model.nodes[node].size);
  return run;
}

Result<void> Run::prepare_stream(const DataRequest& request) {
  if (!options_.plot.empty() || !options_.labels.empty())
    return Error(ErrorKind::usage, "a stream has no end that a picture or a score could wait for",
                 "--out FOLDER records it; plot draws what was recorded");
  if (options_.json)
    return Error(ErrorKind::usage, "--json and a stream would both write to standard output",
                 "--out FOLDER writes run.json");
  TRY(stream_, Stream::of(*network_->model, options_.stream_output, !options_.raw.empty(), request));
  return {};
}

Result<void> Run::prepare_files(const Terminal& terminal) {
  if (!single_format_) {
    TRY(recordings_, Recordings::create(options_.out, report_.files, report_.samples));
    return {};
  }
  std::vector<std::string> left_out;
  TRY(single_,
      SingleFile::create(options_.out, *single_format_, report_.files, *network_->model, info(), left_out));
  for (const std::string& what : left_out) terminal.say("warning: " + what + "; it is left out");
  return {};
}

data::RunInfo Run::info() const {
  data::RunInfo info;
  info.network = network_->model->name.empty() ? network_->file : network_->model->name;
  info.version = SPIKELOOM_VERSION;
  info.dt_ms = network_->dt_ms();
  info.seed = report_.seed;
  info.first_step = report_.first_step;
  info.steps = data_->steps();
  info.first_sample = data_->first_sample();
  info.samples = report_.samples;
  return info;
}

Result<std::unique_ptr<Engine>> Run::start_part(std::uint32_t first, std::uint32_t count) const {
  SessionOptions session;
  session.batch = count;
  session.first_sample = data_->first_sample() + first;
  session.seed = options_.data.seed;
  options_.threads.put_into(session);
  TRY(auto engine, maker_->make(session));
  if (!saved_.empty()) TRY_VOID(engine->restore(saved_));
  TRY_VOID(data_->set_constants(*engine, first, count));
  for (const StateFile& state : states_) TRY_VOID(set_state(state, *engine, first, count));
  return engine;
}

Result<void> Run::execute(std::stop_token stop, const Terminal& terminal) {
  const std::uint32_t parts = (report_.samples + report_.batch - 1) / report_.batch;
  Progress progress(terminal, data_->steps() * parts, parts > 1 ? "steps of all batches" : "steps");
  const auto start = std::chrono::steady_clock::now();
  for (std::uint32_t part = 0; part < parts && !report_.is_interrupted; ++part) {
    const std::uint32_t first = part * report_.batch,
                        count = std::min(report_.batch, report_.samples - first);
    TRY(auto engine, start_part(first, count));
    report_.threads = std::max(report_.threads, engine->threads());
    RunOptions run_options;
    run_options.stop = stop;
    run_options.progress = [&](std::uint64_t done, std::uint64_t steps) {
      progress.update(part * steps + done);
    };
    if (const auto ran = run_part(*engine, first, count, run_options); !ran) {
      // What was recorded until then is brought to disk all the same.
      if (single_) static_cast<void>(single_->write(info(), data_->labels()));
      return ran.error();
    }
  }
  report_.run_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (recordings_) TRY_VOID(recordings_->close());
  if (single_) {
    TRY(const std::string lost, single_->write(info(), data_->labels()));
    if (!lost.empty()) terminal.say("warning: " + lost);
  }
  return {};
}

Result<void> Run::run_part(Engine& engine, std::uint32_t first, std::uint32_t count,
                           const RunOptions& run_options) {
  if (recordings_) TRY_VOID(recordings_->attach(engine, first));
  if (single_) TRY_VOID(single_->attach(engine, first));
  if (picture_) TRY_VOID(picture_->attach(engine, first, count));
  for (SpikeTotal& total : report_.spikes) TRY_VOID(engine.record(total.name(), total, 0, SPIKELOOM_NONE));
  if (report_.score) TRY_VOID(report_.score->attach(engine));
  auto done = stream_
                  ? stream_->run(engine, run_options.stop)
                  : engine.run(data_->steps(), data_->source(first, count, engine.step_count()), run_options);
  // What was recorded until an error is brought to disk all the same.
  const auto finished = engine.finish_recording();
  if (!done) return done.error();
  if (!finished) return finished.error();
  report_.steps = first == 0 ? *done : std::min(report_.steps, *done);
  report_.is_interrupted = stream_ ? run_options.stop.stop_requested() : *done < data_->steps();
  if (report_.score) report_.score->take(first, count);
  if (!options_.save_state.empty()) {
    TRY(const auto bytes, engine.save());
    TRY_VOID(write_text(options_.save_state, std::string(bytes.begin(), bytes.end())));
  }
  return {};
}

Result<void> Run::write(const Terminal& terminal) {
  if (recordings_)
    TRY_VOID(write_text(std::filesystem::path(options_.out) / "run.json", run_json(*network_, report_)));
  if (picture_) {
    TRY(const plot::Figure figure, picture_->figure(*data_));
    TRY_VOID(plot::write(figure, options_.plot));
  }
  say_summary(terminal, *network_, report_);
  if (single_) terminal.say("wrote " + escaped(options_.out));
  if (recordings_) {
    std::vector<std::string> files;
    for (const RecordedFile& file : report_.files) files.push_back(file.file);
    files.emplace_back("run.json");
    terminal.say("wrote " + listed(files, "and") + " to " + escaped(options_.out));
  }
  if (picture_) terminal.say("wrote " + escaped(options_.plot));
  return {};
}

int run(const RunCommand& options, const Terminal& terminal) {
  const std::stop_token stop = stop_on_interrupt();
  auto prepared = Run::prepare(options, terminal);
  if (!prepared) return fail(terminal, prepared.error(), options.json);
  if (const auto executed = prepared->execute(stop, terminal); !executed)
    return fail(terminal, executed.error(), options.json);
  if (const auto written = prepared->write(terminal); !written)
    return fail(terminal, written.error(), options.json);
  if (options.json) terminal.data(run_json(prepared->network(), prepared->report()));
  if (!prepared->report().is_interrupted) return 0;
  terminal.say("interrupted after " + std::to_string(prepared->report().steps) +
               " steps; what was written is complete up to there");
  return static_cast<int>(ErrorKind::interrupted);
}

}  // namespace

void declare_run(OptionSet& set, Action& action) {
  auto options = std::make_shared<RunCommand>();
  options->network.declare(set);
  options->data.declare(set);
  set.option("--record", options->record, "what to record besides the outputs: lif1.mem,lif1[0:16],lif2")
      .value_name("LIST");
  set.option("stream", options->stream,
             "-: the input that varies comes from standard input as lines step,neuron[,value], and "
             "spikes go to standard output in the same form, after every step")
      .check([](const std::string& word) {
        return word == "-" ? std::string() : "data is given by --input " + word + "; '-' is standard input";
      })
      .value_name("-")
      .usage("[-]");
  set.option("--out", options->out,
             "folder for outputs, recordings and run.json; or a file: .npz, .csv, .nwb, .h5")
      .value_name("FOLDER|FILE");
  set.option("--format", options->format, "of --out FILE, where its ending does not say it")
      .value_name("npy|npz|csv|sonata|nwb|nirdata");
  set.flag(
      "--events", options->events,
      "spikes that --record names as events (step, sample, neuron) instead of arrays; outputs stay arrays");
  set.option("--plot", options->plot, "draw a raster, and traces of the recorded states")
      .value_name("FILE.svg|png");
  set.option("--plot-sample", options->plot_sample, "the sample to draw (0)").value_name("N");
  set.option("--labels", options->labels,
             "class of each sample: a .npy or .npz:array, or input where the data has them; prints the "
             "accuracy, and which classes are taken for which")
      .value_name("FILE|input");
  set.option(
         "--decode", options->decode,
         "what the class is known by: most spikes, the first spike, the largest membrane, or most spikes of "
         "the equal blocks of neurons that classes own (rate)")
      .value_name("rate|first|membrane|population[:CLASSES]");
  set.option("--decode-output", options->decode_output, "the output that is decoded (the first of spikes)")
      .value_name("NAME");
  set.option("--save-state", options->save_state, "save all states after the last step").value_name("FILE");
  set.option("--load-state", options->load_state, "go on from saved states").value_name("FILE");
  set.option("--engine", options->engine, "jit: compiled; reference: the plain interpreter")
      .one_of({"jit", "reference"})
      .value_name("jit|reference");
  set.option("--raw", options->raw, "with -: rows of float32 (little-endian), one a step, in place of lines")
      .one_of({"f32"})
      .value_name("f32");
  set.option("--stream-output", options->stream_output,
             "with -: the output or signal that is written (the first of spikes)")
      .value_name("NAME");
  options->machine.declare(set);
  options->machine.declare_perf_map(set);
  const Option dump = options->stages.declare(set);
  options->threads.declare(set);
  set.flag("--json", options->json, "print what run.json holds, and problems, to stdout").excludes(dump);
  action = [options](const Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace spikeloom::tool
