// The instruction sets that the numeric kernels are compiled for.
//
// Every kernel takes the variant it is to run as its first argument. All variants but the portable
// one give the same bits: they work on sixteen lanes in the same order and round each multiply-add
// once. The portable one rounds twice.

#ifndef CLOSS_VARIANT_H
#define CLOSS_VARIANT_H

#include <stdbool.h>

typedef enum closs_variant {
  CLOSS_PORTABLE = 0,
  CLOSS_NEON = 1,
  CLOSS_AVX2 = 2,
  CLOSS_AVX512 = 3,
} closs_variant;

// Whether this build has the variant and this processor and system can run it.
bool closs_variant_is_supported(closs_variant variant);

// The variant with the widest vectors that this processor and system can run, for the scanning of
// bytes, where all variants give the same answer and none needs to be passed down.
closs_variant closs_fastest_variant(void);

#endif
