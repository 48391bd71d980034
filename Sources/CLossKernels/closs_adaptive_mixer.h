// Mixing: a logistic regression on the logits of all models, learning online.
//
// The first layer has several sets of weights, each with 256 rows of which its own small context
// selects one; a second, smaller regression mixes the sets' answers.

#ifndef CLOSS_ADAPTIVE_MIXER_H
#define CLOSS_ADAPTIVE_MIXER_H

#include "closs_adaptive_logistic.h"

enum {
  CLOSS_WEIGHT_BITS = 28,  // a weight of one is 2^28; the upper 16 bits take part in products
  CLOSS_ROWS = 256,
};

CLOSS_INLINE int32_t closs_dot(const int16_t *inputs, const int32_t *weights, int count) {
  uint32_t sum = 0;
  for (int i = 0; i < count; i++) sum += (uint32_t)((weights[i] >> 16) * inputs[i]);
  return (int32_t)sum;
}

CLOSS_INLINE void closs_train(const int16_t *inputs, int32_t *weights, int count, int error) {
  for (int i = 0; i < count; i++) {
    int32_t step = ((int32_t)inputs[i] * error + 512) >> 10;
    weights[i] = (int32_t)((uint32_t)weights[i] + (uint32_t)step);
  }
}

#endif
