// Graph text to a running session, for benchmarks: any problem ends the program with its text.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "spikeloom/compiler.h"

namespace spikeloom::benchmarks {

template <class T>
T or_exit(Result<T> result) {
  if (result) return *std::move(result);
  std::fputs(result.error().text().c_str(), stderr);
  std::exit(1);
}

inline void or_exit(Result<void> result) {
  if (result) return;
  std::fputs(result.error().text().c_str(), stderr);
  std::exit(1);
}

inline Session compiled(const std::string& graph, const std::string& folder = ".") {
  return or_exit(Session::create(or_exit(compile_text(graph, folder))));
}

/// For networks without varying inputs.
inline Result<void> no_input(std::string_view, std::uint64_t, std::uint32_t, std::span<float>) {
  return {};
}

}  // namespace spikeloom::benchmarks
