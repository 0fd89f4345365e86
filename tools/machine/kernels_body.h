// The loops that are timed, for one instruction set; kernels.cpp includes this once for each, in a namespace
// of its own, with
//   SPIKELOOM_VECTOR_BYTES    width of a vector
//   SPIKELOOM_FOR_TARGET      attribute that lets a function use the instruction set
//   SPIKELOOM_FMA(a, b, c)    a * b + c in one instruction where there is one
// No #pragma once: it is meant to be included again.

typedef float Vector __attribute__((vector_size(SPIKELOOM_VECTOR_BYTES)));
constexpr std::size_t kLanes = SPIKELOOM_VECTOR_BYTES / sizeof(float);

SPIKELOOM_FOR_TARGET inline float sum_of(Vector v) {
  float sum = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) sum += v[lane];
  return sum;
}

SPIKELOOM_FOR_TARGET float stream(const float* from, std::size_t count) {
  const Vector* vectors = reinterpret_cast<const Vector*>(from);
  Vector sums[8] = {};
  for (std::size_t i = 0; i + 8 <= count / kLanes; i += 8)
#pragma GCC unroll 8
    for (std::size_t k = 0; k < 8; ++k) sums[k] += vectors[i + k];
  Vector all = {};
  for (const Vector& sum : sums) all += sum;
  return sum_of(all);
}

// Two rows at a time where registers allow, so that additions need not wait for each other.
SPIKELOOM_FOR_TARGET float rows(const float* panel, const std::uint32_t* order, std::size_t count) {
  constexpr std::size_t kVectors = kRow / kLanes, kTogether = kVectors < 8 ? 2 : 1;
  Vector sums[kTogether][kVectors] = {};
  for (std::size_t i = 0; i + kTogether <= count; i += kTogether)
#pragma GCC unroll 2
    for (std::size_t r = 0; r < kTogether; ++r) {
      const Vector* row = reinterpret_cast<const Vector*>(panel + std::size_t{order[i + r]} * kRow);
#pragma GCC unroll 16
      for (std::size_t k = 0; k < kVectors; ++k) sums[r][k] += row[k];
    }
  Vector all = {};
  for (const auto& row : sums)
    for (const Vector& sum : row) all += sum;
  return sum_of(all);
}

// Six rows of input against two vectors of outputs: what fits the registers of every instruction set.
SPIKELOOM_FOR_TARGET float dense(const float* weights, const float* inputs, std::size_t fan_in) {
  const Vector* vectors = reinterpret_cast<const Vector*>(weights);
  Vector sums[kDenseInputs][2] = {};
  for (std::size_t k = 0; k < fan_in; ++k) {
    const Vector left = vectors[2 * k], right = vectors[2 * k + 1];
#pragma GCC unroll 6
    for (std::size_t r = 0; r < kDenseInputs; ++r) {
      const Vector x = inputs[k * kDenseInputs + r] - Vector{};
      sums[r][0] = SPIKELOOM_FMA(x, left, sums[r][0]);
      sums[r][1] = SPIKELOOM_FMA(x, right, sums[r][1]);
    }
  }
  Vector all = {};
  for (const auto& row : sums) all += row[0] + row[1];
  return sum_of(all);
}

SPIKELOOM_FOR_TARGET float chain(float start, std::size_t count) {
  Vector sum = start - Vector{};
  const Vector step = sum;
  for (std::size_t i = 0; i < count; ++i) sum += step;
  return sum_of(sum);
}
