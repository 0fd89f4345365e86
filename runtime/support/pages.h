// Memory for weights and sessions: aligned, and in huge pages where the system has them. Rows of weights are
// read in any order, and with small pages every row costs a walk through the page table.
#pragma once

#include <cstddef>
#include <memory>

namespace spikeloom {

struct FreePages {
  std::size_t alignment = 64;
  void operator()(unsigned char* memory) const;
};
/// Not initialised.
using Pages = std::unique_ptr<unsigned char[], FreePages>;

/// At least 64-byte aligned. Throws std::bad_alloc.
Pages take_pages(std::size_t bytes);
/// Gives back what take_pages(bytes) handed out and release() set free.
void free_pages(unsigned char* memory, std::size_t bytes);

/// The same memory for a container that grows.
template <class T>
struct PageAllocator {
  using value_type = T;
  T* allocate(std::size_t n) { return reinterpret_cast<T*>(take_pages(n * sizeof(T)).release()); }
  void deallocate(T* memory, std::size_t n) {
    free_pages(reinterpret_cast<unsigned char*>(memory), n * sizeof(T));
  }
  bool operator==(const PageAllocator&) const = default;
};

}  // namespace spikeloom
