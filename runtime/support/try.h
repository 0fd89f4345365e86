// TRY(expression) gives the value of a Result or returns its error from the enclosing function.
//   TRY(auto graph, parse_graph(text));      TRY_VOID(session.reset());
#pragma once

#include "spikeloom/result.h"

#define SPIKELOOM_JOIN2(a, b) a##b
#define SPIKELOOM_JOIN(a, b) SPIKELOOM_JOIN2(a, b)
#define SPIKELOOM_TRY(declaration, result, ...)       \
  auto result = (__VA_ARGS__);                        \
  if (!result.ok()) return std::move(result).error(); \
  declaration = *std::move(result)
#define TRY(declaration, ...) SPIKELOOM_TRY(declaration, SPIKELOOM_JOIN(try_, __LINE__), __VA_ARGS__)
#define TRY_VOID(...)                                           \
  do {                                                          \
    auto try_result = (__VA_ARGS__);                            \
    if (!try_result.ok()) return std::move(try_result).error(); \
  } while (false)
