// Which instruction sets this processor and its system offer.

#include "closs_variant.h"

bool closs_variant_is_supported(closs_variant variant) {
  switch (variant) {
    case CLOSS_PORTABLE:
      return true;
    case CLOSS_NEON:
#if defined(__aarch64__)
      return true;
#else
      return false;
#endif
#if defined(__x86_64__)
    // The builtin also asks whether the system saves the wide registers.
    case CLOSS_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CLOSS_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
             && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
             && __builtin_cpu_supports("fma");
#else
    case CLOSS_AVX2:
    case CLOSS_AVX512:
      return false;
#endif
  }
  return false;
}

closs_variant closs_fastest_variant(void) {
  static const closs_variant fastest_first[] = {CLOSS_AVX512, CLOSS_AVX2, CLOSS_NEON};
  for (unsigned i = 0; i < sizeof fastest_first / sizeof *fastest_first; i++) {
    if (closs_variant_is_supported(fastest_first[i])) return fastest_first[i];
  }
  return CLOSS_PORTABLE;
}
