// Probabilities, logits and adaptive probabilities, all as integers.
//
// A probability is a multiple of 2^-16 strictly between 0 and 1; a logit, ln(p / (1 - p)), is a
// multiple of 1/256.

#ifndef CLOSS_ADAPTIVE_LOGISTIC_H
#define CLOSS_ADAPTIVE_LOGISTIC_H

#include "closs_adaptive_model.h"

enum {
  CLOSS_ONE = 65536,             // probability one
  CLOSS_LOGIT_UNIT = 256,
  CLOSS_LOGIT_LIMIT = 11 * 256,  // 65536 / (1 + e^11) is the smallest probability above zero
  CLOSS_COUNT_MASK = 1023,
};

void closs_build_logistic(closs_tables *tables);
void closs_build_histories(closs_tables *tables);

CLOSS_INLINE int closs_clamp(int value, int limit) {
  return value > limit ? limit : value < -limit ? -limit : value;
}

CLOSS_INLINE int closs_stretch(const closs_tables *tables, uint32_t probability) {
  return tables->stretch[probability >> 4];
}

// `logit` within plus or minus CLOSS_LOGIT_LIMIT.
CLOSS_INLINE int closs_squash(const closs_tables *tables, int logit) {
  return tables->squash[logit + CLOSS_LOGIT_LIMIT];
}

CLOSS_INLINE uint32_t closs_cell_probability(closs_cell cell) { return cell >> 16; }

// Moves a cell toward `bit` by 1 / (count + 1.6), so that it is close to the mean of what it has
// seen until its count reaches `limit`, and forgets exponentially from then on.
CLOSS_INLINE closs_cell closs_cell_learn(
    const closs_tables *tables, closs_cell cell, int bit, uint32_t limit) {
  uint32_t count = cell & CLOSS_COUNT_MASK;
  int32_t error = (int32_t)(bit ? (1u << 22) - 1 : 0) - (int32_t)(cell >> 10);
  int32_t step = (int32_t)(((int64_t)error * tables->reciprocal[count]) >> 16);
  return cell + ((uint32_t)step << 10) + (count < limit);
}

#endif
