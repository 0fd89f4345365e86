#include <cstdlib>
#include <cstring>

#include "capi/handles.h"

using spikeloom::Error;
using spikeloom::ErrorKind;
using spikeloom::Program;
using spikeloom::Result;
using spikeloom::Session;
using spikeloom::capi::guarded;
using spikeloom::capi::missing;

namespace {

/// Hands blocks to a C function.
class Receiver final : public spikeloom::Recorder {
 public:
  Receiver(spikeloom_receiver receive, void* user) : receive_(receive), user_(user) {}
  Result<void> record(const spikeloom::Block& block) override {
    signal_ = block.signal;
    const spikeloom_block_view view = {signal_.c_str(),    block.first_step,   block.steps,   block.samples,
                                       block.first_neuron, block.neurons,      block.element, block.data,
                                       block.step_stride,  block.sample_stride};
    if (const int code = receive_(user_, &view))
      return Error(ErrorKind::io, "the receiver of '" + signal_ + "' failed with " + std::to_string(code));
    return {};
  }

 private:
  spikeloom_receiver receive_;
  void* user_;
  std::string signal_;
};

/// Runs with the caller's progress function, which may stop it; tells how many steps were done.
Result<void> run_with_progress(
    Session& session, spikeloom_progress progress, void* user, std::uint64_t* done,
    const std::function<Result<std::uint64_t>(const spikeloom::RunOptions&)>& run) {
  std::stop_source stop;
  spikeloom::RunOptions options{.stop = stop.get_token(), .progress = {}};
  if (progress)
    options.progress = [&](std::uint64_t at, std::uint64_t all) {
      if (progress(user, at, all) != 0) stop.request_stop();
    };
  const std::uint64_t before = session.step_count();
  const Result<std::uint64_t> ran = run(options);
  if (done) *done = session.step_count() - before;
  return ran.ok() ? Result<void>() : Result<void>(ran.error());
}

}  // namespace

struct spikeloom_session {
  Session session;
  std::vector<std::unique_ptr<Receiver>> receivers;
  std::vector<std::span<const float>> inputs;  // of a step; made once, so that a step takes no memory
};

extern "C" {

int spikeloom_error_kind(const spikeloom_error* error) {
  return error ? static_cast<int>(error->error.kind()) : 0;
}
const char* spikeloom_error_text(const spikeloom_error* error) {
  return error ? error->text.c_str() : "";
}
void spikeloom_error_free(spikeloom_error* error) {
  delete error;
}

int spikeloom_program_load(const spikeloom_table* table, const spikeloom_kernel* kernels,
                           const unsigned char* constants, void (*release)(void* owner), void* owner,
                           spikeloom_program** program, spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    const std::shared_ptr<const void> kept(owner, [release](void* held) {
      if (release) release(held);
    });
    if (!program) return missing("program");
    Result<Program> loaded = Program::load(table, kernels, constants, kept);
    if (!loaded) return loaded.error();
    *program = new spikeloom_program{*std::move(loaded)};
    return {};
  });
}

void spikeloom_program_free(spikeloom_program* program) {
  delete program;
}

size_t spikeloom_program_signals(const spikeloom_program* program) {
  return program ? program->program.signals().size() : 0;
}

int spikeloom_program_signal(const spikeloom_program* program, size_t index, spikeloom_signal_info* info,
                             spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!program || !info) return missing("program or info");
    const Program& p = program->program;
    if (index >= p.signals().size())
      return Error(ErrorKind::usage, "there is no signal " + std::to_string(index) + " of " +
                                         std::to_string(p.signals().size()));
    const spikeloom_signal& s = p.signals()[index];
    *info = {p.name(s).data(), static_cast<spikeloom_role>(s.role),
             s.constant != 0,  p.is_bits(s),
             p.size(s),        s.rank,
             s.shape};
    return {};
  });
}

double spikeloom_program_dt(const spikeloom_program* program) {
  return program ? program->program.table().dt : 0;
}

spikeloom_session_options spikeloom_session_defaults(void) {
  const spikeloom::SessionOptions o;
  return {o.batch, o.first_sample, 0, 0, o.memory_limit, o.threads, 0};
}

int spikeloom_session_create(const spikeloom_program* program, const spikeloom_session_options* options,
                             spikeloom_session** session, spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!program || !session) return missing("program or session");
    const spikeloom_session_options o = options ? *options : spikeloom_session_defaults();
    spikeloom::SessionOptions wanted{.batch = o.batch,
                                     .first_sample = o.first_sample,
                                     .memory_limit = o.memory_limit,
                                     .threads = o.threads,
                                     .pin = o.pin != 0};
    if (o.has_seed) wanted.seed = o.seed;
    Result<Session> created = Session::create(program->program, wanted);
    if (!created) return created.error();
    std::vector<std::span<const float>> inputs;
    for (const spikeloom_signal* s : program->program.varying_inputs())
      inputs.emplace_back(static_cast<const float*>(nullptr),
                          std::size_t{o.batch} * program->program.size(*s));
    *session = new spikeloom_session{*std::move(created), {}, std::move(inputs)};
    return {};
  });
}

void spikeloom_session_free(spikeloom_session* session) {
  delete session;
}

uint64_t spikeloom_session_step_count(const spikeloom_session* session) {
  return session ? session->session.step_count() : 0;
}

int spikeloom_session_reset(spikeloom_session* session, spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session) return missing("session");
    return session->session.reset();
  });
}

int spikeloom_session_set_input(spikeloom_session* session, const char* input, const float* values,
                                size_t count, spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session || !input || (!values && count)) return missing("session, input or values");
    return session->session.set_input(input, {values, count});
  });
}

int spikeloom_session_set_state(spikeloom_session* session, const char* state, const float* values,
                                size_t count, spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session || !state || (!values && count)) return missing("session, state or values");
    return session->session.set_state(state, {values, count});
  });
}

int spikeloom_session_step(spikeloom_session* session, const float* const* inputs, size_t count,
                           spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session || (!inputs && count)) return missing("session or inputs");
    if (count != session->inputs.size())
      return Error(ErrorKind::usage, "a step of this program takes " +
                                         std::to_string(session->inputs.size()) + " varying inputs, not " +
                                         std::to_string(count));
    for (size_t i = 0; i < count; ++i) {
      if (!inputs[i]) return missing("an input");
      session->inputs[i] = {inputs[i], session->inputs[i].size()};
    }
    return session->session.step(session->inputs);
  });
}

int spikeloom_session_run(spikeloom_session* session, uint64_t steps, spikeloom_source source,
                          spikeloom_progress progress, void* user, uint64_t* done, spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session) return missing("session");
    spikeloom::InputSource rows;
    if (source)
      rows = [=](std::string_view input, std::uint64_t first, std::uint32_t block,
                 std::span<float> to) -> Result<void> {
        const std::string name(input);
        if (const int code = source(user, name.c_str(), first, block, to.data(), to.size()))
          return Error(ErrorKind::io, "the source of '" + name + "' failed with " + std::to_string(code));
        return {};
      };
    return run_with_progress(
        session->session, progress, user, done,
        [&](const spikeloom::RunOptions& options) { return session->session.run(steps, rows, options); });
  });
}

int spikeloom_session_run_in_place(spikeloom_session* session, uint64_t steps, spikeloom_view view,
                                   spikeloom_progress progress, void* user, uint64_t* done,
                                   spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session || !view) return missing("session or view");
    const auto rows = [&](std::string_view input, std::uint64_t first,
                          std::uint32_t block) -> Result<std::span<const float>> {
      const std::string name(input);
      const float* from = nullptr;
      const int code = view(user, name.c_str(), first, block, &from);
      if (code != 0 || !from)
        return Error(ErrorKind::io, "the view of '" + name + "' failed with " + std::to_string(code));
      const spikeloom_signal* signal = session->session.program().find(name);
      return std::span<const float>(
          from, std::size_t{block} * session->session.batch() * session->session.program().size(*signal));
    };
    return run_with_progress(session->session, progress, user, done,
                             [&](const spikeloom::RunOptions& options) {
                               return session->session.run_in_place(steps, rows, options);
                             });
  });
}

int spikeloom_session_read(const spikeloom_session* session, const char* signal, float* values, size_t count,
                           spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session || !signal || (!values && count)) return missing("session, signal or values");
    return session->session.read(signal, {values, count});
  });
}

int spikeloom_session_record(spikeloom_session* session, const char* signal, uint32_t first, uint32_t count,
                             spikeloom_receiver receiver, void* user, spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session || !signal || !receiver) return missing("session, signal or receiver");
    auto recorder = std::make_unique<Receiver>(receiver, user);
    if (Result<void> recorded = session->session.record(signal, *recorder, first, count); !recorded)
      return recorded;
    session->receivers.push_back(std::move(recorder));
    return {};
  });
}

int spikeloom_session_finish_recording(spikeloom_session* session, spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session) return missing("session");
    Result<void> finished = session->session.finish_recording();
    session->receivers.clear();
    return finished;
  });
}

int spikeloom_session_save(const spikeloom_session* session, unsigned char** saved, size_t* bytes,
                           spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session || !saved || !bytes) return missing("session, saved or bytes");
    const std::vector<unsigned char> state = session->session.save();
    auto* copy = static_cast<unsigned char*>(std::malloc(state.size()));
    if (!copy) throw std::bad_alloc();
    std::memcpy(copy, state.data(), state.size());
    *saved = copy;
    *bytes = state.size();
    return {};
  });
}

void spikeloom_saved_free(unsigned char* saved) {
  std::free(saved);
}

int spikeloom_session_restore(spikeloom_session* session, const unsigned char* saved, size_t bytes,
                              spikeloom_error** error) {
  return guarded(error, [&]() -> Result<void> {
    if (!session || (!saved && bytes)) return missing("session or saved");
    return session->session.restore({saved, bytes});
  });
}

}  // extern "C"
