// Sixteen floats, or eight doubles, as one value; included once for each instruction set.
//
// The width does not depend on the registers: where they are narrower the compiler takes two or
// four of them. So the order of every sum is the same everywhere, and with one rounding for each
// multiply-add so are the bits. Nothing here is contracted or reassociated by the compiler; a
// kernel says vf_fma where it wants one rounding.
//
// No include guard: the types and functions below carry the variant's suffix.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma STDC FP_CONTRACT OFF

#ifndef CLOSS_INLINE
#define CLOSS_INLINE static inline __attribute__((always_inline, unused))
#endif

// Keeps an array of vectors in registers however long it is; the compiler alone gives up at some
// size.
#ifndef CLOSS_UNROLL
#define CLOSS_UNROLL _Pragma("clang loop unroll(full)")
#define CLOSS_NO_UNROLL _Pragma("clang loop unroll(disable)")
#endif

#ifndef CLOSS_VECTOR_TYPES
#define CLOSS_VECTOR_TYPES
enum { VF_LANES = 16, VD_LANES = 8 };
typedef float vfloat __attribute__((ext_vector_type(16)));
typedef int32_t vint __attribute__((ext_vector_type(16)));
typedef uint32_t vuint __attribute__((ext_vector_type(16)));
typedef double vdouble __attribute__((ext_vector_type(8)));
typedef int64_t vlong __attribute__((ext_vector_type(8)));
typedef uint64_t vulong __attribute__((ext_vector_type(8)));
#endif

#define vf_load CLOSS_NAME(vf_load)
#define vf_store CLOSS_NAME(vf_store)
#define vf_load_first CLOSS_NAME(vf_load_first)
#define vf_store_first CLOSS_NAME(vf_store_first)
#define vf_load_up_to CLOSS_NAME(vf_load_up_to)
#define vf_load_first_or CLOSS_NAME(vf_load_first_or)
#define vf_store_up_to CLOSS_NAME(vf_store_up_to)
#define vf_splat CLOSS_NAME(vf_splat)
#define vf_fma CLOSS_NAME(vf_fma)
#define vf_max CLOSS_NAME(vf_max)
#define vf_min CLOSS_NAME(vf_min)
#define vf_abs CLOSS_NAME(vf_abs)
#define vf_sqrt CLOSS_NAME(vf_sqrt)
#define vf_sum CLOSS_NAME(vf_sum)
#define vf_largest CLOSS_NAME(vf_largest)
#define vd_load CLOSS_NAME(vd_load)
#define vd_store CLOSS_NAME(vd_store)
#define vd_load_first CLOSS_NAME(vd_load_first)
#define vd_store_first CLOSS_NAME(vd_store_first)
#define vd_splat CLOSS_NAME(vd_splat)
#define vd_fma CLOSS_NAME(vd_fma)
#define vd_sum CLOSS_NAME(vd_sum)

// MARK: - Memory. Pointers need no alignment beyond their elements'.

CLOSS_INLINE vfloat vf_load(const float *source) {
  vfloat x;
  __builtin_memcpy(&x, source, sizeof x);
  return x;
}

CLOSS_INLINE void vf_store(float *target, vfloat x) { __builtin_memcpy(target, &x, sizeof x); }

CLOSS_INLINE vfloat vf_splat(float x) { return (vfloat)x; }

// The first `count` lanes (0 to 16) from memory, the others zero; reads nothing beyond.
CLOSS_INLINE vfloat vf_load_first(const float *source, size_t count) {
#if CLOSS_IS_AVX512
  return (vfloat)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), source);
#else
  float lanes[VF_LANES] = {0};
  for (size_t i = 0; i < count; i++) lanes[i] = source[i];
  return vf_load(lanes);
#endif
}

// Writes the first `count` lanes (0 to 16), nothing beyond.
CLOSS_INLINE void vf_store_first(float *target, vfloat x, size_t count) {
#if CLOSS_IS_AVX512
  _mm512_mask_storeu_ps(target, (__mmask16)((1u << count) - 1), (__m512)x);
#else
  float lanes[VF_LANES];
  vf_store(lanes, x);
  for (size_t i = 0; i < count; i++) target[i] = lanes[i];
#endif
}

// The first `count` lanes (0 to 16) from memory, the others `other`; reads nothing beyond.
CLOSS_INLINE vfloat vf_load_first_or(const float *source, size_t count, float other) {
#if CLOSS_IS_AVX512
  const __mmask16 lanes = (__mmask16)((1u << count) - 1);
  return (vfloat)_mm512_mask_loadu_ps(_mm512_set1_ps(other), lanes, source);
#else
  float lanes[VF_LANES];
  for (size_t i = 0; i < VF_LANES; i++) lanes[i] = i < count ? source[i] : other;
  return vf_load(lanes);
#endif
}

// Sixteen lanes, or the `count` that are left and zeros, for the last turn of a loop.
CLOSS_INLINE vfloat vf_load_up_to(const float *source, size_t count) {
  return count >= VF_LANES ? vf_load(source) : vf_load_first(source, count);
}

// Sixteen lanes, or the `count` that are left.
CLOSS_INLINE void vf_store_up_to(float *target, vfloat x, size_t count) {
  if (count >= VF_LANES) {
    vf_store(target, x);
  } else {
    vf_store_first(target, x, count);
  }
}

// MARK: - Arithmetic

CLOSS_INLINE vfloat vf_fma(vfloat a, vfloat b, vfloat c) {
#if CLOSS_IS_PORTABLE
  return a * b + c;  // a function call for each lane otherwise
#else
  return __builtin_elementwise_fma(a, b, c);
#endif
}

// The larger; `b` where either is not a number.
CLOSS_INLINE vfloat vf_max(vfloat a, vfloat b) { return a > b ? a : b; }

// The smaller; `b` where either is not a number.
CLOSS_INLINE vfloat vf_min(vfloat a, vfloat b) { return a < b ? a : b; }

CLOSS_INLINE vfloat vf_abs(vfloat x) { return __builtin_elementwise_abs(x); }

CLOSS_INLINE vfloat vf_sqrt(vfloat x) { return __builtin_elementwise_sqrt(x); }

// The sum of the lanes: halves are added until one is left.
CLOSS_INLINE float vf_sum(vfloat x) {
  float __attribute__((ext_vector_type(8))) eight = x.lo + x.hi;
  float __attribute__((ext_vector_type(4))) four = eight.lo + eight.hi;
  float __attribute__((ext_vector_type(2))) two = four.lo + four.hi;
  return two.x + two.y;
}

// The largest lane; not a number if the last lane compared is not, so callers check apart.
CLOSS_INLINE float vf_largest(vfloat x) {
  float __attribute__((ext_vector_type(8))) eight = x.lo > x.hi ? x.lo : x.hi;
  float __attribute__((ext_vector_type(4))) four = eight.lo > eight.hi ? eight.lo : eight.hi;
  float __attribute__((ext_vector_type(2))) two = four.lo > four.hi ? four.lo : four.hi;
  return two.x > two.y ? two.x : two.y;
}

// MARK: - Doubles

CLOSS_INLINE vdouble vd_load(const double *source) {
  vdouble x;
  __builtin_memcpy(&x, source, sizeof x);
  return x;
}

CLOSS_INLINE void vd_store(double *target, vdouble x) { __builtin_memcpy(target, &x, sizeof x); }

CLOSS_INLINE vdouble vd_splat(double x) { return (vdouble)x; }

// The first `count` lanes (0 to 8) from memory, the others zero; reads nothing beyond.
CLOSS_INLINE vdouble vd_load_first(const double *source, size_t count) {
#if CLOSS_IS_AVX512
  return (vdouble)_mm512_maskz_loadu_pd((__mmask8)((1u << count) - 1), source);
#else
  double lanes[VD_LANES] = {0};
  for (size_t i = 0; i < count; i++) lanes[i] = source[i];
  return vd_load(lanes);
#endif
}

// Writes the first `count` lanes (0 to 8), nothing beyond.
CLOSS_INLINE void vd_store_first(double *target, vdouble x, size_t count) {
#if CLOSS_IS_AVX512
  _mm512_mask_storeu_pd(target, (__mmask8)((1u << count) - 1), (__m512d)x);
#else
  double lanes[VD_LANES];
  vd_store(lanes, x);
  for (size_t i = 0; i < count; i++) target[i] = lanes[i];
#endif
}

CLOSS_INLINE vdouble vd_fma(vdouble a, vdouble b, vdouble c) {
#if CLOSS_IS_PORTABLE
  return a * b + c;
#else
  return __builtin_elementwise_fma(a, b, c);
#endif
}

// The sum of the lanes: halves are added until one is left.
CLOSS_INLINE double vd_sum(vdouble x) {
  double __attribute__((ext_vector_type(4))) four = x.lo + x.hi;
  double __attribute__((ext_vector_type(2))) two = four.lo + four.hi;
  return two.x + two.y;
}
