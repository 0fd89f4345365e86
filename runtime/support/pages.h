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

}  // namespace spikeloom
