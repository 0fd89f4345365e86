#include "support/pages.h"

#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace spikeloom {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t alignment_of(std::size_t bytes) {
  return bytes >= kHugePage ? kHugePage : 64;
}

}  // namespace

void FreePages::operator()(unsigned char* memory) const {
  ::operator delete[](memory, std::align_val_t{alignment});
}

void free_pages(unsigned char* memory, std::size_t bytes) {
  FreePages{alignment_of(bytes)}(memory);
}

Pages take_pages(std::size_t bytes) {
  const std::size_t alignment = alignment_of(bytes);
  Pages pages(static_cast<unsigned char*>(::operator new[](bytes, std::align_val_t{alignment})),
              FreePages{alignment});
#ifdef __linux__
  // A wish: where it is not granted, everything works as before. Whole pages only: what lies behind them is
  // somebody else's.
  if (alignment == kHugePage) madvise(pages.get(), bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
  return pages;
}

}  // namespace spikeloom
