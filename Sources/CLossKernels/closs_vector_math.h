// exp, log, tanh, the logistic function and erf of sixteen floats.
//
// Included by bodies inside closs_every_variant.h after closs_vector.h; no include guard. No tables
// and no library calls: an argument reduction that is exact (its products have bits to spare, so it
// holds without fused multiply-adds too) and a minimax polynomial from make_vector_math.py. Errors
// stay below two units in the last place over all floats in every variant; closs_elementwise.h
// has the measured ones. A NaN gives a NaN; results that are subnormal are rounded as such.

#define vf_copy_sign CLOSS_NAME(vf_copy_sign)
#define vf_power_of_two CLOSS_NAME(vf_power_of_two)
#define vf_scale CLOSS_NAME(vf_scale)
#define vf_exp_minus_one_core CLOSS_NAME(vf_exp_minus_one_core)
#define vf_exp_clamped CLOSS_NAME(vf_exp_clamped)
#define vf_exp CLOSS_NAME(vf_exp)
#define vf_exp_nonpositive CLOSS_NAME(vf_exp_nonpositive)
#define vf_log CLOSS_NAME(vf_log)
#define vf_tanh CLOSS_NAME(vf_tanh)
#define vf_sigmoid CLOSS_NAME(vf_sigmoid)
#define vf_erf CLOSS_NAME(vf_erf)

#ifndef CLOSS_VECTOR_MATH_CONSTANTS
#define CLOSS_VECTOR_MATH_CONSTANTS
// Adding 1.5 * 2^23 rounds a small float to an integer, which its lowest bits then hold.
#define CLOSS_ROUNDER 0x1.8p23f
// ln 2; the upper part has 15 bits, so that its product with an exponent is exact.
#define CLOSS_LN2_UPPER 0x1.62e4p-1f
#define CLOSS_LN2_LOWER 0x1.7f7d1cp-20f
#endif

// The size of one with the sign of the other.
CLOSS_INLINE vfloat vf_copy_sign(vfloat size, vfloat sign) {
  return (vfloat)(((vint)size & 0x7FFFFFFF) | ((vint)sign & (int32_t)0x80000000));
}

// 2^n for n from -126 to 127.
CLOSS_INLINE vfloat vf_power_of_two(vint n) { return (vfloat)((n + 127) << 23); }

// x 2^n for x near one and n from -160 to 130, rounded once: where the result is subnormal, the
// first of the two products is exact. `n_float` is n too.
CLOSS_INLINE vfloat vf_scale(vfloat x, vint n, vfloat n_float) {
#if CLOSS_IS_AVX512
  (void)n;
  return (vfloat)_mm512_scalef_ps((__m512)x, (__m512)n_float);
#else
  (void)n_float;
  vint half = n >> 1;
  return x * vf_power_of_two(half) * vf_power_of_two(n - half);
#endif
}

// exp(r) - 1 for |r| up to ln(2) / 2, with an error that is small against exp(r).
CLOSS_INLINE vfloat vf_exp_minus_one_core(vfloat r) {
  vfloat tail = vf_fma(vf_splat(0x1.6ac6e4p-10f), r, vf_splat(0x1.123dc8p-7f));
  tail = vf_fma(tail, r, vf_splat(0x1.555858p-5f));
  tail = vf_fma(tail, r, vf_splat(0x1.55548cp-3f));
  tail = vf_fma(tail, r, vf_splat(0x1.fffffcp-2f));
  return vf_fma(r * r, tail, r);
}

// exp for arguments from -105 to 89 and NaN: x = n ln 2 + r.
CLOSS_INLINE vfloat vf_exp_clamped(vfloat x) {
  vfloat shifted = vf_fma(x, vf_splat(0x1.715476p+0f), vf_splat(CLOSS_ROUNDER));
  vfloat n_float = shifted - CLOSS_ROUNDER;
  vint n = (vint)shifted - (vint)vf_splat(CLOSS_ROUNDER);
  vfloat r = vf_fma(n_float, vf_splat(-CLOSS_LN2_UPPER), x);
  r = vf_fma(n_float, vf_splat(-CLOSS_LN2_LOWER), r);
  return vf_scale(vf_exp_minus_one_core(r) + 1.0f, n, n_float);
}

// exp(x); infinite above 88.72, zero below -103.97.
CLOSS_INLINE vfloat vf_exp(vfloat x) {
  return vf_exp_clamped(vf_min(vf_splat(89.0f), vf_max(vf_splat(-105.0f), x)));
}

// exp(x) for x <= 0 or NaN, as in a softmax: the same bits as vf_exp, an instruction less.
CLOSS_INLINE vfloat vf_exp_nonpositive(vfloat x) {
  return vf_exp_clamped(vf_max(vf_splat(-105.0f), x));
}

// The natural logarithm; minus infinity at zero of either sign, NaN below.
//
// x = 2^k m with m from 0.75 to 1.5, f = m - 1: ln x = k ln 2 + f - f^2 / 2 + f^3 P(f).
CLOSS_INLINE vfloat vf_log(vfloat x) {
#if CLOSS_IS_AVX512
  // These know subnormals, zero (exponent minus infinity) and infinity.
  __m512 mantissa = _mm512_getmant_ps((__m512)x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero);
  vfloat m = (vfloat)mantissa;
  vfloat k = (vfloat)_mm512_getexp_ps((__m512)x) - (vfloat)_mm512_getexp_ps(mantissa);
#else
  vint is_subnormal = x < 0x1p-126f;
  vint bits = (vint)(is_subnormal ? x * 0x1p23f : x);
  vint exponent = (bits - 0x3F400000) >> 23;
  vfloat m = (vfloat)(bits - (exponent << 23));
  vfloat k = __builtin_convertvector(exponent - (is_subnormal & 23), vfloat);
  k = x == 0.0f ? vf_splat(-__builtin_inff()) : k;
  m = x == 0.0f ? vf_splat(1.0f) : m;
  k = x == __builtin_inff() ? x : k;
#endif
  vfloat f = m - 1.0f;
  vfloat square = f * f;
  vfloat tail = vf_fma(vf_splat(-0x1.6fb332p-5f), f, vf_splat(0x1.ac48e0p-4f));
  tail = vf_fma(tail, f, vf_splat(-0x1.0da9dap-3f));
  tail = vf_fma(tail, f, vf_splat(0x1.288ec6p-3f));
  tail = vf_fma(tail, f, vf_splat(-0x1.54ed64p-3f));
  tail = vf_fma(tail, f, vf_splat(0x1.996910p-3f));
  tail = vf_fma(tail, f, vf_splat(-0x1.000048p-2f));
  tail = vf_fma(tail, f, vf_splat(0x1.5555a4p-2f));
  vfloat lower = vf_fma(k, vf_splat(CLOSS_LN2_LOWER), square * f * tail);
  lower = vf_fma(square, vf_splat(-0.5f), lower);
  vfloat result = vf_fma(k, vf_splat(CLOSS_LN2_UPPER), f + lower);
  return x >= 0.0f ? result : vf_splat(__builtin_nanf(""));
}

// The hyperbolic tangent e / (e + 2) with e = exp(2 |x|) - 1 = 2^n (exp(r) - 1) + (2^n - 1), which
// loses nothing near zero.
CLOSS_INLINE vfloat vf_tanh(vfloat x) {
  vfloat twice = vf_min(vf_splat(19.0f), vf_abs(x) * 2.0f);
  vfloat shifted = vf_fma(twice, vf_splat(0x1.715476p+0f), vf_splat(CLOSS_ROUNDER));
  vfloat n = shifted - CLOSS_ROUNDER;
  vfloat power = vf_power_of_two((vint)shifted - (vint)vf_splat(CLOSS_ROUNDER));
  vfloat r = vf_fma(n, vf_splat(-CLOSS_LN2_UPPER), twice);
  r = vf_fma(n, vf_splat(-CLOSS_LN2_LOWER), r);
  vfloat tail = vf_fma(vf_splat(0x1.a03310p-13f), r, vf_splat(0x1.6d71f8p-10f));
  tail = vf_fma(tail, r, vf_splat(0x1.11118ap-7f));
  tail = vf_fma(tail, r, vf_splat(0x1.5554b2p-5f));
  tail = vf_fma(tail, r, vf_splat(0x1.555554p-3f));
  tail = vf_fma(tail, r, vf_splat(0.5f));
  vfloat e = vf_fma(power, vf_fma(r * r, tail, r), power - 1.0f);
  return vf_copy_sign(e / (e + 2.0f), x);
}

// The logistic function 1 / (1 + exp(-x)), written with exp(-|x|) so that no half loses its tail.
CLOSS_INLINE vfloat vf_sigmoid(vfloat x) {
  vfloat e = vf_exp_nonpositive(-vf_abs(x));
  return (x < 0.0f ? e : vf_splat(1.0f)) / (e + 1.0f);
}

// The error function: x + x P(x^2) below 0.875, 1 - 2^Q(|x|) above.
CLOSS_INLINE vfloat vf_erf(vfloat x) {
  vfloat a = vf_abs(x);
  vfloat z = a * a;
  vfloat near = vf_fma(vf_splat(-0x1.3ba6e2p-11f), z, vf_splat(0x1.479c3ep-8f));
  near = vf_fma(near, z, vf_splat(-0x1.b69b90p-6f));
  near = vf_fma(near, z, vf_splat(0x1.ce1b86p-4f));
  near = vf_fma(near, z, vf_splat(-0x1.8126ecp-2f));
  near = vf_fma(near, z, vf_splat(0x1.06eba6p-3f));
  near = vf_fma(near, a, a);
  vfloat b = vf_min(vf_splat(3.95f), a);
  vfloat far = vf_fma(vf_splat(-0x1.f237f4p-16f), b, vf_splat(0x1.4409c0p-11f));
  far = vf_fma(far, b, vf_splat(-0x1.878ef6p-8f));
  far = vf_fma(far, b, vf_splat(0x1.27f2a8p-5f));
  far = vf_fma(far, b, vf_splat(-0x1.3f9220p-3f));
  far = vf_fma(far, b, vf_splat(-0x1.d3e8a8p-1f));
  far = vf_fma(far, b, vf_splat(-0x1.a124d0p+0f));
  far = vf_fma(far, b, vf_splat(0x1.eeedb0p-13f));
  vfloat shifted = far + CLOSS_ROUNDER;
  vfloat power = vf_power_of_two((vint)shifted - (vint)vf_splat(CLOSS_ROUNDER));
  vfloat r = (far - (shifted - CLOSS_ROUNDER)) * 0x1.62e430p-1f;
  far = 1.0f - vf_fma(power, vf_exp_minus_one_core(r), power);
  return vf_copy_sign(a < 0.875f ? near : far, x);
}
