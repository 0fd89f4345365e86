// The program's own definitions of malloc and of pthread's locks stand before those of the C library, for
// every library that is loaded.
#include "steady/counted.h"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace spikeloom::steady {
namespace {

std::atomic<bool> is_counting{false};
std::atomic<std::uint64_t> allocations{0}, frees{0}, locks{0};

void count(std::atomic<std::uint64_t>& what) {
  if (is_counting.load(std::memory_order_relaxed)) what.fetch_add(1, std::memory_order_relaxed);
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void start_counting() {
  allocations = frees = locks = 0;
  is_counting = true;
}

Counts stop_counting() {
  is_counting = false;
  return {allocations, frees, locks};
}

}  // namespace spikeloom::steady

using spikeloom::steady::allocations;
using spikeloom::steady::count;
using spikeloom::steady::frees;
using spikeloom::steady::locks;
using spikeloom::steady::next;

extern "C" {

[[gnu::visibility("default")]] void* malloc(std::size_t bytes) {
  count(allocations);
  return __libc_malloc(bytes);
}
[[gnu::visibility("default")]] void* calloc(std::size_t n, std::size_t bytes) {
  count(allocations);
  return __libc_calloc(n, bytes);
}
[[gnu::visibility("default")]] void* realloc(void* old, std::size_t bytes) {
  count(allocations);
  return __libc_realloc(old, bytes);
}
[[gnu::visibility("default")]] void* memalign(std::size_t alignment, std::size_t bytes) {
  count(allocations);
  return __libc_memalign(alignment, bytes);
}
[[gnu::visibility("default")]] void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count(allocations);
  return __libc_memalign(alignment, bytes);
}
[[gnu::visibility("default")]] int posix_memalign(void** to, std::size_t alignment, std::size_t bytes) {
  count(allocations);
  *to = __libc_memalign(alignment, bytes);
  return *to == nullptr ? ENOMEM : 0;
}
[[gnu::visibility("default")]] void free(void* memory) {
  count(frees);
  __libc_free(memory);
}

[[gnu::visibility("default")]] int pthread_mutex_lock(pthread_mutex_t* mutex) {
  static const auto real = next<int (*)(pthread_mutex_t*)>("pthread_mutex_lock");
  count(locks);
  return real(mutex);
}
[[gnu::visibility("default")]] int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  static const auto real = next<int (*)(pthread_mutex_t*)>("pthread_mutex_trylock");
  count(locks);
  return real(mutex);
}
[[gnu::visibility("default")]] int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  static const auto real = next<int (*)(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
  count(locks);
  return real(lock);
}
[[gnu::visibility("default")]] int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  static const auto real = next<int (*)(pthread_rwlock_t*)>("pthread_rwlock_wrlock");
  count(locks);
  return real(lock);
}
[[gnu::visibility("default")]] int pthread_spin_lock(pthread_spinlock_t* lock) {
  static const auto real = next<int (*)(pthread_spinlock_t*)>("pthread_spin_lock");
  count(locks);
  return real(lock);
}

}  // extern "C"
