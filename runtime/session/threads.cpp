// A block of steps on one thread or on several.
#include "session/impl.h"

namespace spikeloom {

const Shares::Choice& Session::Impl::choice(std::uint32_t steps) {
  if (steps != chosen_for) chosen = shares.choose(steps), chosen_for = steps;
  return chosen;
}

void Session::Impl::advance(std::uint32_t steps) {
  if (!may_share(steps)) {
    spikeloom_advance(&run, steps);
    return;
  }
  spikeloom_settle(&run);
  if (options.sharing != Sharing::where_it_pays || pace.shares(steps))
    advance_shared(steps);
  else
    spikeloom_advance(&run, steps);
}

bool Session::Impl::may_share(std::uint32_t steps) {
  return team && choice(steps).of != Shares::Choice::Of::nothing;
}

void Session::Impl::advance_shared(std::uint32_t steps) {
  if (chosen.of == Shares::Choice::Of::samples)
    share_samples(steps);
  else
    spikeloom_advance_stages(
        &run, steps,
        [](void* impl, const spikeloom_part* all) { static_cast<Impl*>(impl)->share_neurons(*all); }, this);
  run.step += steps;
}

void Session::Impl::share_samples(std::uint32_t steps) {
  struct Job {
    const spikeloom_run& run;
    std::uint32_t steps, each;
  } job{run, steps, Shares::samples_of_part(options.batch, chosen.threads, steps)};
  const std::uint32_t parts = options.batch / job.each + (options.batch % job.each != 0 ? 1 : 0);
  team->run(
      parts,
      [](void* context, std::uint32_t part, unsigned worker) {
        const Job& j = *static_cast<Job*>(context);
        const std::uint32_t first = part * j.each;
        spikeloom_advance_samples(&j.run, j.steps, first, first + std::min(j.each, j.run.batch - first),
                                  worker);
      },
      &job);
}

void Session::Impl::share_neurons(const spikeloom_part& all) {
  const StageLoad& stage = shares.stages()[all.stage];
  const unsigned threads = shares.threads_of_call(stage, all.steps);
  // Every part lists the events of its inputs again: that is only worth it if somebody takes the other parts.
  // Between two long stages helpers fall asleep, but are woken in time.
  const bool is_long = all.steps == chosen_for && pace.are_long(all.steps);
  const bool is_helped = options.sharing != Sharing::where_it_pays || is_long || team->is_awake();
  if (threads == 1 || !is_helped) {
    spikeloom_run_part(&run, &all, 0);
    return;
  }
  struct Job {
    const spikeloom_run& run;
    const spikeloom_part& all;
    std::uint32_t each;
  } job{run, all, Shares::neurons_of_part(stage.neurons, threads)};
  team->run((stage.neurons + job.each - 1) / job.each,
            [](void* context, std::uint32_t number, unsigned worker) {
              const Job& j = *static_cast<Job*>(context);
              spikeloom_part part = j.all;
              part.first_neuron = number * j.each;
              part.end_neuron = std::min(part.first_neuron + j.each, j.all.end_neuron);
              spikeloom_run_part(&j.run, &part, worker);
            },
            &job);
}

std::uint32_t Session::threads_for(std::uint32_t steps) const {
  return impl_->team ? impl_->shares.choose(steps).threads : 1;
}

}  // namespace spikeloom
