// Rotary positions (Su et al., RoFormer, 2021): pairs of a head's elements turned by angles that grow
// with the position. In place; backward is the turn by the opposite angles.

#ifndef CLOSS_ROTARY_H
#define CLOSS_ROTARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "closs_variant.h"

// (T, H, head size) in memory, with the table that turns it.
typedef struct closs_rotary {
  const float *cosines;      // (positions, pairs)
  const float *sines;        // (positions, pairs)
  const int32_t *positions;  // (T)
  size_t pairs;              // half the turned elements of a head; the rest stay as they are
  size_t heads;
  size_t token_stride;  // in floats, from a token to the next
  size_t head_stride;
  bool is_interleaved;  // pairs (0, 1), (2, 3), …; else (0, pairs), (1, pairs + 1), …
  bool is_inverse;      // turns back
} closs_rotary;

void closs_rotate(closs_variant variant, const closs_rotary *rotary, size_t tokens, float *x);

#endif
