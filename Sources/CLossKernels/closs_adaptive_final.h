// The second layer of the maximal effort: two regressions on the answers of the weight sets, one
// selected by the partial byte, one by the word row; each learns alone, and their logits' mean
// counts.

#ifndef CLOSS_ADAPTIVE_FINAL_H
#define CLOSS_ADAPTIVE_FINAL_H

#include "closs_adaptive_mixer.h"

enum {
  // The rate, of 2^16, falls from 2^-5 to 2^-8 as the text grows: the answers are nearly equal, so
  // that fast learning helps a short text and diverges on a long one.
  CLOSS_FIRST_FINAL_RATE = 1 << 11,
  CLOSS_LAST_FINAL_RATE = 1 << 8,
  CLOSS_FINAL_RATE_BYTES = 1 << 16,  // after so many the rate has fallen to half
  CLOSS_LEAST_ERROR = CLOSS_ONE / 128,
};

// Whether the first layer learns from a bit. One that was nearly certain would teach it mostly
// noise: leaving such bits out is faster and predicts better.
CLOSS_INLINE bool closs_is_instructive(int error) {
  return error >= CLOSS_LEAST_ERROR || error <= -CLOSS_LEAST_ERROR;
}

typedef struct {
  int32_t *weights[CLOSS_FINALS];
  int mixed[CLOSS_FINALS];  // probabilities
} closs_final;

CLOSS_INLINE int closs_final_rate(uint64_t position) {
  uint64_t scale = position + CLOSS_FINAL_RATE_BYTES;
  uint64_t rate = (uint64_t)CLOSS_FIRST_FINAL_RATE * CLOSS_FINAL_RATE_BYTES / scale;
  return rate > CLOSS_LAST_FINAL_RATE ? (int)rate : CLOSS_LAST_FINAL_RATE;
}

CLOSS_INLINE int closs_predict_final(
    closs_adaptive *model, closs_final *final, const int *logits, int sets,
    const uint32_t rows[CLOSS_FINALS]) {
  int total = 0;
  CLOSS_UNROLL
  for (int i = 0; i < CLOSS_FINALS; i++) {
    int32_t *weights = model->final_weights[i][rows[i]];
    int64_t sum = 0;
    CLOSS_UNROLL
    for (int set = 0; set < sets; set++) sum += (int64_t)logits[set] * weights[set];
    int logit = closs_clamp((int)(sum >> CLOSS_WEIGHT_BITS), CLOSS_LOGIT_LIMIT);
    final->weights[i] = weights;
    final->mixed[i] = closs_squash(&model->tables, logit);
    total += logit;
  }
  return total >> 1;
}

CLOSS_INLINE void closs_learn_final(
    const closs_adaptive *model, closs_final *final, const int *logits, int sets, int target) {
  CLOSS_UNROLL
  for (int i = 0; i < CLOSS_FINALS; i++) {
    int64_t error = (int64_t)(target - final->mixed[i]) * model->final_rate;
    CLOSS_UNROLL
    for (int set = 0; set < sets; set++) {
      int32_t weight = final->weights[i][set] + (int32_t)((logits[set] * error) >> 16);
      final->weights[i][set] = closs_clamp(weight, CLOSS_MOST_WEIGHT);
    }
  }
}

#endif
