// Probabilities, logits and adaptive probabilities, all as integers.
//
// A probability is a multiple of 2^-16 strictly between 0 and 1; a logit, ln(p / (1 - p)), is a
// multiple of 1/256.

#ifndef CLOSS_ADAPTIVE_LOGISTIC_H
#define CLOSS_ADAPTIVE_LOGISTIC_H

#include "closs_adaptive_model.h"

enum {
  CLOSS_ONE = 65536,             // probability one
  CLOSS_LOGIT_UNIT = 256,        // one in the logistic domain
  // 65536 / (1 + e^11) is the smallest probability above zero.
  CLOSS_LOGIT_LIMIT = 11 * CLOSS_LOGIT_UNIT,
  CLOSS_CHAIN_BIAS = 64,  // input that a link's bias is multiplied with, a quarter of a logit
  CLOSS_BIAS = 2992,  // the probability with a logit of one
  CLOSS_COUNT_MASK = 1023,
  CLOSS_FIRST_SHIFT = 5,
  CLOSS_LAST_SHIFT = 8,
};

void closs_build_logistic(closs_tables *tables);
void closs_build_histories(closs_tables *tables);

CLOSS_INLINE int closs_within(int value, int least, int most) {
  return value > most ? most : value < least ? least : value;
}

CLOSS_INLINE int closs_clamp(int value, int limit) { return closs_within(value, -limit, limit); }

// A sum that may wrap but is never undefined.
CLOSS_INLINE int32_t closs_add(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

// Two mixer inputs for a probability, both of 16 bits in one word: its logit, and its distance
// from one half, which weighs doubtful probabilities less.
CLOSS_INLINE uint32_t closs_inputs(const closs_tables *tables, closs_cell cell) {
  return tables->inputs[cell >> 20];
}

CLOSS_INLINE int closs_logit(const closs_tables *tables, closs_cell cell) {
  return tables->stretch[cell >> 20];
}

// `logit` within plus or minus CLOSS_LOGIT_LIMIT.
CLOSS_INLINE int closs_squash(const closs_tables *tables, int logit) {
  return tables->squash[logit + CLOSS_LOGIT_LIMIT];
}

// The shift of all cells after so many bytes: one more for each fourfold from 2^13 on.
CLOSS_INLINE int closs_shift_at(uint64_t position) {
  int shift = CLOSS_FIRST_SHIFT;
  for (uint64_t bytes = position >> 13; bytes > 0; bytes >>= 2) shift++;
  return shift < CLOSS_LAST_SHIFT ? shift : CLOSS_LAST_SHIFT;
}

// Moves a cell toward `bit` by 1 / (count + 1.6), so that it is close to the mean of what it has
// seen until its count reaches its largest value, and forgets exponentially from then on.
CLOSS_INLINE closs_cell closs_cell_learn(const closs_tables *tables, closs_cell cell, int bit) {
  uint32_t count = cell & CLOSS_COUNT_MASK;
  int64_t error = (int64_t)(-(uint32_t)bit) - (cell - count);
  uint32_t step = (uint32_t)((error * tables->reciprocal[count]) >> 16);
  return cell + (step & ~(uint32_t)CLOSS_COUNT_MASK) + (count < CLOSS_COUNT_MASK);
}

#endif
