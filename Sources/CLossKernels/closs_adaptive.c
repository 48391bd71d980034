// Bytes: a byte is eight decisions, from the highest bit down.

#include "closs_adaptive.h"

#include <stdlib.h>

#include "closs_adaptive_bit.h"
#include "closs_adaptive_memory.h"

#pragma STDC FP_CONTRACT OFF

static const closs_shape standard_shape = {
  .contexts = 9, .matches = 1, .sets = 2, .inputs = 32, .maximal = false};
static const closs_shape maximal_shape = {
  .contexts = 13, .matches = 2, .sets = 4, .inputs = 48, .maximal = true};

CLOSS_INLINE void advance(closs_adaptive *model, closs_shape shape, uint32_t byte) {
  model->ring[(uint32_t)model->position & model->ring_mask] = (uint8_t)byte;
  model->position++;
  model->recent = model->recent << 8 | byte;
  if ((model->position & 4095) == 0 && model->rate > 10) model->rate--;
  closs_grow(model);
  closs_select_first(model, shape, byte);
  for (int i = 0; i < shape.matches; i++) closs_match_update(model, i, byte);
  closs_update_prefixes(model, shape, byte);
  model->refinement_row[0] = (byte << 8) & model->refinement_mask;
  model->refinement_row[1] =
      (uint32_t)(closs_last_bytes(model, 2) * CLOSS_HASH_1 >> 24) & model->refinement_mask;
  __builtin_prefetch(model->refinements[0][model->refinement_row[0]]);
  __builtin_prefetch(model->refinements[1][model->refinement_row[1]]);
}

CLOSS_INLINE void score(
    closs_adaptive *model, closs_shape shape, const uint8_t *bytes, size_t count, double *nats) {
  closs_bit bit = {.inputs = {0}};
  for (size_t i = 0; i < count; i++) {
    uint32_t node = 1;
    double probability = 1.0;
    for (int depth = 0; depth < 8; depth++) {
      if (depth == 4) closs_select_second(model, shape, node, NULL);
      if (depth == 6) closs_prefetch_lines(model, shape, (node & 63) << 2);
      closs_predict(model, shape, &bit, node, depth);
      int value = bytes[i] >> (7 - depth) & 1;
      probability *= (value ? bit.probability : CLOSS_ONE - bit.probability) * 0x1p-16;
      closs_learn(model, shape, &bit, value);
      node = node * 2 + (uint32_t)value;
    }
    nats[i] = -closs_natural_log(probability);
    advance(model, shape, bytes[i]);
  }
}

static void score_standard(closs_adaptive *m, const uint8_t *bytes, size_t count, double *nats) {
  score(m, standard_shape, bytes, count, nats);
}
static void score_maximal(closs_adaptive *m, const uint8_t *bytes, size_t count, double *nats) {
  score(m, maximal_shape, bytes, count, nats);
}
#if defined(__x86_64__)
__attribute__((target("avx2")))
static void score_standard2(closs_adaptive *m, const uint8_t *bytes, size_t count, double *nats) {
  score(m, standard_shape, bytes, count, nats);
}
__attribute__((target("avx2")))
static void score_maximal2(closs_adaptive *m, const uint8_t *bytes, size_t count, double *nats) {
  score(m, maximal_shape, bytes, count, nats);
}
#endif
void closs_adaptive_score(closs_adaptive *m, const uint8_t *bytes, size_t count, double *nats) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && !getenv("NOAVX")) {
    if (m->shape.maximal) score_maximal2(m, bytes, count, nats);
    else score_standard2(m, bytes, count, nats);
    return;
  }
#endif
  if (m->shape.maximal) score_maximal(m, bytes, count, nats);
  else score_standard(m, bytes, count, nats);
}

closs_adaptive *closs_adaptive_create(size_t memory_bytes, int effort) {
  closs_shape shape = effort == 1 ? maximal_shape : standard_shape;
  closs_adaptive *model = closs_allocate(memory_bytes, shape);
  if (!model) return NULL;
  closs_adaptive_reset(model);
  return model;
}
