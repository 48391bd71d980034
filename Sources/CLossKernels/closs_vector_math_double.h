// exp, log and tanh of eight doubles; the ways of closs_vector_math.h with more terms.
//
// Included by bodies inside closs_every_variant.h after closs_vector.h; no include guard.

#define vd_copy_sign CLOSS_NAME(vd_copy_sign)
#define vd_power_of_two CLOSS_NAME(vd_power_of_two)
#define vd_scale CLOSS_NAME(vd_scale)
#define vd_exp CLOSS_NAME(vd_exp)
#define vd_log CLOSS_NAME(vd_log)
#define vd_tanh CLOSS_NAME(vd_tanh)

#ifndef CLOSS_VECTOR_MATH_DOUBLE_CONSTANTS
#define CLOSS_VECTOR_MATH_DOUBLE_CONSTANTS
// Adding 1.5 * 2^52 rounds a small double to an integer, which its lowest bits then hold.
#define CLOSS_DOUBLE_ROUNDER 0x1.8p52
// ln 2; the upper part has 41 bits, so that its product with an exponent is exact.
#define CLOSS_DOUBLE_LN2_UPPER 0x1.62e42fefa3000p-1
#define CLOSS_DOUBLE_LN2_LOWER 0x1.3de6af278ece6p-42
#endif

// The size of one with the sign of the other.
CLOSS_INLINE vdouble vd_copy_sign(vdouble size, vdouble sign) {
  return (vdouble)(((vlong)size & INT64_MAX) | ((vlong)sign & INT64_MIN));
}

// 2^n for n from -1022 to 1023.
CLOSS_INLINE vdouble vd_power_of_two(vlong n) { return (vdouble)((n + 1023) << 52); }

// x 2^n for x near one and n from -1100 to 1030, rounded once; `n_double` is n too.
CLOSS_INLINE vdouble vd_scale(vdouble x, vlong n, vdouble n_double) {
#if CLOSS_IS_AVX512
  (void)n;
  return (vdouble)_mm512_scalef_pd((__m512d)x, (__m512d)n_double);
#else
  (void)n_double;
  // Half of n without a shift of signed 64-bit lanes, which AVX2 lacks.
  vlong half = (vlong)((vulong)(n + 2048) >> 1) - 1024;
  return x * vd_power_of_two(half) * vd_power_of_two(n - half);
#endif
}

// exp(x); infinite above 709.78, zero below -745.13.
CLOSS_INLINE vdouble vd_exp(vdouble x) {
  vdouble lowest = vd_splat(-750.0), highest = vd_splat(711.0);
  x = lowest > x ? lowest : x;  // a NaN stays
  x = highest < x ? highest : x;
  vdouble shifted = vd_fma(x, vd_splat(0x1.71547652b82fep+0), vd_splat(CLOSS_DOUBLE_ROUNDER));
  vdouble n_double = shifted - CLOSS_DOUBLE_ROUNDER;
  vlong n = (vlong)shifted - (vlong)vd_splat(CLOSS_DOUBLE_ROUNDER);
  vdouble r = vd_fma(n_double, vd_splat(-CLOSS_DOUBLE_LN2_UPPER), x);
  r = vd_fma(n_double, vd_splat(-CLOSS_DOUBLE_LN2_LOWER), r);
  vdouble tail = vd_fma(vd_splat(0x1.add5671b6fcb3p-26), r, vd_splat(0x1.28aecbaa2cc6fp-22));
  tail = vd_fma(tail, r, vd_splat(0x1.71def4fdd22adp-19));
  tail = vd_fma(tail, r, vd_splat(0x1.a0199897bd4c7p-16));
  tail = vd_fma(tail, r, vd_splat(0x1.a01a013d1b10fp-13));
  tail = vd_fma(tail, r, vd_splat(0x1.6c16c184b2ffap-10));
  tail = vd_fma(tail, r, vd_splat(0x1.1111111124d76p-7));
  tail = vd_fma(tail, r, vd_splat(0x1.555555555060bp-5));
  tail = vd_fma(tail, r, vd_splat(0x1.5555555555503p-3));
  tail = vd_fma(tail, r, vd_splat(0x1.000000000000ap-1));
  return vd_scale(vd_fma(r * r, tail, r) + 1.0, n, n_double);
}

// The natural logarithm; minus infinity at zero of either sign, NaN below.
//
// x = 2^k m with m from 0.75 to 1.5, f = m - 1, s = f / (2 + f): ln(1 + f) = 2 artanh s, written
// f - (h - s (h + s^2 Q(s^2))) with h = f^2 / 2 so that s, which is rounded, weighs little.
CLOSS_INLINE vdouble vd_log(vdouble x) {
#if CLOSS_IS_AVX512
  __m512d mantissa = _mm512_getmant_pd((__m512d)x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero);
  vdouble m = (vdouble)mantissa;
  vdouble k = (vdouble)_mm512_getexp_pd((__m512d)x) - (vdouble)_mm512_getexp_pd(mantissa);
#else
  vlong is_subnormal = x < 0x1p-1022;
  vlong bits = (vlong)(is_subnormal ? x * 0x1p54 : x);
  // The bits are those of a positive number: a shift without sign, moved to one with sign.
  vlong shifted = bits - INT64_C(0x3FE8000000000000) + INT64_C(0x4000000000000000);
  vlong exponent = (vlong)((vulong)shifted >> 52) - 1024;
  vdouble m = (vdouble)(bits - (exponent << 52));
  exponent -= is_subnormal & 54;
  // As a double by way of the bits of 1.5 * 2^52, for which AVX2 needs no conversion.
  vdouble k = (vdouble)(exponent + (vlong)vd_splat(CLOSS_DOUBLE_ROUNDER)) - CLOSS_DOUBLE_ROUNDER;
  k = x == 0.0 ? vd_splat(-__builtin_inf()) : k;
  m = x == 0.0 ? vd_splat(1.0) : m;
  m = x == __builtin_inf() ? vd_splat(1.0) : m;
  k = x == __builtin_inf() ? x : k;
#endif
  vdouble f = m - 1.0;
  vdouble s = f / (f + 2.0);
  vdouble z = s * s;
  vdouble half_square = f * f * 0.5;
  vdouble tail = vd_fma(vd_splat(0x1.1b85cd06f5cc4p-3), z, vd_splat(0x1.0dcaf812b6022p-3));
  tail = vd_fma(tail, z, vd_splat(0x1.3b35c9ff66f4dp-3));
  tail = vd_fma(tail, z, vd_splat(0x1.745c4a95992c3p-3));
  tail = vd_fma(tail, z, vd_splat(0x1.c71c7490db3a3p-3));
  tail = vd_fma(tail, z, vd_splat(0x1.24924921e32e9p-2));
  tail = vd_fma(tail, z, vd_splat(0x1.999999999c187p-2));
  tail = vd_fma(tail, z, vd_splat(0x1.555555555554fp-1));
  vdouble lower = vd_fma(s, vd_fma(z, tail, half_square), k * CLOSS_DOUBLE_LN2_LOWER);
  lower = f - (half_square - lower);
  vdouble result = vd_fma(k, vd_splat(CLOSS_DOUBLE_LN2_UPPER), lower);
  return x >= 0.0 ? result : vd_splat(__builtin_nan(""));
}

// The hyperbolic tangent e / (e + 2) with e = exp(2 |x|) - 1 = 2^n (exp(r) - 1) + (2^n - 1).
CLOSS_INLINE vdouble vd_tanh(vdouble x) {
  vdouble twice = __builtin_elementwise_abs(x) * 2.0;
  vdouble highest = vd_splat(40.0);
  twice = highest < twice ? highest : twice;
  vdouble shifted =
      vd_fma(twice - 0.25, vd_splat(0x1.71547652b82fep+0), vd_splat(CLOSS_DOUBLE_ROUNDER));
  vdouble n = shifted - CLOSS_DOUBLE_ROUNDER;
  vdouble power = vd_power_of_two((vlong)shifted - (vlong)vd_splat(CLOSS_DOUBLE_ROUNDER));
  vdouble r = vd_fma(n, vd_splat(-CLOSS_DOUBLE_LN2_UPPER), twice);
  r = vd_fma(n, vd_splat(-CLOSS_DOUBLE_LN2_LOWER), r);
  vdouble tail = vd_fma(vd_splat(0x1.6971d718656e0p-29), r, vd_splat(0x1.a2641b4dd8649p-26));
  tail = vd_fma(tail, r, vd_splat(0x1.28662509a05e3p-22));
  tail = vd_fma(tail, r, vd_splat(0x1.71d8328508ae3p-19));
  tail = vd_fma(tail, r, vd_splat(0x1.a01a2674cafc2p-16));
  tail = vd_fma(tail, r, vd_splat(0x1.a01a016656226p-13));
  tail = vd_fma(tail, r, vd_splat(0x1.6c16c16a2d117p-10));
  tail = vd_fma(tail, r, vd_splat(0x1.1111111118c85p-7));
  tail = vd_fma(tail, r, vd_splat(0x1.55555555555cfp-5));
  tail = vd_fma(tail, r, vd_splat(0x1.555555555554dp-3));
  tail = vd_fma(tail, r, vd_splat(0.5));
  vdouble e = vd_fma(power, vd_fma(r * r, tail, r), power - 1.0);
  vdouble divisor = e + 2.0;
  vdouble quotient = e / divisor;
  // What the sum lost, over the divisor, as in vf_tanh.
  vdouble lost = e < 0x1p49 ? e - (divisor - 2.0) : vd_splat(0.0);
  lost *= vd_fma(quotient, vd_splat(-0.5), vd_splat(0.5));
  return vd_copy_sign(vd_fma(-quotient, lost, quotient), x);
}
