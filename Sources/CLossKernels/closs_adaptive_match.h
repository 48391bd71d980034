// The match model: finds the latest place where the last bytes occurred before, and expects the
// byte that followed there. How much to trust it is learned by the length of the match.

#ifndef CLOSS_ADAPTIVE_MATCH_H
#define CLOSS_ADAPTIVE_MATCH_H

#include "closs_adaptive_contexts.h"

enum {
  CLOSS_LONGEST_MATCH = 65535,
  CLOSS_VERIFIED_LENGTH = 32,  // a fresh match is compared backward this far
  CLOSS_LENGTH_CLASSES = 32,
};

// The least length of a match, by match model; 6 and 9 bytes are hashed to find one.
CLOSS_INLINE int closs_match_minimum(int match) { return match == 0 ? 6 : 12; }

CLOSS_INLINE uint32_t closs_length_class(uint32_t length) {
  if (length < 16) return length;
  if (length < 32) return 16 + (length - 16) / 4;
  if (length < 64) return 20 + (length - 32) / 8;
  if (length < 512) return 24 + (length - 64) / 64;
  return CLOSS_LENGTH_CLASSES - 1;
}

// Where the latest position of these bytes is kept. The last two bits of `byte` only choose
// among four neighbors, so that the line can be prefetched before they are known.
CLOSS_INLINE uint32_t *closs_match_heads(const closs_adaptive *model, int index, uint32_t byte) {
  const closs_match *match = &model->matches[index];
  uint64_t hash = (match->prefix + (byte >> 2)) * CLOSS_HASH_2;
  return match->heads + ((uint32_t)(hash >> 32) & model->head_mask & ~UINT32_C(3));
}

// How many bytes before the two positions are equal.
CLOSS_INLINE uint32_t closs_common_length(
    const closs_adaptive *model, uint32_t earlier, uint32_t position) {
  const uint8_t *ring = model->ring;
  uint32_t mask = model->ring_mask;
  uint32_t length = 0;
  while (length < CLOSS_VERIFIED_LENGTH && earlier > length &&
         ring[(earlier - 1 - length) & mask] == ring[(position - 1 - length) & mask]) {
    length++;
  }
  return length;
}

// The ring holds `byte` at `position - 1` already.
CLOSS_INLINE void closs_match_update(closs_adaptive *model, int index, uint32_t byte) {
  closs_match *match = &model->matches[index];
  uint32_t mask = model->ring_mask;
  uint32_t position = (uint32_t)model->position;
  if (match->length > 0 && model->ring[match->pointer & mask] == byte) {
    match->pointer++;
    match->length += match->length < CLOSS_LONGEST_MATCH;
  } else {
    match->length = 0;
  }
  uint32_t *head = closs_match_heads(model, index, byte) + (byte & 3);
  if (match->length == 0) {
    uint32_t candidate = *head;
    uint32_t length = closs_common_length(model, candidate, position);
    match->pointer = candidate;
    match->length = length >= (uint32_t)closs_match_minimum(index) ? length : 0;
  }
  match->class = closs_length_class(match->length);
  match->expected = model->ring[match->pointer & mask] | 256u;
  *head = position;
  match->prefix = closs_mix(index == 0 ? closs_last_bytes(model, 5) : model->recent);
}

#endif
