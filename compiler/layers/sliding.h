// How a window slides, as a node says it: the fields that convolutions and pools share.
#pragma once

#include <optional>
#include <string_view>

#include "layers/builder.h"
#include "model/window.h"

namespace spikeloom {

/// Of each axis, rows first. Nothing where it was reported.
struct Sliding {
  std::optional<PerAxis> stride, padding, dilation;
  bool known() const { return stride && padding && dilation; }
};

/// `padding_words`: "same" and "valid" are known, too.
Sliding read_sliding(LayerBuilder& l, std::size_t axes, bool padding_words);

/// A window of `kernel` elements over `in` places; a window that does not fit is reported against the input.
/// `name`: "rows".
std::optional<WindowAxis> slide(LayerBuilder& l, const Sliding& s, std::size_t axis, std::string_view name,
                                std::size_t in, std::size_t kernel, bool ceil = false);

/// The same, transposed: every input is a window over the output.
std::optional<WindowAxis> slide_back(LayerBuilder& l, const Sliding& s, std::size_t axis,
                                     std::string_view name, std::size_t in, std::size_t kernel,
                                     std::int64_t output_padding);

/// Whole convolutions over the last `axes` of [channels, rows, columns] or [channels, positions].
void build_convolution(LayerBuilder& l, std::size_t axes);

/// Whole pools over the last `axes` of the same.
void build_pool(LayerBuilder& l, Pool::How how, std::size_t axes);

}  // namespace spikeloom
