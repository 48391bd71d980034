// Eight rows at a time; every sum has eight lanes, added up at the end.

#include "closs_vector_math_double.h"

#define power_load CLOSS_NAME(power_load)
#define power_shares CLOSS_NAME(power_shares)
#define power_parts CLOSS_NAME(power_parts)
#define power_triangle CLOSS_NAME(power_triangle)
#define power_expand CLOSS_NAME(power_expand)
#define power_penalty CLOSS_NAME(power_penalty)
#define power_cost CLOSS_NAME(power_cost)
#define power_rows_of CLOSS_NAME(power_rows_of)
#define power_sum_of CLOSS_NAME(power_sum_of)
#define power_squares_of CLOSS_NAME(power_squares_of)
#define power_bend_of CLOSS_NAME(power_bend_of)
#define power_amplitudes_of CLOSS_NAME(power_amplitudes_of)

// Loops over terms have constant ends where they are inlined, but for the portable code, which would
// be ten times as long.
#if CLOSS_IS_PORTABLE
#define POWER_UNROLL
#else
#define POWER_UNROLL CLOSS_UNROLL
#endif

#define POWER_LANES_MOST \
  (1 + 5 * CLOSS_POWER_TERMS_MOST + CLOSS_POWER_TERMS_MOST * (2 * CLOSS_POWER_TERMS_MOST + 1))

CLOSS_INLINE vdouble power_load(const double *source, size_t rest) {
  return rest >= VD_LANES ? vd_load(source) : vd_load_first(source, rest);
}

// Each term's share in the sum of all; returns the logarithm of the sum.
CLOSS_INLINE vdouble power_shares(
    size_t terms, bool has_floor, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, size_t i, vdouble *x, vdouble *share) {
  const size_t rest = rows->count - i;
  vdouble shift = vd_splat(has_floor ? amplitudes[0] : -__builtin_inf());
  share[0] = vd_splat(1.0);
  POWER_UNROLL
  for (size_t k = has_floor; k < terms; k++) {
    x[k] = power_load(rows->logarithms + k * rows->count + i, rest);
    share[k] = vd_fma(x[k], vd_splat(-exponents[k]), vd_splat(amplitudes[k]));
    // A floor is the same for all rows and needs no exponential as the shift of the others.
    if (!has_floor) shift = share[k] > shift ? share[k] : shift;
  }
  vdouble total = vd_splat(has_floor ? 1.0 : 0.0);
  POWER_UNROLL
  for (size_t k = has_floor; k < terms; k++) {
    share[k] = vd_exp(share[k] - shift);
    total += share[k];
  }
  const vdouble inverse = 1.0 / total;
  POWER_UNROLL
  for (size_t k = 0; k < terms; k++) share[k] *= inverse;
  return shift + vd_log(total);
}

// v: each term's share and, but for a floor, the share times x; returns how many there are.
CLOSS_INLINE size_t power_parts(
    size_t terms, bool has_floor, const vdouble *x, const vdouble *share, vdouble *v) {
  size_t count = 0;
  POWER_UNROLL
  for (size_t k = 0; k < terms; k++) {
    v[count++] = share[k];
    if (k >= has_floor) v[count++] = share[k] * x[k];
  }
  return count;
}

// Adds factor v_i v_j for i <= j.
CLOSS_INLINE void power_triangle(size_t count, vdouble factor, const vdouble *v, vdouble *sums) {
  size_t place = 0;
  POWER_UNROLL
  for (size_t row = 0; row < count; row++) {
    const vdouble scaled = factor * v[row];
    POWER_UNROLL
    for (size_t column = row; column < count; column++) {
      sums[place] = vd_fma(scaled, v[column], sums[place]);
      place++;
    }
  }
}

// Adds up lanes of sums, of which `parts` a term come before those of the triangle; what a floor
// lacks (bit k of `floor_parts` is clear) is zero.
CLOSS_INLINE void power_expand(
    size_t terms, bool has_floor, size_t parts, size_t floor_parts, const vdouble *lanes,
    double *sums) {
  *sums++ = vd_sum(*lanes++);
  POWER_UNROLL
  for (size_t s = 0; s < parts * terms; s++) {
    const bool is_there = !has_floor || s >= parts || (floor_parts >> s & 1);
    *sums++ = is_there ? vd_sum(*lanes++) : 0.0;
  }
  POWER_UNROLL
  for (size_t row = 0; row < 2 * terms; row++) {
    POWER_UNROLL
    for (size_t column = row; column < 2 * terms; column++) {
      const bool is_there = !has_floor || (row != 1 && column != 1);
      *sums++ = is_there ? vd_sum(*lanes++) : 0.0;
    }
  }
}

// MARK: - Any penalty

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

// The cost of rows and its first two derivatives by z.
CLOSS_INLINE vdouble power_cost(
    const closs_power_rows *rows, vdouble z, vdouble observed, vdouble weight, vdouble *first,
    vdouble *second) {
  vdouble slope, curvature;
  if (!rows->is_value) {
    const vdouble cost = power_penalty(rows, observed - z, weight, &slope, &curvature);
    *first = -slope;
    *second = curvature;
    return cost;
  }
  const vdouble predicted = vd_exp(z);
  const vdouble cost = power_penalty(rows, observed - predicted, weight, &slope, &curvature);
  *first = -slope * predicted;
  *second = vd_fma(curvature * predicted, predicted, *first);
  return cost;
}

CLOSS_INLINE void power_rows_of(
    size_t terms, bool has_floor, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, size_t i, vdouble *sums) {
  const size_t rest = rows->count - i;
  vdouble x[CLOSS_POWER_TERMS_MOST], share[CLOSS_POWER_TERMS_MOST];
  const vdouble z = power_shares(terms, has_floor, rows, amplitudes, exponents, i, x, share);
  const vdouble observed = power_load(rows->observed + i, rest);
  const vdouble weight = power_load(rows->weights + i, rest);

  vdouble first, second;
  *sums++ += power_cost(rows, z, observed, weight, &first, &second);

  POWER_UNROLL
  for (size_t k = 0; k < terms; k++) {
    const vdouble by_amplitude = first * share[k];
    *sums++ += by_amplitude;
    if (k < has_floor) {
      *sums++ += __builtin_elementwise_abs(by_amplitude);
      continue;
    }
    const vdouble by_exponent = by_amplitude * x[k];
    sums[0] += by_exponent;
    sums[1] = vd_fma(by_exponent, x[k], sums[1]);
    sums[2] += __builtin_elementwise_abs(by_amplitude);
    sums[3] += __builtin_elementwise_abs(by_exponent);
    sums += 4;
  }
  vdouble v[2 * CLOSS_POWER_TERMS_MOST];
  const size_t parts = power_parts(terms, has_floor, x, share, v);
  power_triangle(parts, second - first, v, sums);
}

CLOSS_INLINE void power_sum_of(
    size_t terms, bool has_floor, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, double *sums) {
  vdouble lanes[POWER_LANES_MOST];
  for (size_t s = 0; s < closs_power_sum_count(terms); s++) lanes[s] = vd_splat(0.0);
  for (size_t i = 0; i < rows->count; i += VD_LANES) {
    power_rows_of(terms, has_floor, rows, amplitudes, exponents, i, lanes);
  }
  power_expand(terms, has_floor, 5, 1 << 0 | 1 << 3, lanes, sums);
}

// MARK: - Least squares of logarithms

CLOSS_INLINE void power_squares_of(
    size_t terms, bool has_floor, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, double *shares, double *sums) {
  vdouble lanes[POWER_LANES_MOST];
  for (size_t s = 0; s < closs_power_square_count(terms); s++) lanes[s] = vd_splat(0.0);
  for (size_t i = 0; i < rows->count; i += VD_LANES) {
    const size_t rest = rows->count - i;
    vdouble x[CLOSS_POWER_TERMS_MOST], share[CLOSS_POWER_TERMS_MOST];
    const vdouble z = power_shares(terms, has_floor, rows, amplitudes, exponents, i, x, share);
    POWER_UNROLL
    for (size_t k = 0; k < terms; k++) {
      double *const target = shares + k * rows->count + i;
      if (rest >= VD_LANES) {
        vd_store(target, share[k]);
      } else {
        vd_store_first(target, share[k], rest);
      }
    }
    const vdouble r = power_load(rows->observed + i, rest) - z;
    const vdouble weight = power_load(rows->weights + i, rest), weighted = weight * r;
    vdouble v[2 * CLOSS_POWER_TERMS_MOST];
    const size_t parts = power_parts(terms, has_floor, x, share, v);
    lanes[0] = vd_fma(weighted, 0.5 * r, lanes[0]);
    POWER_UNROLL
    for (size_t j = 0; j < parts; j++) lanes[1 + j] = vd_fma(weighted, v[j], lanes[1 + j]);
    power_triangle(parts, weight, v, lanes + 1 + parts);
  }
  power_expand(terms, has_floor, 2, 1 << 0, lanes, sums);
}

CLOSS_INLINE void power_bend_of(
    size_t terms, bool has_floor, const closs_power_rows *rows, const double *shares,
    const double *amplitude_changes, const double *exponent_changes, double *sums) {
  vdouble lanes[2 * CLOSS_POWER_TERMS_MOST];
  for (size_t s = 0; s < 2 * terms; s++) lanes[s] = vd_splat(0.0);
  for (size_t i = 0; i < rows->count; i += VD_LANES) {
    const size_t rest = rows->count - i;
    vdouble x[CLOSS_POWER_TERMS_MOST], share[CLOSS_POWER_TERMS_MOST];
    vdouble mean = vd_splat(0.0), square = vd_splat(0.0);
    POWER_UNROLL
    for (size_t k = 0; k < terms; k++) {
      share[k] = power_load(shares + k * rows->count + i, rest);
      vdouble change = vd_splat(amplitude_changes[k]);
      if (k >= has_floor) {
        x[k] = power_load(rows->logarithms + k * rows->count + i, rest);
        change = vd_fma(x[k], vd_splat(-exponent_changes[k]), change);
      }
      const vdouble part = share[k] * change;
      mean += part;
      square = vd_fma(part, change, square);
    }
    const vdouble bend =
        power_load(rows->weights + i, rest) * vd_fma(-mean, mean, square);
    vdouble v[2 * CLOSS_POWER_TERMS_MOST];
    const size_t parts = power_parts(terms, has_floor, x, share, v);
    POWER_UNROLL
    for (size_t j = 0; j < parts; j++) lanes[j] = vd_fma(bend, v[j], lanes[j]);
  }
  const vdouble *lane = lanes;
  POWER_UNROLL
  for (size_t s = 0; s < 2 * terms; s++) sums[s] = has_floor && s == 1 ? 0.0 : vd_sum(*lane++);
}

// MARK: - Amplitudes alone

CLOSS_INLINE void power_amplitudes_of(
    size_t terms, bool has_floor, const closs_power_rows *rows, const double *const *powers,
    const double *amplitudes, double *sums) {
  vdouble lanes[POWER_LANES_MOST];
  const size_t count = closs_power_amplitude_count(terms);
  for (size_t s = 0; s < count; s++) lanes[s] = vd_splat(0.0);
  for (size_t i = 0; i < rows->count; i += VD_LANES) {
    const size_t rest = rows->count - i;
    vdouble share[CLOSS_POWER_TERMS_MOST];
    vdouble total = vd_splat(0.0);
    POWER_UNROLL
    for (size_t k = 0; k < terms; k++) {
      share[k] = vd_splat(amplitudes[k]);
      if (k >= has_floor) share[k] *= power_load(powers[k] + i, rest);
      total += share[k];
    }
    // Lanes beyond the last row hold no power: they weigh nothing, and must not divide by zero.
    if (rest < VD_LANES) total = total == 0.0 ? vd_splat(1.0) : total;
    const vdouble inverse = 1.0 / total;
    POWER_UNROLL
    for (size_t k = 0; k < terms; k++) share[k] *= inverse;
    const vdouble observed = power_load(rows->observed + i, rest);
    const vdouble r = observed - (rows->is_value ? total : vd_log(total));
    vdouble slope, curvature;
    lanes[0] +=
        power_penalty(rows, r, power_load(rows->weights + i, rest), &slope, &curvature);
    // The parabola through a penalty that touches it from above bends by slope / r.
    vdouble above = r == 0.0 ? curvature : slope / r, first = -slope;
    if (rows->is_value) {
      first *= total;
      above *= total * total;
    }
    POWER_UNROLL
    for (size_t k = 0; k < terms; k++) lanes[1 + k] = vd_fma(first, share[k], lanes[1 + k]);
    power_triangle(terms, above, share, lanes + 1 + terms);
  }
  for (size_t s = 0; s < count; s++) sums[s] = vd_sum(lanes[s]);
}

// MARK: - By the number of terms

// Calls a function with its first two arguments, terms and floor.
#if CLOSS_IS_PORTABLE
#define POWER_BY_TERMS(function, ...) function(rows->terms, has_floor, __VA_ARGS__)
#else
#define POWER_BY_TERMS(function, ...)                  \
  switch (rows->terms + 8 * has_floor) {               \
    case 1: function(1, false, __VA_ARGS__); break;    \
    case 2: function(2, false, __VA_ARGS__); break;    \
    case 3: function(3, false, __VA_ARGS__); break;    \
    case 8 + 2: function(2, true, __VA_ARGS__); break; \
    case 8 + 3: function(3, true, __VA_ARGS__); break; \
  }
#endif

static void CLOSS_NAME(power_sum)(
    const closs_power_rows *rows, const double *amplitudes, const double *exponents,
    double *sums) {
  const bool has_floor = rows->has_floor && rows->terms > 1;
  POWER_BY_TERMS(power_sum_of, rows, amplitudes, exponents, sums);
}

static void CLOSS_NAME(power_squares)(
    const closs_power_rows *rows, const double *amplitudes, const double *exponents,
    double *shares, double *sums) {
  const bool has_floor = rows->has_floor && rows->terms > 1;
  POWER_BY_TERMS(power_squares_of, rows, amplitudes, exponents, shares, sums);
}

static void CLOSS_NAME(power_bend)(
    const closs_power_rows *rows, const double *shares, const double *amplitude_changes,
    const double *exponent_changes, double *sums) {
  const bool has_floor = rows->has_floor && rows->terms > 1;
  POWER_BY_TERMS(power_bend_of, rows, shares, amplitude_changes, exponent_changes, sums);
}

static void CLOSS_NAME(power_amplitudes)(
    const closs_power_rows *rows, const double *const *powers, const double *amplitudes,
    double *sums) {
  const bool has_floor = rows->has_floor && rows->terms > 1;
  POWER_BY_TERMS(power_amplitudes_of, rows, powers, amplitudes, sums);
}

#undef POWER_BY_TERMS
#undef POWER_UNROLL
#undef POWER_LANES_MOST
