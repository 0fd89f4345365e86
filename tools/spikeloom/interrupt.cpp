#include "spikeloom/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace spikeloom::tool {

std::stop_token stop_on_interrupt() {
  // Requesting a stop is not safe inside a signal handler, so the signals are blocked everywhere and one
  // thread waits for them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::stop_source source;
  std::thread([signals, source]() mutable {
    int signal = 0;
    if (sigwait(&signals, &signal) == 0) source.request_stop();
    if (sigwait(&signals, &signal) == 0) _exit(130);
  }).detach();
  return source.get_token();
}

}  // namespace spikeloom::tool
