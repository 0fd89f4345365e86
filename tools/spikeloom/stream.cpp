#include "stream.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <csignal>
#include <vector>

#include "data/stream_lines.h"
#include "spikeloom/recorder.h"
#include "standard_input.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

static_assert(std::endian::native == std::endian::little, "rows of --raw f32 are this machine's");

/// Writes what the session computes as soon as it has: lines of what is not 0, or whole rows.
class Writer final : public Recorder {
 public:
  explicit Writer(bool is_raw) : is_raw_(is_raw) {}

  Result<void> record(const Block& block) override {
    row_.resize(block.neurons);
    for (std::uint32_t step = 0; step < block.steps; ++step) {
      block.copy_row(step, 0, row_);
      if (is_raw_)
        text_.append(reinterpret_cast<const char*>(row_.data()), row_.size() * sizeof(float));
      else
        append_lines(block.first_step + step, block.first_neuron);
      if (text_.size() >= kMost) TRY_VOID(flush());
    }
    return flush();
  }

 private:
  static constexpr std::size_t kMost = 1u << 20;

  Result<void> flush() {
    const auto written = write_out(text_);
    text_.clear();
    return written;
  }
  void append_lines(std::uint64_t step, std::uint32_t first_neuron) {
    for (std::size_t i = 0; i < row_.size(); ++i) {
      if (row_[i] == 0) continue;
      append(step);
      text_ += ',';
      append(first_neuron + i);
      if (row_[i] != 1) {
        text_ += ',';
        append(row_[i]);
      }
      text_ += '\n';
    }
  }
  template <class T>
  void append(T value) {
    std::array<char, 40> digits{};
    text_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
  }

  bool is_raw_;
  std::vector<float> row_;
  std::string text_;
};

/// The steps of a stream, one after the other.
class Streamer {
 public:
  Streamer(const Stream& stream, Engine& engine, std::stop_token stop)
      : stream_(stream), engine_(engine), stop_(std::move(stop)), input_(stop_), row_(stream.n) {}

  Result<std::uint64_t> lines();
  Result<std::uint64_t> rows();

 private:
  bool is_done() const { return stop_.stop_requested() || (stream_.steps && done_ >= *stream_.steps); }

  /// The row in the first of `steps` steps, zeros in those behind it; then the row is zeros.
  Result<void> advance(std::uint64_t steps) {
    const std::uint64_t first = engine_.step_count();
    const InputSource source = [&](std::string_view, std::uint64_t step, std::uint32_t,
                                   std::span<float> rows) -> Result<void> {
      std::ranges::fill(rows, 0.0f);
      if (step == first) std::ranges::copy(row_, rows.begin());
      return {};
    };
    RunOptions options;
    options.stop = stop_;
    TRY(const std::uint64_t ran, engine_.run(steps, source, options));
    done_ += ran;
    std::ranges::fill(row_, 0.0f);
    return {};
  }

  const Stream& stream_;
  Engine& engine_;
  std::stop_token stop_;
  StandardInput input_;
  std::vector<float> row_;  // of the step that has begun
  std::uint64_t done_ = 0;
};

Result<std::uint64_t> Streamer::lines() {
  const std::uint64_t first = engine_.step_count();
  data::StreamLines reader(stream_.n, first);
  bool has_begun = false;  // the step of row_
  while (!is_done()) {
    TRY(const auto line, input_.line(data::kLongestLine));
    if (!line) break;
    TRY(const auto event, reader.read(*line));
    if (!event) continue;
    const std::uint64_t behind = event->step - first - done_;
    if (behind > 0) {
      TRY_VOID(advance(stream_.steps ? std::min(behind, *stream_.steps - done_) : behind));
      if (is_done()) break;
    }
    has_begun = true;
    if (!event->has_event) continue;
    float& value = row_[event->neuron];
    value = stream_.several == data::Several::one ? 1.0f : value + event->value;
    if (!std::isfinite(value))
      return reader.error("the values of neuron " + std::to_string(event->neuron) +
                              " in this step add up to more than a float32 holds",
                          "a finite sum", std::string(*line));
  }
  if (is_done()) return done_;
  if (has_begun) TRY_VOID(advance(1));
  if (stream_.steps && !is_done()) TRY_VOID(advance(*stream_.steps - done_));
  return done_;
}

Result<std::uint64_t> Streamer::rows() {
  const auto bytes = std::as_writable_bytes(std::span(row_));
  const std::span<unsigned char> into(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size());
  std::vector<float> held(stream_.n);
  while (!is_done()) {
    TRY(const std::size_t got, input_.take(into));
    if (stop_.stop_requested()) break;
    const auto refused = [&](std::string what, std::string expected, std::string text) {
      return data::line_error("-", 0, "row " + std::to_string(done_ + 1) + ": " + std::move(what),
                              std::move(expected), std::move(text));
    };
    if (got == 0 && !stream_.steps) break;
    if (got == 0 && stream_.pad != Pad::none) {
      if (stream_.pad == Pad::hold) std::ranges::copy(held, row_.begin());
    } else if (got < into.size()) {
      return refused(got == 0 ? "the input has ended" : "the input ends within the row",
                     std::to_string(stream_.n) + " numbers of 4 bytes a step",
                     std::to_string(got) + " bytes");
    }
    for (std::size_t i = 0; i < row_.size(); ++i)
      if (!std::isfinite(row_[i]))
        return refused("number " + std::to_string(i) + " is not finite", "finite numbers",
                       std::isnan(row_[i]) ? "nan"
                       : row_[i] > 0       ? "inf"
                                           : "-inf");
    held = row_;
    TRY_VOID(advance(1));
  }
  return done_;
}

}  // namespace

Result<Stream> Stream::of(const Model& model, const std::string& output, bool is_raw,
                          const DataRequest& request) {
  Stream stream;
  stream.is_raw = is_raw;
  stream.steps = request.steps;
  stream.pad = request.pad;
  stream.several = request.rules.several;
  std::vector<std::string> varying;
  for (const ModelInput& input : model.inputs)
    if (!input.constant) {
      varying.push_back(input.name);
      stream.input = input.name;
      stream.n = input.size;
    }
  if (varying.size() != 1)
    return Error(ErrorKind::usage,
                 varying.empty() ? "no input of this network varies with time, so there is nothing to stream"
                                 : "a stream feeds a single input, and this network has " +
                                       std::to_string(varying.size()) + " that vary",
                 varying.empty() ? "leave out the '-'" : "they are " + listed(varying, "and"));
  std::string wanted = output;
  std::vector<std::string> names;
  for (const ModelOutput& out : model.outputs) {
    names.push_back(out.name);
    if (wanted.empty() && is_neuron_output(model, out.signal)) wanted = out.name;
  }
  if (wanted.empty() && !names.empty()) wanted = names.front();
  if (wanted.empty())
    return Error(ErrorKind::usage, "the network has no output to write",
                 "name one under \"outputs\" in the graph, or --stream-output lif1");
  for (const ModelOutput& out : model.outputs)
    if (out.name == wanted) wanted = model.name_of(out.signal);
  TRY(stream.output, select(model, wanted));
  return stream;
}

Result<std::uint64_t> Stream::run(Engine& engine, std::stop_token stop) const {
  // A reader that goes away is an error of ours, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  Writer writer(is_raw);
  TRY_VOID(engine.record(output.signal, writer, output.first, output.count));
  Streamer streamer(*this, engine, std::move(stop));
  auto done = is_raw ? streamer.rows() : streamer.lines();
  // The engine must not keep a writer that goes.
  const auto finished = engine.finish_recording();
  if (done && !finished) return finished.error();
  return done;
}

}  // namespace spikeloom::tool
