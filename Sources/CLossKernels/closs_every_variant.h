// Compiles one body of code once for each instruction set.
//
//     #define CLOSS_BODY "closs_norms_body.h"
//     #include "closs_every_variant.h"
//
// The body names its functions CLOSS_NAME(layer_norm); CLOSS_CHOOSE(variant, layer_norm) of
// closs_choose.h is then the one for a variant. Inside a body the vectors of closs_vector.h are
// there, and one of CLOSS_IS_AVX512, CLOSS_IS_AVX2, CLOSS_IS_NEON, CLOSS_IS_PORTABLE is 1.

#include "closs_choose.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Vectors pass only between functions that are inlined into one with the same instructions, so what
// the warning is about, a call whose two sides disagree, cannot happen.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#if defined(__x86_64__)

#define CLOSS_NAME(name) name##_avx512
#define CLOSS_IS_AVX512 1
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#include "closs_vector.h"
#include CLOSS_BODY
#pragma clang attribute pop
#undef CLOSS_IS_AVX512
#undef CLOSS_NAME

#define CLOSS_NAME(name) name##_avx2
#define CLOSS_IS_AVX2 1
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "closs_vector.h"
#include CLOSS_BODY
#pragma clang attribute pop
#undef CLOSS_IS_AVX2
#undef CLOSS_NAME

#elif defined(__aarch64__)

#define CLOSS_NAME(name) name##_neon
#define CLOSS_IS_NEON 1
#include "closs_vector.h"
#include CLOSS_BODY
#undef CLOSS_IS_NEON
#undef CLOSS_NAME

#endif

#define CLOSS_NAME(name) name##_portable
#define CLOSS_IS_PORTABLE 1
#include "closs_vector.h"
#include CLOSS_BODY
#undef CLOSS_IS_PORTABLE
#undef CLOSS_NAME

#pragma clang diagnostic pop
#undef CLOSS_BODY
