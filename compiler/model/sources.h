// Walks over what a node reads, whatever its kind.
#pragma once

#include <type_traits>
#include <variant>

#include "model/model.h"

namespace spikeloom {

/// Weighted sums: their values are not those of a source.
inline bool computes_sums(const decltype(ModelNode::kind)& kind) {
  return std::holds_alternative<Linear>(kind) || std::holds_alternative<Convolution>(kind) ||
         std::holds_alternative<Sparse>(kind);
}

/// Every value is one of a source (or, of pools, a padding that is never the largest): spikes stay spikes.
inline bool passes_spikes_on(const decltype(ModelNode::kind)& kind) {
  if (const auto* pool = std::get_if<Pool>(&kind)) return pool->how == Pool::How::largest;
  return std::holds_alternative<Reshape>(kind) || std::holds_alternative<Concat>(kind) ||
         std::holds_alternative<Slice>(kind) || std::holds_alternative<Delay>(kind);
}

/// Calls `visit` with every Source of the kind, in order; `kind` may be const or not.
template <class Kind, class Visit>
void for_each_source(Kind& kind, Visit&& visit) {
  std::visit(
      [&](auto& k) {
        using K = std::remove_cvref_t<decltype(k)>;
        if constexpr (std::is_same_v<K, Population>) {
          for (auto& port : k.ports)
            for (auto& source : port) visit(source);
        } else if constexpr (std::is_same_v<K, Concat>) {
          for (auto& source : k.inputs) visit(source);
        } else if constexpr (!std::is_same_v<K, Sequence>) {
          visit(k.input);
        }
      },
      kind);
}

}  // namespace spikeloom
