// Picks the compilation of a function for an instruction set. An instruction set that this build
// lacks falls back to the portable one; the surface above refuses it long before.

#ifndef CLOSS_CHOOSE_H
#define CLOSS_CHOOSE_H

#include "closs_variant.h"

#if defined(__x86_64__)
#define CLOSS_CHOOSE(variant, name) \
  ((variant) == CLOSS_AVX512 ? name##_avx512 \
   : (variant) == CLOSS_AVX2 ? name##_avx2 \
                             : name##_portable)
#elif defined(__aarch64__)
#define CLOSS_CHOOSE(variant, name) ((variant) == CLOSS_NEON ? name##_neon : name##_portable)
#else
#define CLOSS_CHOOSE(variant, name) (name##_portable)
#endif

#endif
