// Mixing: a logistic regression on the logits of all models, learning online.
//
// The first layer has several sets of weights, each with 256 rows of which its own small context
// selects one; a second, smaller regression mixes the sets' answers.
//
// Vectors are the compiler's own (one AVX2 register, two of SSE2 or NEON each), so that one source
// serves every processor; all lanes are integers, so that every processor gives the same result.

#ifndef CLOSS_ADAPTIVE_MIXER_H
#define CLOSS_ADAPTIVE_MIXER_H

#include <string.h>

#include "closs_adaptive_logistic.h"

enum {
  // The rate of learning starts high and loses one every 4096 bytes.
  CLOSS_FIRST_RATE = 36,
  // Standard: times an error of 2^16, the gain and an input of 2307 this stays within 32 bits.
  CLOSS_FIRST_SUM_RATE = 64,
  CLOSS_LAST_RATE = 10,
  CLOSS_SLOWEST_RATE = 4,          // standard, one less every half megabyte
  CLOSS_SLOW_BYTES = 1 << 19,
  CLOSS_SUM_GAIN = 14,             // of 64: the rate of a sum of two rows, in units of the other
  CLOSS_RATE_BYTES = 4096,
  CLOSS_WEIGHT_BITS = 28,  // a weight of one is 2^28; the upper 16 bits take part in products
  // Similar inputs let weights of opposite sign drift apart. The bound of four keeps them, and the
  // sum of 48 products of at most 2^14 and 2307, within 32 bits.
  CLOSS_MOST_WEIGHT = 1 << 30,
  CLOSS_ROWS = 256,
  CLOSS_MOST_CONFIDENCE = 1 << 24,  // one
  CLOSS_CONFIDENCE_SHIFT = 10,
  CLOSS_LANES = 8,
  CLOSS_PAIRS = 4,  // pairs of inputs in a vector
};

// Called every CLOSS_RATE_BYTES. The rate of the standard effort goes on falling, slowly.
CLOSS_INLINE void closs_slow_down(closs_adaptive *model, closs_shape shape) {
  bool slowly = !shape.maximal && model->rate > CLOSS_SLOWEST_RATE &&
                model->position % CLOSS_SLOW_BYTES == 0;
  if (model->rate > CLOSS_LAST_RATE || slowly) model->rate--;
}

typedef int16_t closs_short8 __attribute__((vector_size(16)));
typedef int32_t closs_int4 __attribute__((vector_size(16)));
typedef uint32_t closs_word4 __attribute__((vector_size(16)));

// Gathers four pairs of inputs. They go from the table to a vector register without passing
// through memory: a vector load that follows narrow stores would wait for all of them.
CLOSS_INLINE void closs_gather(closs_int8 *inputs, const uint32_t pairs[CLOSS_PAIRS]) {
  closs_word4 words = {pairs[0], pairs[1], pairs[2], pairs[3]};
  *inputs = __builtin_convertvector((closs_short8)words, closs_int8);
}

CLOSS_INLINE int32_t closs_dot(const closs_int8 *inputs, const closs_int8 *weights, int vectors) {
  closs_int8 sums = {0};
  CLOSS_UNROLL
  for (int i = 0; i < vectors; i++) sums += (weights[i] >> 16) * inputs[i];
  closs_int4 half = __builtin_shufflevector(sums, sums, 0, 1, 2, 3) +
                    __builtin_shufflevector(sums, sums, 4, 5, 6, 7);
  half += __builtin_shufflevector(half, half, 2, 3, 0, 1);
  return half[0] + half[1];
}

CLOSS_INLINE void closs_train(
    const closs_int8 *inputs, closs_int8 *weights, int vectors, int error) {
  const closs_int8 most = (closs_int8){0} + CLOSS_MOST_WEIGHT;
  CLOSS_UNROLL
  for (int i = 0; i < vectors; i++) {
    closs_int8 sum = weights[i] + ((inputs[i] * error + 512) >> 10);
    sum = __builtin_elementwise_min(sum, most);
    weights[i] = __builtin_elementwise_max(sum, -most);
  }
}

// Adds the same step to both rows of which the standard effort takes the sum. Each is bounded by
// half of what one row alone would be.
CLOSS_INLINE void closs_train_sum(
    const closs_int8 *inputs, closs_int8 *const *weights, int error) {
  const closs_int8 most = (closs_int8){0} + CLOSS_MOST_WEIGHT / 2;
  closs_int8 step = (*inputs * error) >> 10;
  CLOSS_UNROLL
  for (int set = 0; set < 2; set++) {
    closs_int8 sum = __builtin_elementwise_min(*weights[set] + step, most);
    *weights[set] = __builtin_elementwise_max(sum, -most);
  }
}

#endif
