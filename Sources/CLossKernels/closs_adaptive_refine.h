// Refinement (adaptive probability maps): corrects the mixed probability by what followed it
// before, in a small context. A row has 16 probabilities at equal steps of the logit; between
// two of them the answer is interpolated.

#ifndef CLOSS_ADAPTIVE_REFINE_H
#define CLOSS_ADAPTIVE_REFINE_H

#include "closs_adaptive_logistic.h"

enum {
  CLOSS_REFINE_POINTS = 16,
  CLOSS_REFINE_LIMIT = 2047,  // logits beyond count as this
  CLOSS_REFINE_SHIFT = 5,
  CLOSS_MOST_TRUST = 7 << 21,  // seven eighths
  CLOSS_TRUST_SHIFT = 14,
};

typedef struct {
  uint16_t *nearest;
  int probability;
} closs_refined;

// Two rows make a cache line: those of the nodes `2 n` and `2 n + 1` are fetched by one prefetch.
CLOSS_INLINE closs_refined closs_refine(uint16_t row[CLOSS_REFINE_POINTS], int logit) {
  int place = (closs_clamp(logit, CLOSS_REFINE_LIMIT) + CLOSS_REFINE_LIMIT) *
              (CLOSS_REFINE_POINTS - 1);
  int left = place >> 12;
  int weight = (place & 4095) >> 5;
  int probability = (row[left] * (128 - weight) + row[left + 1] * weight) >> 7;
  return (closs_refined){row + left + (weight >> 6), probability};
}

// Steps are rounded away from zero, so that a certain answer reaches the end of the scale.
CLOSS_INLINE void closs_refined_learn(closs_refined refined, int bit) {
  int target = bit ? CLOSS_ONE - 1 + (1 << CLOSS_REFINE_SHIFT) - 1 : 0;
  int error = target - *refined.nearest;
  *refined.nearest = (uint16_t)(*refined.nearest + (error >> CLOSS_REFINE_SHIFT));
}

#endif
