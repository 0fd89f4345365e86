// exp, log, tanh, pow, fma, Philox and the normal quantile: one definition for every engine.
//
// Each function is a template over a builder of primitive operations. The plain builder below computes with
// C++ scalars (the reference); the code generator brings one that emits vector instructions. Only + - * /,
// sqrt, comparisons, selects and integer operations are used, each rounded once, in the order written, so all
// engines and all CPUs give the same bits. No fused multiply-add is used inside: x86-64-v2 has none.
//
// Float functions compute in float64 and round once to float32. Truncation errors are below 3e-10 relative
// (1/200 of a float32 ulp), so results are within 0.51 ulp; the promise is 2 ulp.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>

namespace spikeloom::elementary {

/// The primitive operations a builder must have. F32, F64, I32, I64 are values (or vectors of values) of
/// these types, Mask a condition per lane; they may all be one type (llvm::Value*), so no operation is told
/// apart by its operands alone. Integers are unsigned and wrap; floating point is IEEE, nearest-even,
/// subnormals kept.
template <class B>
concept ScalarBuilder = requires(B& b, typename B::F32 f, typename B::F64 d, typename B::I32 i,
                                 typename B::I64 l, typename B::Mask m) {
  // Constants (splat over the lanes).
  { b.f32(1.0f) } -> std::convertible_to<typename B::F32>;
  { b.f64(1.0) } -> std::convertible_to<typename B::F64>;
  { b.i32(std::uint32_t{1}) } -> std::convertible_to<typename B::I32>;
  { b.i64(std::uint64_t{1}) } -> std::convertible_to<typename B::I64>;
  // Floating point. fadd ... fneg: F64 and F32; fsqrt: F64, correctly rounded; fneg flips the sign bit.
  { b.fadd(d, d) } -> std::convertible_to<typename B::F64>;
  { b.fsub(d, d) } -> std::convertible_to<typename B::F64>;
  { b.fmul(d, d) } -> std::convertible_to<typename B::F64>;
  { b.fdiv(d, d) } -> std::convertible_to<typename B::F64>;
  { b.fneg(d) } -> std::convertible_to<typename B::F64>;
  { b.fsqrt(d) } -> std::convertible_to<typename B::F64>;
  // Ordered comparisons of F64 or F32: false when an operand is NaN; is_nan(x) is x != x.
  { b.flt(d, d) } -> std::convertible_to<typename B::Mask>;
  { b.fgt(d, d) } -> std::convertible_to<typename B::Mask>;
  { b.fge(d, d) } -> std::convertible_to<typename B::Mask>;
  { b.feq(d, d) } -> std::convertible_to<typename B::Mask>;
  { b.is_nan(d) } -> std::convertible_to<typename B::Mask>;
  // Integers, both widths: I64 and I32. Shift counts are constants.
  { b.iadd(l, l) } -> std::convertible_to<typename B::I64>;
  { b.isub(l, l) } -> std::convertible_to<typename B::I64>;
  { b.imul(l, l) } -> std::convertible_to<typename B::I64>;
  { b.iand(l, l) } -> std::convertible_to<typename B::I64>;
  { b.ior(l, l) } -> std::convertible_to<typename B::I64>;
  { b.ixor(l, l) } -> std::convertible_to<typename B::I64>;
  { b.shl(l, 52u) } -> std::convertible_to<typename B::I64>;
  { b.lshr(l, 52u) } -> std::convertible_to<typename B::I64>;
  { b.ieq(l, l) } -> std::convertible_to<typename B::Mask>;
  // The 64-bit product of I32 and a constant: its low and its high word.
  { b.long_product(i, 2u) } -> std::convertible_to<std::array<typename B::I32, 2>>;
  // Conditions. select(m, x, y) is m ? x : y for every value type.
  { b.land(m, m) } -> std::convertible_to<typename B::Mask>;
  { b.lor(m, m) } -> std::convertible_to<typename B::Mask>;
  { b.lnot(m) } -> std::convertible_to<typename B::Mask>;
  { b.select(m, d, d) } -> std::convertible_to<typename B::F64>;
  { b.select(m, f, f) } -> std::convertible_to<typename B::F32>;
  { b.select(m, l, l) } -> std::convertible_to<typename B::I64>;
  // Conversions. narrow rounds once, to nearest even, also into the subnormals; to_f32 and to_f64 read an I32
  // as signed; bits and value do not change the bits.
  { b.widen(f) } -> std::convertible_to<typename B::F64>;
  { b.narrow(d) } -> std::convertible_to<typename B::F32>;
  { b.to_f32(i) } -> std::convertible_to<typename B::F32>;
  { b.to_f64(i) } -> std::convertible_to<typename B::F64>;
  { b.zext(i) } -> std::convertible_to<typename B::I64>;
  { b.trunc(l) } -> std::convertible_to<typename B::I32>;
  { b.bits64(d) } -> std::convertible_to<typename B::I64>;
  { b.value64(l) } -> std::convertible_to<typename B::F64>;
};

/// Computes with C++ scalars: the reference.
struct PlainBuilder {
  using F32 = float;
  using F64 = double;
  using I32 = std::uint32_t;
  using I64 = std::uint64_t;
  using Mask = bool;

  static F32 f32(float x) { return x; }
  static F64 f64(double x) { return x; }
  static I32 i32(std::uint32_t x) { return x; }
  static I64 i64(std::uint64_t x) { return x; }

  static F64 fadd(F64 x, F64 y) { return x + y; }
  static F32 fadd(F32 x, F32 y) { return x + y; }
  static F64 fsub(F64 x, F64 y) { return x - y; }
  static F32 fsub(F32 x, F32 y) { return x - y; }
  static F64 fmul(F64 x, F64 y) { return x * y; }
  static F32 fmul(F32 x, F32 y) { return x * y; }
  static F64 fdiv(F64 x, F64 y) { return x / y; }
  static F32 fdiv(F32 x, F32 y) { return x / y; }
  static F64 fneg(F64 x) { return -x; }
  static F32 fneg(F32 x) { return -x; }
  static F64 fsqrt(F64 x) { return std::sqrt(x); }

  static Mask flt(F64 x, F64 y) { return x < y; }
  static Mask fgt(F64 x, F64 y) { return x > y; }
  static Mask fge(F64 x, F64 y) { return x >= y; }
  static Mask feq(F64 x, F64 y) { return x == y; }
  static Mask is_nan(F64 x) { return x != x; }

  static I64 iadd(I64 x, I64 y) { return x + y; }
  static I32 iadd(I32 x, I32 y) { return x + y; }
  static I64 isub(I64 x, I64 y) { return x - y; }
  static I32 isub(I32 x, I32 y) { return x - y; }
  static I64 imul(I64 x, I64 y) { return x * y; }
  static I32 imul(I32 x, I32 y) { return x * y; }
  static I64 iand(I64 x, I64 y) { return x & y; }
  static I32 iand(I32 x, I32 y) { return x & y; }
  static I64 ior(I64 x, I64 y) { return x | y; }
  static I32 ior(I32 x, I32 y) { return x | y; }
  static I64 ixor(I64 x, I64 y) { return x ^ y; }
  static I32 ixor(I32 x, I32 y) { return x ^ y; }
  static I64 shl(I64 x, unsigned n) { return x << n; }
  static I32 shl(I32 x, unsigned n) { return x << n; }
  static I64 lshr(I64 x, unsigned n) { return x >> n; }
  static I32 lshr(I32 x, unsigned n) { return x >> n; }
  static Mask ieq(I64 x, I64 y) { return x == y; }
  static std::array<I32, 2> long_product(I32 x, std::uint32_t y) {
    const I64 product = I64{x} * y;
    return {static_cast<I32>(product), static_cast<I32>(product >> 32)};
  }

  static Mask land(Mask x, Mask y) { return x && y; }
  static Mask lor(Mask x, Mask y) { return x || y; }
  static Mask lnot(Mask x) { return !x; }
  template <class T>
  static T select(Mask m, T x, T y) {
    return m ? x : y;
  }

  static F64 widen(F32 x) { return static_cast<F64>(x); }
  static F32 narrow(F64 x) { return static_cast<F32>(x); }
  static F32 to_f32(I32 x) { return static_cast<F32>(static_cast<std::int32_t>(x)); }
  static F64 to_f64(I32 x) { return static_cast<F64>(static_cast<std::int32_t>(x)); }
  static I64 zext(I32 x) { return x; }
  static I32 trunc(I64 x) { return static_cast<I32>(x); }
  static I64 bits64(F64 x) { return std::bit_cast<I64>(x); }
  static F64 value64(I64 x) { return std::bit_cast<F64>(x); }
};
static_assert(ScalarBuilder<PlainBuilder>);

namespace detail {

// Adding 1.5 * 2^52 rounds a double below 2^51 in magnitude to an integer, which then stands in its low bits.
inline constexpr double kRoundToInteger = 6755399441055744.0;
inline constexpr std::uint64_t kRoundToIntegerBits = 0x4338000000000000;
inline constexpr double kInfinity = HUGE_VAL;
inline constexpr double kLn2 = 0x1.62e42fefa39efp-1;
inline constexpr double kLog2E = 0x1.71547652b82fep+0;

/// c[0] + x * (c[1] + x * (...)).
template <ScalarBuilder B, std::size_t n>
typename B::F64 polynomial(B& b, typename B::F64 x, const std::array<double, n>& c) {
  typename B::F64 sum = b.f64(c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) sum = b.fadd(b.fmul(sum, x), b.f64(c[i]));
  return sum;
}

/// x = k * ln 2 + r with |r| <= ln 2 / 2; `shifted` holds k in its low bits; `growth` is exp(r) - 1.
template <ScalarBuilder B>
struct ExpParts {
  typename B::I64 shifted;
  typename B::F64 growth;
};

/// Needs |x| < 2^30 (NaN passes through `growth`).
template <ScalarBuilder B>
ExpParts<B> exp_parts(B& b, typename B::F64 x) {
  const auto t = b.fadd(b.fmul(x, b.f64(kLog2E)), b.f64(kRoundToInteger));
  const auto k = b.fsub(t, b.f64(kRoundToInteger));
  // k is below 2^9 for every caller, so k * ln 2 in one product is off by 2^-45 at most.
  const auto r = b.fsub(x, b.fmul(k, b.f64(kLn2)));
  // (exp(r) - 1) / r by Taylor; the first term left out is r^8 / 9!, 6e-10 of r at the ends.
  static constexpr std::array<double, 8> kTaylor{1.0,       1.0 / 2,   1.0 / 6,    1.0 / 24,
                                                 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320};
  return {b.bits64(t), b.fmul(r, polynomial(b, r, kTaylor))};
}

/// exp of a double as float32: one rounding, infinite and subnormal results included.
template <ScalarBuilder B>
typename B::F32 exp_of_f64(B& b, typename B::F64 x) {
  // Outside this range the float32 result is 0 or infinite anyway.
  auto z = b.select(b.flt(x, b.f64(-150.0)), b.f64(-150.0), x);
  z = b.select(b.fgt(z, b.f64(150.0)), b.f64(150.0), z);
  const ExpParts<B> parts = exp_parts(b, z);
  const auto mantissa = b.fadd(b.f64(1.0), parts.growth);
  const auto scaled = b.value64(b.iadd(b.bits64(mantissa), b.shl(parts.shifted, 52)));
  return b.narrow(b.select(b.is_nan(x), x, scaled));
}

/// Natural logarithm of a double that is not subnormal; +infinity, 0, negatives and NaN as IEEE has them.
template <ScalarBuilder B>
typename B::F64 log_of_f64(B& b, typename B::F64 x) {
  // x = 2^k * m with m in [sqrt(1/2), sqrt(2)). Subtracting the bits of sqrt(1/2), less 1024 exponents,
  // leaves k + 1024 above the mantissa.
  const auto bits = b.bits64(x);
  const auto biased = b.lshr(b.isub(bits, b.i64(0x3fe6a09e667f3bcd - 0x4000000000000000)), 52);
  const auto m = b.value64(b.iadd(b.isub(bits, b.shl(biased, 52)), b.i64(0x4000000000000000)));
  const auto k = b.fsub(b.value64(b.iadd(biased, b.i64(kRoundToIntegerBits))), b.f64(kRoundToInteger + 1024));
  // log m = 2 atanh f; f^2 < 0.0295, so the first term left out is below 4e-14 of the sum.
  const auto f = b.fdiv(b.fsub(m, b.f64(1.0)), b.fadd(m, b.f64(1.0)));
  static constexpr std::array<double, 8> kAtanh{2.0,     2.0 / 3,  2.0 / 5,  2.0 / 7,
                                                2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15};
  auto y = b.fadd(b.fmul(k, b.f64(kLn2)), b.fmul(f, polynomial(b, b.fmul(f, f), kAtanh)));
  y = b.select(b.feq(x, b.f64(kInfinity)), x, y);
  y = b.select(b.feq(x, b.f64(0.0)), b.f64(-kInfinity), y);
  return b.select(b.fge(x, b.f64(0.0)), y, b.f64(std::bit_cast<double>(0x7ff8000000000000)));
}

template <ScalarBuilder B>
typename B::F64 magnitude(B& b, typename B::F64 x) {
  return b.value64(b.iand(b.bits64(x), b.i64(0x7fffffffffffffff)));
}

template <ScalarBuilder B>
typename B::I64 sign_bit(B& b, typename B::F64 x) {
  return b.iand(b.bits64(x), b.i64(0x8000000000000000));
}

template <ScalarBuilder B>
typename B::F64 with_sign(B& b, typename B::F64 x, typename B::I64 sign) {
  return b.value64(b.ior(b.bits64(x), sign));
}

}  // namespace detail

template <ScalarBuilder B>
typename B::F32 exp(B& b, typename B::F32 x) {
  return detail::exp_of_f64(b, b.widen(x));
}

/// log(+-0) = -infinity, log of a negative is NaN.
template <ScalarBuilder B>
typename B::F32 log(B& b, typename B::F32 x) {
  return b.narrow(detail::log_of_f64(b, b.widen(x)));
}

/// g / (g + 2) with g = exp(2 |x|) - 1, which keeps its relative precision near 0; the sign is put back.
template <ScalarBuilder B>
typename B::F32 tanh(B& b, typename B::F32 x) {
  const auto wide = b.widen(x);
  const auto size = detail::magnitude(b, wide);
  // From 9.02 on the nearest float32 is 1.
  const auto capped = b.select(b.fgt(size, b.f64(10.0)), b.f64(10.0), size);
  const detail::ExpParts<B> parts = detail::exp_parts(b, b.fadd(capped, capped));
  const auto power = b.value64(b.iadd(b.shl(parts.shifted, 52), b.i64(0x3ff0000000000000)));
  const auto g = b.fadd(b.fmul(power, parts.growth), b.fsub(power, b.f64(1.0)));
  const auto y = detail::with_sign(b, b.fdiv(g, b.fadd(g, b.f64(2.0))), detail::sign_bit(b, wide));
  return b.narrow(b.select(b.is_nan(wide), wide, y));
}

/// As IEEE 754 and C have it: pow(x, 0) = pow(1, y) = 1 also for NaN; a negative base needs a whole exponent.
template <ScalarBuilder B>
typename B::F32 pow(B& b, typename B::F32 x, typename B::F32 y) {
  const auto base = b.widen(x), exponent = b.widen(y);
  const auto size = detail::magnitude(b, base), reach = detail::magnitude(b, exponent);
  const auto one = b.f64(1.0), infinity = b.f64(detail::kInfinity);
  const auto power = b.widen(detail::exp_of_f64(b, b.fmul(exponent, detail::log_of_f64(b, size))));

  // From 2^24 on every float32 is an even number. Below, the sum holds the nearest integer in its low bits.
  const auto shifted = b.fadd(exponent, b.f64(detail::kRoundToInteger));
  const auto large = b.fge(reach, b.f64(16777216.0));
  const auto whole = b.lor(large, b.feq(b.fsub(shifted, b.f64(detail::kRoundToInteger)), exponent));
  const auto odd = b.land(b.land(whole, b.lnot(large)), b.ieq(b.iand(b.bits64(shifted), b.i64(1)), b.i64(1)));
  auto result = detail::with_sign(b, power, b.select(odd, detail::sign_bit(b, base), b.i64(0)));

  const auto nan = b.f64(std::bit_cast<double>(0x7ff8000000000000));
  const auto negative = b.land(b.flt(base, b.f64(0.0)), b.flt(size, infinity));
  result = b.select(b.land(negative, b.lnot(whole)), nan, result);
  result = b.select(b.land(b.feq(size, one), b.feq(reach, infinity)), one, result);
  result = b.select(b.lor(b.is_nan(base), b.is_nan(exponent)), nan, result);
  result = b.select(b.lor(b.feq(base, one), b.feq(exponent, b.f64(0.0))), one, result);
  return b.narrow(result);
}

/// x * y + z with one rounding, where the CPU has no instruction for it. The product is exact in float64; the
/// sum is rounded to odd (Boldo and Melquiond 2008), so that rounding it again to float32 cannot go astray.
template <ScalarBuilder B>
typename B::F32 fma(B& b, typename B::F32 x, typename B::F32 y, typename B::F32 z) {
  const auto product = b.fmul(b.widen(x), b.widen(y));
  const auto addend = b.widen(z);
  const auto sum = b.fadd(product, addend);
  const auto part = b.fsub(sum, product);
  const auto error = b.fadd(b.fsub(product, b.fsub(sum, part)), b.fsub(addend, part));
  const auto zero = b.f64(0.0);
  // Not for infinities and NaN: their error is NaN, which is neither below nor above 0.
  const auto inexact = b.lor(b.flt(error, zero), b.fgt(error, zero));
  const auto bits = b.bits64(sum);
  const auto even = b.ieq(b.iand(bits, b.i64(1)), b.i64(0));
  // One step towards the exact sum: away from 0 if the error has the sum's sign.
  const auto outward = b.ieq(detail::sign_bit(b, error), detail::sign_bit(b, sum));
  const auto stepped = b.select(outward, b.iadd(bits, b.i64(1)), b.isub(bits, b.i64(1)));
  return b.narrow(b.value64(b.select(b.land(inexact, even), stepped, bits)));
}

/// Philox 4x32-10 (Salmon et al. 2011): four random words of a counter under a key.
template <ScalarBuilder B>
std::array<typename B::I32, 4> philox(B& b, std::array<typename B::I32, 4> counter,
                                      std::array<typename B::I32, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const auto [low_first, high_first] = b.long_product(counter[0], 0xd2511f53);
    const auto [low_second, high_second] = b.long_product(counter[2], 0xcd9e8d57);
    counter = {b.ixor(b.ixor(high_second, counter[1]), key[0]), low_second,
               b.ixor(b.ixor(high_first, counter[3]), key[1]), low_first};
    key = {b.iadd(key[0], b.i32(0x9e3779b9)), b.iadd(key[1], b.i32(0xbb67ae85))};
  }
  return counter;
}

/// (word >> 8) * 2^-24: in [0, 1), exact.
template <ScalarBuilder B>
typename B::F32 uniform(B& b, typename B::I32 word) {
  return b.fmul(b.to_f32(b.lshr(word, 8)), b.f32(0x1p-24f));
}

/// The standard normal quantile of u = ((word >> 8) + 1/2) * 2^-24.
/// With x = 2u - 1 it is x * q(s), s = sqrt(4 - log(1 - x^2)) in [2, 4.5]: q is smooth there, in the middle
/// as in the tails, and interpolated in 19 Chebyshev nodes to 2e-9 relative (after Giles 2010, who splits the
/// range).
template <ScalarBuilder B>
typename B::F32 normal(B& b, typename B::I32 word) {
  static constexpr std::array<double, 19> kQuantile{
      3.3894678530716127,    2.2119412620721457,     -0.15316855510824767,  -0.015239738967530758,
      0.11335893710454412,   -0.12471393967373323,   0.059493512604711772,  0.021937478119926891,
      -0.05873150791580177,  0.040503596375087804,   0.002883619827229649,  -0.033151865544852693,
      0.022716196830112965,  0.010165824367384727,   -0.01696272715551542,  -0.00039654467010141362,
      0.0057833614412819319, -0.0003447383340936433, -0.0008252176056926763};
  // Exact up to the logarithm: x has 25 bits, 1 - x^2 = (1 - x)(1 + x) has 50.
  const auto x = b.fadd(b.fmul(b.to_f64(b.lshr(word, 8)), b.f64(0x1p-23)), b.f64(0x1p-24 - 1.0));
  const auto y = b.fmul(b.fsub(b.f64(1.0), x), b.fadd(b.f64(1.0), x));
  const auto s = b.fsqrt(b.fsub(b.f64(4.0), detail::log_of_f64(b, y)));
  const auto t = b.fsub(b.fmul(s, b.f64(0.8)), b.f64(2.6));
  return b.narrow(b.fmul(x, detail::polynomial(b, t, kQuantile)));
}

inline float exp(float x) {
  PlainBuilder b;
  return exp(b, x);
}
inline float log(float x) {
  PlainBuilder b;
  return log(b, x);
}
inline float tanh(float x) {
  PlainBuilder b;
  return tanh(b, x);
}
inline float pow(float x, float y) {
  PlainBuilder b;
  return pow(b, x, y);
}
inline float fma(float x, float y, float z) {
  PlainBuilder b;
  return fma(b, x, y, z);
}

}  // namespace spikeloom::elementary
