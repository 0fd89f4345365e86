#include "spikeloom/session.h"

#include <algorithm>

#include "session/impl.h"
#include "session/lookup.h"
#include "session/rows.h"
#include "support/file.h"

namespace spikeloom {
namespace {

/// What an InputSource is asked for at a time: it is checked and listed while it is in the cache.
constexpr std::uint64_t kPieceBytes = 64 << 10;
/// Inputs of a block of many samples; the samples then share the weights, and short blocks lose little.
constexpr std::uint64_t kBlockInputBytes = 32 << 20;
constexpr std::uint64_t kLeastSharedBlock = 8;
constexpr unsigned kMostThreads = 1024;

std::string quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

Error too_large(std::uint64_t bytes, const SessionOptions& options) {
  return Error(ErrorKind::limit,
               "a session of batch " + std::to_string(options.batch) + " needs " + bytes_text(bytes) +
                   " of memory, the limit is " + bytes_text(options.memory_limit),
               "take a smaller batch or raise the limit");
}

Error wrong_count(std::string_view what, std::string_view name, std::size_t got, std::uint64_t batch,
                  std::uint64_t n, bool may_be_shared) {
  Error error(ErrorKind::usage, "wrong number of values for " + std::string(what) + " " + quoted(name));
  std::string expected =
      std::to_string(batch * n) + " (batch " + std::to_string(batch) + " x " + std::to_string(n);
  expected += may_be_shared && batch != 1 ? "), or " + std::to_string(n) + " for all samples" : ")";
  error.diagnostics[0].expected = std::move(expected);
  error.diagnostics[0].got = std::to_string(got);
  return error;
}

/// A counter that the program holds as a byte.
Error not_a_count(std::string_view state, float value, std::size_t neuron) {
  Error error(ErrorKind::usage, quoted(state) + " counts steps, and neuron " + std::to_string(neuron) +
                                    " is given what it cannot count to");
  error.diagnostics[0].expected = "a whole number from 0 to 255";
  error.diagnostics[0].got = std::to_string(value);
  return error;
}

/// a + b, or the largest number when that is beyond it.
std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/// One row for all samples becomes one for each.
std::vector<float> for_all_samples(std::span<const float> values, std::uint32_t batch, std::uint32_t n) {
  if (values.size() != n) return {values.begin(), values.end()};
  std::vector<float> all;
  all.reserve(std::size_t{batch} * n);
  for (std::uint32_t sample = 0; sample < batch; ++sample)
    all.insert(all.end(), values.begin(), values.end());
  return all;
}

/// Steps that samples share weights for, at most, so that their inputs take bounded memory.
std::uint64_t longest_shared_block(const Program& program, std::uint32_t batch) {
  const std::uint64_t block_steps = program.table().block_steps;
  std::uint64_t step_bytes = 0;
  for (const spikeloom_signal* s : program.varying_inputs())
    step_bytes += program.table().buffer[s->buffer].row_bytes;
  if (batch == 1 || step_bytes == 0) return block_steps;
  return std::clamp(kBlockInputBytes / batch / step_bytes, std::min(kLeastSharedBlock, block_steps),
                    block_steps);
}

/// As many as were asked for and may pay, at least 1.
unsigned wanted_threads(const spikeloom_table& table, const SessionOptions& options) {
  if (options.threads == 1) return 1;
  if (options.sharing != Sharing::where_it_pays) return std::clamp(options.threads, 1u, kMostThreads);
  const unsigned cores = std::min(usable_cores(), kMostThreads);
  const Shares shares(loads_of(table), options.batch,
                      options.threads == 0 ? cores : std::min(options.threads, cores));
  return shares.choose(table.block_steps).threads;
}

}  // namespace

bool Session::Impl::is_overwritten(std::uint32_t index) const {
  if (buffer(index).slots > 1 || buffer(index).memory != SPIKELOOM_STATE) return false;
  const spikeloom_table& table = program.table();
  // What a stage that runs once reads or writes stays as it is.
  for (const spikeloom_segment& segment : std::span(table.segment, table.segments)) {
    if (!segment.once) continue;
    for (const spikeloom_stage& stage : std::span(table.stage + segment.first_stage, segment.stages))
      for (const spikeloom_operand& o : std::span(table.operand + stage.first_operand, stage.operands))
        if (o.buffer == index) return false;
  }
  return std::none_of(constants.begin(), constants.end(),
                      [&](const ConstantInput& input) { return input.signal->buffer == index; });
}

void Session::Impl::write_constant(const ConstantInput& input) {
  write_rows(run, input.signal->buffer, 0, input.values);
  run.settled = 0;
}

void Session::Impl::reset() {
  spikeloom_reset(&run);
  for (const ConstantInput& input : constants)
    if (input.is_set) write_constant(input);
}

// Besides the driver's own cuts, what is written before a block and read after it may not wrap around either.
std::uint32_t Session::Impl::block(std::uint64_t wanted) const {
  std::uint64_t steps =
      spikeloom_block(&run, static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, UINT32_MAX)));
  const auto cut = [&](std::uint32_t index) {
    const std::uint32_t slots = buffer(index).slots;
    steps = std::min<std::uint64_t>(steps, longest_block(index));
    const std::uint64_t now = buffer(index).reach == 0 ? run.step - run.origin : run.step;
    if (slots > 1) steps = std::min(steps, slots - now % slots);
  };
  for (const VaryingInput& input : varying)
    if (!input.is_given) cut(input.signal->buffer);
  steps = std::min(steps, longest_shared_block(program, options.batch));
  for (const Tap& tap : taps)
    if (buffer(tap.buffer).memory != SPIKELOOM_GIVEN) cut(tap.buffer);
  return static_cast<std::uint32_t>(steps);
}

Result<void> Session::Impl::fill_input(VaryingInput& input, const InputSource& source, std::uint64_t now,
                                       std::uint32_t steps) {
  const std::uint32_t index = input.signal->buffer;
  const std::size_t step_values = std::size_t{options.batch} * buffer(index).count;
  input.rows.resize(input.staged);
  for (std::uint32_t done = 0; done < steps;) {
    const std::uint64_t first = now + done;
    const std::uint32_t piece = std::min(input.piece, steps - done);
    // The slots of a single sample follow each other: rows without padding are one piece of memory.
    float* to = input.is_given     ? input.rows.data() + done * step_values
                : input.staged > 0 ? input.rows.data()
                                   : reinterpret_cast<float*>(spikeloom_row(&run, index, first, 0));
    const std::span<float> rows(to, piece * step_values);
    if (Result<void> filled = source(program.name(*input.signal), first, piece, rows); !filled) return filled;
    if (Result<void> taken = take_rows(input, rows, first, piece); !taken) return taken;
    done += piece;
  }
  if (input.is_given) give(input, input.rows.data(), now);
  return {};
}

Result<void> Session::Impl::take_rows(const VaryingInput& input, std::span<const float> rows,
                                      std::uint64_t first, std::uint32_t steps) {
  const std::uint32_t index = input.signal->buffer;
  const std::size_t step_values = rows.size() / steps;
  // Checked while it is in the cache.
  for (std::uint32_t done = 0; done < steps;) {
    const std::uint32_t piece = std::min(input.piece, steps - done);
    const std::span<const float> some = rows.subspan(done * step_values, piece * step_values);
    if (const std::size_t bad = first_not_finite(some); bad != some.size())
      return not_finite(*input.signal, some, bad, first + done);
    const bool in_place = !input.is_given && some.data() == reinterpret_cast<const float*>(
                                                                spikeloom_row(&run, index, first + done, 0));
    if (!input.is_given && !in_place)
      for (std::uint32_t s = 0; s < piece; ++s)
        write_rows(run, index, first + done + s, some.subspan(s * step_values, step_values));
    done += piece;
  }
  return {};
}

void Session::Impl::give(const VaryingInput& input, const float* rows, std::uint64_t first) {
  const std::size_t row = std::size_t{buffer(input.signal->buffer).count} * sizeof(float);
  given[input.signal->buffer] = {.rows = reinterpret_cast<const unsigned char*>(rows),
                                 .first_step = first,
                                 .step_stride = row * options.batch,
                                 .sample_stride = row};
}

Result<void> Session::Impl::ready_to_run() const {
  for (const ConstantInput& input : constants)
    if (!input.is_set)
      return Error(ErrorKind::usage, "input " + quoted(program.name(*input.signal)) + " has no values yet",
                   "it is constant: give it once with set_input");
  return {};
}

Error Session::Impl::not_finite(const spikeloom_signal& signal, std::span<const float> values, std::size_t at,
                                std::uint64_t step) const {
  const std::uint32_t n = program.size(signal);
  const std::size_t row = at / n;
  std::string what = quoted(program.name(signal)) + " is not finite at ";
  if (signal.role == SPIKELOOM_INPUT && !signal.constant)
    what += "step " + std::to_string(step + row / options.batch) + ", ";
  what += "sample " + std::to_string(options.first_sample + std::uint64_t{row % options.batch}) +
          ", neuron " + std::to_string(at % n);
  Error error(ErrorKind::invalid, (signal.role == SPIKELOOM_INPUT ? "input " : "state ") + what);
  error.diagnostics[0].expected = "a finite number";
  error.diagnostics[0].got = std::to_string(values[at]);
  return error;
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::create(Program program, SessionOptions options) {
  const spikeloom_table& table = program.table();
  if (options.batch == 0) return Error(ErrorKind::usage, "the batch must have at least one sample");
  if (table.fixed_batch != 0 && options.batch != table.fixed_batch)
    return Error(ErrorKind::usage,
                 "this network runs with batch " + std::to_string(table.fixed_batch) + " only, not " +
                     std::to_string(options.batch),
                 "an initial state of it has one row for each sample");

  // Everything is sized before anything is taken. Each thread has scratch of its own.
  unsigned threads = wanted_threads(table, options);
  while (threads > 1 && spikeloom_arena_bytes(&table, options.batch, threads) > options.memory_limit)
    --threads;
  const std::uint64_t arena_bytes = spikeloom_arena_bytes(&table, options.batch, threads);
  std::uint64_t bytes = arena_bytes;
  if (bytes > options.memory_limit) return too_large(bytes, options);
  const auto piece_of = [&](const spikeloom_signal& s) {
    const std::uint64_t fits = kPieceBytes / options.batch / table.buffer[s.buffer].row_bytes;
    return std::clamp<std::uint64_t>(fits, 1, std::min(table.block_steps, table.buffer[s.buffer].slots));
  };
  const auto staged = [&](const spikeloom_signal& s) -> std::uint64_t {
    const spikeloom_buffer& b = table.buffer[s.buffer];
    const std::uint64_t values = std::uint64_t{options.batch} * b.count;
    if (b.memory == SPIKELOOM_GIVEN) return longest_shared_block(program, options.batch) * values;
    const bool in_place = options.batch == 1 && b.row_bytes == std::uint64_t{b.count} * sizeof(float);
    return in_place ? 0 : piece_of(s) * values;
  };
  // A row's floats are never more than its bytes in the arena, which fit: no product overflows.
  for (const spikeloom_signal* s : program.varying_inputs())
    bytes = saturating_add(bytes, staged(*s) * sizeof(float));
  for (const spikeloom_signal* s : program.constant_inputs())
    bytes = saturating_add(bytes, std::uint64_t{options.batch} * program.size(*s) * sizeof(float));
  if (bytes > options.memory_limit || bytes > SIZE_MAX) return too_large(bytes, options);

  try {
    const auto size = static_cast<std::size_t>(arena_bytes);
    Pages arena = take_pages(size);
    const spikeloom_run run{.table = &program.table(),
                            .kernel = program.kernels(),
                            .constants = program.constants(),
                            .arena = arena.get(),
                            .batch = options.batch,
                            .sample_base = options.first_sample,
                            .seed = options.seed.value_or(table.seed),
                            .step = 0,
                            .origin = 0,
                            .observed = nullptr,
                            .given = nullptr,
                            .cleared = 0,
                            .settled = 0,
                            .stage_observer = options.stage_observer,
                            .observer_context = options.observer_context};
    auto impl = std::make_unique<Impl>(
        Impl{std::move(program), options, std::move(arena), run, {}, {}, {}, {}, {}, {}, {}, {}, {}, 0});
    impl->observed.resize(impl->program.table().buffers);
    impl->run.observed = impl->observed.data();
    impl->given.resize(impl->program.table().buffers);
    impl->run.given = impl->given.data();
    for (const spikeloom_signal* s : impl->program.varying_inputs())
      impl->varying.push_back({s,
                               static_cast<std::uint32_t>(piece_of(*s)),
                               impl->buffer(s->buffer).memory == SPIKELOOM_GIVEN,
                               staged(*s),
                               {}});
    for (const spikeloom_signal* s : impl->program.constant_inputs())
      impl->constants.push_back(
          {s, false, std::vector<float>(std::size_t{options.batch} * impl->program.size(*s))});
    if (threads > 1) {
      impl->shares = Shares(loads_of(impl->program.table()), options.batch, threads, options.sharing);
      impl->team = std::make_unique<Team>(threads - 1, options.pin);
    }
    impl->reset();
    return Session(std::move(impl));
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::limit, "the system has no " + bytes_text(bytes) + " of memory for this session",
                 "take a smaller batch");
  }
}

const Program& Session::program() const {
  return impl_->program;
}
std::uint32_t Session::batch() const {
  return impl_->options.batch;
}
std::uint64_t Session::step_count() const {
  return impl_->run.step;
}

Result<void> Session::reset() {
  impl_->reset();
  return {};
}

Result<void> Session::set_input(std::string_view input, std::span<const float> values) {
  const spikeloom_signal* signal = program().find(input);
  if (!signal || signal->role != SPIKELOOM_INPUT)
    return unknown_name(program(), "input", input,
                        [](const spikeloom_signal& s) { return s.role == SPIKELOOM_INPUT; });
  if (!signal->constant)
    return Error(ErrorKind::usage, "input " + quoted(input) + " varies: it is given every step",
                 "pass it to step, or through the source of run");
  const std::uint32_t n = program().size(*signal);
  if (values.size() != n && values.size() != std::size_t{batch()} * n)
    return wrong_count("input", input, values.size(), batch(), n, true);
  if (const std::size_t bad = first_not_finite(values); bad != values.size())
    return impl_->not_finite(*signal, values, bad, step_count());

  for (Impl::ConstantInput& constant : impl_->constants) {
    if (constant.signal->buffer != signal->buffer) continue;
    // The memory is there: a new picture takes none.
    for (std::size_t at = 0; at < constant.values.size(); at += std::max<std::size_t>(values.size(), 1))
      std::ranges::copy(values, constant.values.begin() + static_cast<std::ptrdiff_t>(at));
    constant.is_set = true;
    impl_->write_constant(constant);
  }
  return {};
}

Result<void> Session::set_state(std::string_view state, std::span<const float> values) {
  const spikeloom_signal* signal = program().find(state);
  if (!signal || signal->role != SPIKELOOM_NEURON_STATE)
    return unknown_name(program(), "state", state,
                        [](const spikeloom_signal& s) { return s.role == SPIKELOOM_NEURON_STATE; });
  const std::uint32_t n = program().size(*signal);
  if (values.size() != n && values.size() != std::size_t{batch()} * n)
    return wrong_count("state", state, values.size(), batch(), n, true);
  if (const std::size_t bad = first_not_finite(values); bad != values.size())
    return impl_->not_finite(*signal, values, bad, step_count());
  if (const std::size_t bad = first_that_fits_not(impl_->buffer(signal->buffer), values);
      bad != values.size())
    return not_a_count(state, values[bad], bad % n);

  const std::vector<float> all = for_all_samples(values, batch(), n);
  // Before the start every slot stands for a step that was not: all hold the initial value.
  const auto fill = [&](std::uint32_t buffer) {
    const std::uint32_t slots = program().table().buffer[buffer].slots;
    if (step_count() == 0)
      for (std::uint32_t slot = 0; slot < slots; ++slot) write_rows(impl_->run, buffer, slot, all);
    else
      write_rows(impl_->run, buffer, step_count() - 1, all);
  };
  fill(signal->buffer);
  const bool kept =
      signal->history != SPIKELOOM_NONE && impl_->buffer(signal->history).memory == SPIKELOOM_STATE;
  if (kept && step_count() == 0) fill(signal->history);
  return {};
}

Result<void> Session::step(std::span<const std::span<const float>> inputs) {
  if (Result<void> ready = impl_->ready_to_run(); !ready) return ready;
  if (inputs.size() != impl_->varying.size()) {
    Error error(ErrorKind::usage, "wrong number of varying inputs for a step");
    error.diagnostics[0].expected = std::to_string(impl_->varying.size());
    error.diagnostics[0].got = std::to_string(inputs.size());
    return error;
  }
  const std::uint64_t now = step_count();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const spikeloom_signal& signal = *impl_->varying[i].signal;
    const std::uint32_t n = program().size(signal);
    if (inputs[i].size() != std::size_t{batch()} * n)
      return wrong_count("input", program().name(signal), inputs[i].size(), batch(), n, false);
    if (const std::size_t bad = first_not_finite(inputs[i]); bad != inputs[i].size())
      return impl_->not_finite(signal, inputs[i], bad, now);
  }
  return impl_->watch(1, [&] {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Impl::VaryingInput& input = impl_->varying[i];
      if (input.is_given)
        impl_->give(input, inputs[i].data(), now);
      else
        write_rows(impl_->run, input.signal->buffer, now, inputs[i]);
    }
    impl_->advance(1);
    return impl_->feed_recorders(now, 1);
  });
}

Result<std::uint64_t> Session::run(std::uint64_t steps, const InputSource& source,
                                   const RunOptions& options) {
  if (Result<void> ready = impl_->ready_to_run(); !ready) return ready.error();
  if (!impl_->varying.empty() && !source && steps != 0)
    return Error(
        ErrorKind::usage,
        "input " + quoted(program().name(*impl_->varying[0].signal)) + " varies, and run has no source",
        "pass a function that fills its rows");
  return impl_->run_blocks(
      steps,
      [&](Impl::VaryingInput& input, std::uint64_t now, std::uint32_t block) {
        return impl_->fill_input(input, source, now, block);
      },
      options);
}

Result<std::uint64_t> Session::run_in_place(std::uint64_t steps, const InputView& view,
                                            const RunOptions& options) {
  if (Result<void> ready = impl_->ready_to_run(); !ready) return ready.error();
  return impl_->run_blocks(
      steps,
      [&](Impl::VaryingInput& input, std::uint64_t now, std::uint32_t block) -> Result<void> {
        const std::string_view name = program().name(*input.signal);
        const std::uint32_t n = program().size(*input.signal);
        const Result<std::span<const float>> rows = view(name, now, block);
        if (!rows) return rows.error();
        if (rows->size() != std::size_t{block} * batch() * n)
          return wrong_count("input", name, rows->size(), std::uint64_t{block} * batch(), n, false);
        if (Result<void> taken = impl_->take_rows(input, *rows, now, block); !taken) return taken;
        if (input.is_given) impl_->give(input, rows->data(), now);
        return {};
      },
      options);
}

Result<std::uint64_t> Session::Impl::run_blocks(std::uint64_t steps, const FillInput& fill,
                                                const RunOptions& how) {
  std::uint64_t done = 0;
  while (done < steps && !how.stop.stop_requested()) {
    const std::uint64_t now = run.step;
    spikeloom_forget(&run);
    const std::uint32_t together = block(steps - done);
    const Result<void> ran = watch(together, [&]() -> Result<void> {
      for (VaryingInput& input : varying)
        if (Result<void> filled = fill(input, now, together); !filled) return filled;
      advance(together);
      return feed_recorders(now, together);
    });
    if (!ran) return ran.error();
    done += together;
    if (how.progress) how.progress(done, steps);
  }
  return done;
}

Result<void> Session::read(std::string_view signal, std::span<float> values) const {
  const Result<const spikeloom_signal*> found = find_signal(program(), signal);
  if (!found) return found.error();
  return read(**found, values);
}

Result<void> Session::read(const spikeloom_signal& signal, std::span<float> values) const {
  const std::uint32_t n = program().size(signal);
  if (values.size() != std::size_t{batch()} * n)
    return wrong_count("signal", program().name(signal), values.size(), batch(), n, false);
  if (impl_->buffer(signal.buffer).memory == SPIKELOOM_OBSERVED && !impl_->observed[signal.buffer])
    return Error(ErrorKind::usage, quoted(program().name(signal)) + " is computed on the way and not kept",
                 "record it before the run, or read it from a recorder");
  if (impl_->buffer(signal.buffer).memory == SPIKELOOM_GIVEN)
    return Error(ErrorKind::usage, quoted(program().name(signal)) + " is the caller's and is not kept",
                 "record it before the run, or look at what was given");
  const std::uint32_t slots = impl_->buffer(signal.buffer).slots;
  read_rows(impl_->run, signal.buffer, step_count() + slots - 1, values);
  return {};
}

}  // namespace spikeloom
