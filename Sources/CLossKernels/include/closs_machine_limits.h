// What the machine can do at most: loops that do nothing but multiply and add, or nothing but move
// memory. The speed of a kernel is a fraction of theirs; no product of this package needs them.

#ifndef CLOSS_MACHINE_LIMITS_H
#define CLOSS_MACHINE_LIMITS_H

#include "closs_variant.h"
#include <stddef.h>

// The multiply-adds of one round of `closs_peak`: independent chains times lanes.
size_t closs_peak_width(closs_variant variant);

// Does `rounds` rounds of multiply-adds in registers, in as many chains as hide their latency.
//
// Each chain becomes chain + factor * term in a round (portable: chain * factor + term). The numbers
// come from the caller, so that no compiler can know the answer; factor 0.5 and term 1 meet neither
// infinities nor denormals, however many rounds. Returns the sum of all chains, to be looked at.
float closs_peak(closs_variant variant, size_t rounds, float factor, float term);

// The floats that the functions below take at a time; `count` is a multiple of it.
enum { CLOSS_STRIDE = 128 };

// Reads `count` floats; returns their sum.
float closs_read_sum(closs_variant variant, const float *x, size_t count);

// out[i] = a[i] + factor * b[i]: reads two, writes one (the processor reads that one too, to write
// a part of its line). `out` may be `a`: then nothing is read that is not asked for.
void closs_triad(
    closs_variant variant, float *out, const float *a, const float *b, float factor, size_t count);

// The same, writing past the caches. `out` is aligned to 64 bytes.
void closs_triad_streaming(
    closs_variant variant, float *out, const float *a, const float *b, float factor, size_t count);

#endif
