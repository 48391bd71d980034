// Eight rows at a time; every sum has eight lanes, added up at the end.

#include "closs_vector_math_double.h"

#define power_load CLOSS_NAME(power_load)
#define power_penalty CLOSS_NAME(power_penalty)
#define power_rows_of CLOSS_NAME(power_rows_of)
#define power_sum_of CLOSS_NAME(power_sum_of)

CLOSS_INLINE vdouble power_load(const double *source, size_t rest) {
  return rest >= VD_LANES ? vd_load(source) : vd_load_first(source, rest);
}

// The cost of residuals and its first two derivatives by them. Lanes of weight zero cost nothing.
CLOSS_INLINE vdouble power_penalty(
    const closs_power_rows *rows, vdouble r, vdouble weight, vdouble *slope, vdouble *curvature) {
  const vdouble zero = vd_splat(0.0), limit = vd_splat(rows->threshold);
  const vdouble s = weight * (r > zero ? vd_splat(rows->above) : vd_splat(rows->below));
  const vdouble size = __builtin_elementwise_abs(r);
  const vlong is_outside = size > limit;
  const vdouble reach = is_outside ? limit : size;
  // reach (|r| - reach/2) is r^2/2 inside, for reach is |r| there.
  *slope = s * vd_copy_sign(reach, r);
  *curvature = is_outside ? zero : s;
  return s * reach * (size - 0.5 * reach);
}

CLOSS_INLINE void power_rows_of(
    size_t terms, const closs_power_rows *rows, const double *amplitudes, const double *exponents,
    size_t i, vdouble *sums) {
  const size_t rest = rows->count - i;
  vdouble x[CLOSS_POWER_TERMS_MOST], share[CLOSS_POWER_TERMS_MOST];
  vdouble largest = vd_splat(-__builtin_inf());
  CLOSS_UNROLL
  for (size_t k = 0; k < terms; k++) {
    x[k] = power_load(rows->logarithms + k * rows->count + i, rest);
    share[k] = vd_fma(x[k], vd_splat(-exponents[k]), vd_splat(amplitudes[k]));
    largest = share[k] > largest ? share[k] : largest;
  }
  vdouble total = vd_splat(0.0);
  CLOSS_UNROLL
  for (size_t k = 0; k < terms; k++) {
    share[k] = vd_exp(share[k] - largest);
    total += share[k];
  }
  const vdouble inverse = 1.0 / total;
  const vdouble z = largest + vd_log(total);
  const vdouble observed = power_load(rows->observed + i, rest);
  const vdouble weight = power_load(rows->weights + i, rest);

  vdouble slope, curvature, first, second;  // the latter by z
  if (rows->is_value) {
    const vdouble predicted = vd_exp(z);
    sums[0] += power_penalty(rows, observed - predicted, weight, &slope, &curvature);
    first = -slope * predicted;
    second = vd_fma(curvature * predicted, predicted, first);
  } else {
    sums[0] += power_penalty(rows, observed - z, weight, &slope, &curvature);
    first = -slope;
    second = curvature;
  }
  const vdouble outer = second - first;

  vdouble v[2 * CLOSS_POWER_TERMS_MOST];
  CLOSS_UNROLL
  for (size_t k = 0; k < terms; k++) {
    v[2 * k] = share[k] * inverse;
    v[2 * k + 1] = v[2 * k] * x[k];
    vdouble *const moments = sums + 1 + 5 * k;
    const vdouble by_amplitude = first * v[2 * k], by_exponent = first * v[2 * k + 1];
    moments[0] += by_amplitude;
    moments[1] += by_exponent;
    moments[2] = vd_fma(by_exponent, x[k], moments[2]);
    moments[3] += __builtin_elementwise_abs(by_amplitude);
    moments[4] += __builtin_elementwise_abs(by_exponent);
  }
  size_t place = 1 + 5 * terms;
  CLOSS_UNROLL
  for (size_t row = 0; row < 2 * terms; row++) {
    const vdouble scaled = outer * v[row];
    CLOSS_UNROLL
    for (size_t column = row; column < 2 * terms; column++) {
      sums[place] = vd_fma(scaled, v[column], sums[place]);
      place++;
    }
  }
}

CLOSS_INLINE void power_sum_of(
    size_t terms, const closs_power_rows *rows, const double *amplitudes, const double *exponents,
    double *sums) {
  enum { MOST = CLOSS_POWER_TERMS_MOST };
  vdouble lanes[1 + 5 * MOST + MOST * (2 * MOST + 1)];
  const size_t count = closs_power_sum_count(terms);
  for (size_t s = 0; s < count; s++) lanes[s] = vd_splat(0.0);
  for (size_t i = 0; i < rows->count; i += VD_LANES) {
    power_rows_of(terms, rows, amplitudes, exponents, i, lanes);
  }
  for (size_t s = 0; s < count; s++) sums[s] = vd_sum(lanes[s]);
}

static void CLOSS_NAME(power_sum)(
    const closs_power_rows *rows, const double *amplitudes, const double *exponents,
    double *sums) {
  switch (rows->terms) {
    case 1: power_sum_of(1, rows, amplitudes, exponents, sums); break;
    case 2: power_sum_of(2, rows, amplitudes, exponents, sums); break;
    case 3: power_sum_of(3, rows, amplitudes, exponents, sums); break;
    case 4: power_sum_of(4, rows, amplitudes, exponents, sums); break;
  }
}
