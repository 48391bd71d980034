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

// Bytes hashed to find a match, by match model.
CLOSS_INLINE int closs_match_minimum(int match) { return match == 0 ? 6 : 12; }

CLOSS_INLINE uint32_t closs_length_class(uint32_t length) {
  if (length < 16) return length;
  if (length < 32) return 16 + (length - 16) / 4;
  if (length < 64) return 20 + (length - 32) / 8;
  if (length < 512) return 24 + (length - 64) / 64;
  return CLOSS_LENGTH_CLASSES - 1;
}

CLOSS_INLINE uint32_t closs_expected_byte(const closs_adaptive *model, int match) {
  return model->ring[model->matches[match].pointer & model->ring_mask];
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
  uint64_t key = index == 0 ? closs_last_bytes(model, 6) : model->recent;
  uint32_t *head = &match->heads[(uint32_t)(key * CLOSS_HASH_1 >> 32) & model->head_mask];
  if (match->length == 0) {
    uint32_t candidate = *head;
    uint32_t length = 0;
    while (length < CLOSS_VERIFIED_LENGTH && candidate > length &&
           model->ring[(candidate - 1 - length) & mask] == model->ring[(position - 1 - length) & mask]) {
      length++;
    }
    match->pointer = candidate;
    match->length = length >= (uint32_t)closs_match_minimum(index) ? length : 0;
  }
  *head = position;
}

#endif
