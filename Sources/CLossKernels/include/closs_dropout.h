// Dropout whose mask is a function of seed, stream and index alone: nothing is stored.
//
// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, 2011).
// Its key is the seed, low word first; its counter is (c, stream), each 64 bits, low word first.
// Element i has word (i / 16) mod 4 of counter c = 16 (i / 64) + i mod 16, and stays if that word is at
// most `limit`. All variants give the same words. What is dropped is multiplied by zero: a NaN stays
// one, and an infinity becomes one.

#ifndef CLOSS_DROPOUT_H
#define CLOSS_DROPOUT_H

#include <stddef.h>
#include <stdint.h>

#include "closs_variant.h"

typedef struct closs_dropout {
  uint64_t seed;
  uint64_t stream;
  uint32_t limit;  // round(2^32 keep) - 1
  float scale;     // of what stays: 2^32 / (limit + 1)
} closs_dropout;

// out = x * mask * scale for elements first ..< first + count; `first` is a multiple of 64, and `x`
// and `out` point to that element. They may be the same.
void closs_dropout_apply(
    closs_variant variant, const closs_dropout *dropout, size_t first, size_t count,
    const float *x, float *out);

// dx += dout * mask * scale, with the mask of closs_dropout_apply.
void closs_dropout_backward(
    closs_variant variant, const closs_dropout *dropout, size_t first, size_t count,
    const float *dout, float *dx);

// The words themselves, 64 from each block of 16 counters on, for tests.
void closs_dropout_words(
    closs_variant variant, uint64_t seed, uint64_t counter, uint64_t stream, uint32_t words[64]);

#endif
