// The derivative of an expression, as an expression of the same language.
#pragma once

#include <optional>
#include <string_view>

#include "equations/syntax.h"

namespace spikeloom {

/// d e / d `by`, where every other name is held. As of real numbers: a product with 0 is 0, and at a kink the
/// branch that is taken counts. Conditions, floor, quantize and random numbers have the derivative 0. Nothing
/// if the result would have more than kTermLimit terms.
std::optional<Expression> derivative(const Expression& e, std::string_view by);

}  // namespace spikeloom
