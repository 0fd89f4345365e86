// spikeloom plot: recorded files as a picture.
#include <algorithm>
#include <memory>

#include "interval.h"
#include "network.h"
#include "options.h"
#include "plot/counts.h"
#include "plot/raster.h"
#include "plot/trace.h"
#include "plot/write.h"
#include "recorded.h"
#include "support/text.h"
#include "support/try.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

constexpr std::size_t kMostPanels = 60;
constexpr std::size_t kMostTraces = 12;
constexpr std::uint64_t kMostCounts = 100000000;  // neurons

struct PlotOptions {
  std::vector<std::string> files;
  std::string output, kind = "auto", neurons, steps, title;
  std::uint32_t sample = 0;
  std::optional<float> threshold;
  std::optional<double> dt;
  double width = 960;
  bool json = false;
};

/// Neurons of a trace: those asked for, or the first few.
Result<std::vector<std::uint64_t>> neurons_of(const PlotOptions& options, std::uint64_t count) {
  std::vector<std::uint64_t> neurons;
  for (const std::string& part : comma_separated(options.neurons.empty() ? "0:3" : options.neurons)) {
    TRY(const Interval interval, interval_of(part, "--neurons"));
    for (std::uint64_t i = interval.first; i < std::min(interval.end, count) && neurons.size() < kMostTraces;
         ++i)
      neurons.push_back(i);
  }
  if (neurons.empty())
    return Error(ErrorKind::usage, "--neurons " + escaped(options.neurons) + " names none of " +
                                       std::to_string(count) + " neurons");
  return neurons;
}

struct Frame {
  plot::TimeAxis time;
  std::uint64_t end_step = 0;
};

Frame frame_of(const RecordedRun& run, const Interval& steps, std::optional<double> dt) {
  std::uint64_t first = UINT64_MAX, end = 0;
  for (const Recorded& r : run.recordings) {
    first = std::min(first, r.first_step);
    end = std::max(end, r.first_step + r.steps);
  }
  first = std::max(first, steps.first);
  end = std::min(end, steps.end);
  Frame frame;
  frame.end_step = std::max(end, first + 1);
  frame.time = {first, frame.end_step - first, dt ? dt : run.dt_ms};
  return frame;
}

Result<plot::Panel> raster_panel(const Recorded& recorded, const Frame& frame, std::uint32_t sample) {
  plot::Raster raster(recorded.name, frame.time, recorded.neurons);
  TRY_VOID(
      recorded.visit(sample, frame.time.first_step, frame.end_step, false,
                     [&](std::uint64_t step, std::uint64_t neuron, float) { raster.spike(step, neuron); }));
  return raster.panel();
}

Result<plot::Panel> count_panel(const Recorded& recorded, const Frame& frame, std::uint32_t sample) {
  if (recorded.neurons > kMostCounts)
    return Error(ErrorKind::limit, "'" + escaped(recorded.name) + "' has too many neurons to count: " +
                                       std::to_string(recorded.neurons));
  std::vector<std::uint64_t> counts(recorded.neurons);
  TRY_VOID(recorded.visit(sample, frame.time.first_step, frame.end_step, false,
                          [&](std::uint64_t, std::uint64_t neuron, float) { ++counts[neuron]; }));
  return plot::counts_panel(recorded.name, counts);
}

Result<plot::Panel> trace_panel(const Recorded& recorded, const RecordedRun& run, const Frame& frame,
                                const PlotOptions& options) {
  TRY(const std::vector<std::uint64_t> neurons, neurons_of(options, recorded.neurons));
  std::vector<std::string> names;
  for (const std::uint64_t neuron : neurons) names.push_back("neuron " + std::to_string(neuron));
  plot::Trace trace(recorded.name, frame.time, names);
  trace.set_quantity(recorded.quantity);
  if (recorded.neurons > 1)
    trace.set_note(std::to_string(neurons.size()) + " of " + std::to_string(recorded.neurons) + " neurons");
  const bool is_membrane = recorded.name.ends_with(".mem") || run.recordings.size() == 1;
  if (options.threshold && is_membrane)
    trace.set_threshold(*options.threshold);
  else if (recorded.threshold)
    trace.set_threshold(*recorded.threshold);
  const auto line_of = [&](std::uint64_t neuron) {
    return static_cast<std::size_t>(std::ranges::find(neurons, neuron) -
                                    neurons.begin());  // size(): not drawn
  };
  TRY_VOID(recorded.visit(options.sample, frame.time.first_step, frame.end_step, true,
                          [&](std::uint64_t step, std::uint64_t neuron, float value) {
                            trace.value(step, line_of(neuron), value);
                          }));
  for (const Recorded& other : run.recordings)
    if (other.kind == Recorded::Kind::spikes && other.name == recorded.node() &&
        recorded.name.ends_with(".mem") && other.neurons == recorded.neurons &&
        options.sample < other.samples)
      TRY_VOID(other.visit(
          options.sample, frame.time.first_step, frame.end_step, false,
          [&](std::uint64_t step, std::uint64_t neuron, float) { trace.spike(step, line_of(neuron)); }));
  return trace.panel();
}

Result<plot::Figure> figure_of(const RecordedRun& run, const PlotOptions& options) {
  TRY(const Interval steps,
      options.steps.empty() ? Result<Interval>(Interval{}) : interval_of(options.steps, "--steps"));
  const Frame frame = frame_of(run, steps, options.dt);
  plot::Figure figure;
  figure.title = options.title.empty() ? run.title : options.title;
  figure.width = options.width;
  figure.shares_x = options.kind != "counts";
  std::uint32_t samples = 1;
  for (const Recorded& recorded : run.recordings) {
    samples = std::max(samples, recorded.samples);
    if (options.sample >= recorded.samples && recorded.samples > 1)
      return Error(ErrorKind::usage,
                   "'" + escaped(recorded.name) + "' has no sample " + std::to_string(options.sample),
                   "it has " + std::to_string(recorded.samples) + ", counted from 0");
    const bool is_raster =
        options.kind == "raster" || (options.kind == "auto" && recorded.kind == Recorded::Kind::spikes);
    // A single recording without samples serves every sample.
    PlotOptions shown = options;
    if (recorded.samples == 1) shown.sample = 0;
    if (options.kind == "counts" && recorded.kind == Recorded::Kind::values) continue;
    TRY(plot::Panel panel, options.kind == "counts" ? count_panel(recorded, frame, shown.sample)
                           : is_raster              ? raster_panel(recorded, frame, shown.sample)
                                                    : trace_panel(recorded, run, frame, shown));
    figure.panels.push_back(std::move(panel));
    if (figure.panels.size() == kMostPanels) break;
  }
  if (figure.panels.empty()) return Error(ErrorKind::usage, "there are no spikes to count in these files");
  if (samples > 1)
    figure.note = "sample " + std::to_string(options.sample) + " of " + std::to_string(samples);
  return figure;
}

Result<void> draw(const PlotOptions& options, const Terminal& terminal) {
  if (const auto format = plot::format_of(options.output); !format) return format.error();
  RecordedRun run;
  for (const std::string& file : options.files) TRY_VOID(add_recorded(file, run));
  if (run.recordings.empty()) return Error(ErrorKind::invalid, "this run recorded nothing");
  TRY(const plot::Figure figure, figure_of(run, options));
  TRY_VOID(plot::write(figure, options.output));
  terminal.say("wrote " + escaped(options.output));
  return {};
}

}  // namespace

void declare_plot(OptionSet& set, Action& action) {
  auto options = std::make_shared<PlotOptions>();
  set.option("files", options->files, "folders of runs, or .npy files, time first")
      .required()
      .value_name("FOLDER|FILE.npy");
  set.option("--output,-o", options->output, "the picture").required().value_name("FILE.svg|png");
  set.option("--kind", options->kind, "what to draw (by the file: spikes as raster, values as trace)")
      .one_of({"auto", "raster", "trace", "counts"})
      .value_name("raster|trace|counts");
  set.option("--sample", options->sample, "which sample (0)").value_name("N");
  set.option("--neurons", options->neurons, "neurons of a trace: 0:3 or 0,5,7 (the first three)")
      .value_name("LIST");
  set.option("--steps", options->steps, "part of the time: 100:200").value_name("FIRST:END");
  set.option("--threshold", options->threshold, "draw a threshold line over membrane traces").value_name("X");
  set.option("--dt", options->dt, "ms per step, for an axis in ms").positive().value_name("MS");
  set.option("--title", options->title, "title of the picture").value_name("TEXT");
  set.option("--width", options->width, "width in pixels (960)").between(300.0, 4000.0).value_name("PX");
  set.flag("--json", options->json, "print problems to stdout as JSON");
  action = [options](const Terminal& terminal) {
    const auto drawn = draw(*options, terminal);
    return drawn ? 0 : fail(terminal, drawn.error(), options->json);
  };
}

}  // namespace spikeloom::tool
