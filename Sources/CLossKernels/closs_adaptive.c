// Bytes: a byte is eight decisions, from the highest bit down.

#include "closs_adaptive.h"

#include <string.h>

#include "closs_adaptive_bit.h"
#include "closs_adaptive_memory.h"
#include "closs_natural_log.h"

#pragma STDC FP_CONTRACT OFF

static const closs_shape standard_shape = {
  .contexts = 6, .matches = 1, .sets = 2, .vectors = 1, .refinements = 1,
  .maximal = false};
static const closs_shape maximal_shape = {
  .contexts = 12, .matches = 2, .sets = 6, .vectors = 6, .refinements = 3,
  .maximal = true};

static const double one_over_scale = 1.0 / CLOSS_ONE;

// Takes in a byte that has been scored, and looks up everything for the next.
CLOSS_INLINE void advance(closs_adaptive *model, closs_shape shape, uint32_t byte) {
  model->ring[(uint32_t)model->position & model->ring_mask] = (uint8_t)byte;
  model->position++;
  model->recent = model->recent << 8 | byte;
  if (model->position % CLOSS_RATE_BYTES == 0) closs_slow_down(model, shape);
  model->cell_shift = closs_shift_at(model->position);
  closs_select_first(model, shape, byte);
  for (int i = 0; i < shape.matches; i++) closs_match_update(model, i, byte);
  if (shape.maximal) {
    closs_update_layout(model, byte);
    model->final_rate = closs_final_rate(model->position);
  }
  closs_update_prefixes(model, shape, byte);
  uint64_t last_two = closs_last_bytes(model, 2);
  // The standard effort has the map of two bytes alone.
  if (shape.maximal) {
    model->refinement_row[1] = (byte << 8) & model->refinement_mask;
    uint64_t hash = closs_refinement_context(model) * CLOSS_HASH_1;
    model->refinement_row[2] = (uint32_t)(hash >> 32) & model->refinement_mask;
  }
  model->refinement_row[0] = (uint32_t)(last_two * CLOSS_HASH_1 >> 24) & model->refinement_mask;
  for (int i = 0; i < shape.refinements; i++) {
    __builtin_prefetch(model->refinements[i][model->refinement_row[i]]);
  }
}

// What can be fetched before the byte is complete. Nothing here changes a prediction.
CLOSS_INLINE void prepare(closs_adaptive *model, closs_shape shape, uint32_t node, int depth) {
  if (depth == 6) {
    for (int i = 0; i < shape.matches; i++) {
      __builtin_prefetch(closs_match_heads(model, i, node << 2 & 0xFF));
    }
  } else if (depth == 7) {
    closs_prefetch_lines(model, shape, node << 1 & 0xFF);
  }
}

CLOSS_INLINE void score(
    closs_adaptive *model, closs_shape shape, const uint8_t *bytes, size_t count, double *nats) {
  for (size_t i = 0; i < count; i++) {
    uint32_t node = 1;
    double probability = 1.0;
    for (int depth = 0; depth < 8; depth++) {
      closs_bit bit;
      if (depth == 4) closs_select_second(model, shape, node, NULL);
      prepare(model, shape, node, depth);
      int value = bytes[i] >> (7 - depth) & 1;
      closs_predict(model, shape, &bit, node, depth, value, NULL);
      probability *= (value ? bit.probability : CLOSS_ONE - bit.probability) * one_over_scale;
      closs_learn(model, shape, &bit);
      node = node * 2 + (uint32_t)value;
    }
    nats[i] = -closs_natural_log(probability);
    advance(model, shape, bytes[i]);
  }
}

// The decisions of the byte that is being explored, and how to take them back.
typedef struct {
  closs_bit bits[8];
  closs_undo undos[8];
  double reached[9];  // probability of the first so many bits
  int depth;          // bits decided and learned
  closs_context contexts[CLOSS_MAX_CONTEXTS];
  uint8_t *order1_nodes;
  closs_journal journal;
} exploration;

// Decides one bit as `score` would, learning from it, since the bits that follow are predicted by
// what the model learned from the bits before.
CLOSS_INLINE void descend(
    closs_adaptive *model, closs_shape shape, exploration *path, uint32_t byte) {
  int depth = path->depth++;
  uint32_t node = (256 | byte) >> (8 - depth);
  int value = byte >> (7 - depth) & 1;
  closs_bit *bit = &path->bits[depth];
  if (depth == 4) closs_select_second(model, shape, node, &path->journal);
  closs_predict(model, shape, bit, node, depth, value, &path->undos[depth]);
  int chance = value ? bit->probability : CLOSS_ONE - bit->probability;
  path->reached[depth + 1] = path->reached[depth] * (chance * one_over_scale);
  closs_save(model, shape, bit, &path->undos[depth]);
  closs_learn(model, shape, bit);
}

CLOSS_INLINE void ascend(closs_adaptive *model, closs_shape shape, exploration *path) {
  int depth = --path->depth;
  closs_restore(model, shape, &path->bits[depth], &path->undos[depth]);
  if (depth != 4) return;
  closs_journal_undo(&path->journal);
  memcpy(model->contexts, path->contexts, sizeof path->contexts);
  model->order1_nodes = path->order1_nodes;
}

// Goes through the tree of decisions depth first; neighboring bytes share their first decisions.
CLOSS_INLINE void distribute(closs_adaptive *model, closs_shape shape, double probabilities[256]) {
  exploration path;
  path.reached[0] = 1.0;
  path.depth = 0;
  path.journal.count = 0;
  path.order1_nodes = model->order1_nodes;
  memcpy(path.contexts, model->contexts, sizeof path.contexts);
  for (uint32_t byte = 0; byte < 256; byte++) {
    while (path.depth > 0 && (byte ^ (byte - 1)) >> (8 - path.depth) != 0) {
      ascend(model, shape, &path);
    }
    while (path.depth < 8) descend(model, shape, &path, byte);
    probabilities[byte] = path.reached[8];
  }
  while (path.depth > 0) ascend(model, shape, &path);
}

// MARK: - One body for each effort and instruction set

// All arithmetic is on integers, or on doubles one by one: the variants give the same bits.
#define CLOSS_VARIANTS(effort, attribute)                                                      \
  attribute static void score_##effort(                                                        \
      closs_adaptive *model, const uint8_t *bytes, size_t count, double *nats) {               \
    score(model, effort##_shape, bytes, count, nats);                                          \
  }

CLOSS_VARIANTS(standard, )
CLOSS_VARIANTS(maximal, )

#if defined(__x86_64__)
#define standard_avx2_shape standard_shape
#define maximal_avx2_shape maximal_shape
CLOSS_VARIANTS(standard_avx2, __attribute__((target("avx2"))))
CLOSS_VARIANTS(maximal_avx2, __attribute__((target("avx2"))))
#endif

void closs_adaptive_score(
    closs_adaptive *model, const uint8_t *bytes, size_t count, double *nats) {
  bool maximal = model->shape.maximal;
#if defined(__x86_64__)
  if (model->wide) {
    (maximal ? score_maximal_avx2 : score_standard_avx2)(model, bytes, count, nats);
    return;
  }
#endif
  (maximal ? score_maximal : score_standard)(model, bytes, count, nats);
}

void closs_adaptive_distribution(closs_adaptive *model, double probabilities[256]) {
  if (model->shape.maximal) {
    distribute(model, maximal_shape, probabilities);
  } else {
    distribute(model, standard_shape, probabilities);
  }
}

// MARK: - Life

// The text is taken to follow a zero byte.
static void begin(closs_adaptive *model) {
  closs_initialize(model);
  if (model->shape.maximal) {
    closs_select_first(model, maximal_shape, 0);
  } else {
    closs_select_first(model, standard_shape, 0);
  }
}

closs_adaptive *closs_adaptive_create(size_t memory_bytes, int effort) {
  closs_shape shape = effort == 1 ? maximal_shape : standard_shape;
  closs_adaptive *model = closs_allocate(memory_bytes, shape);
  if (!model) return NULL;
  closs_build_logistic(&model->tables);
  closs_build_histories(&model->tables);
#if defined(__x86_64__)
  model->wide = __builtin_cpu_supports("avx2");
#endif
  begin(model);
  return model;
}

void closs_adaptive_reset(closs_adaptive *model) {
  closs_clear_tables(model);
  begin(model);
}

void closs_adaptive_set_wide(closs_adaptive *model, bool wide) { model->wide = wide; }

size_t closs_adaptive_memory(const closs_adaptive *model) { return model->allocated; }

void closs_adaptive_destroy(closs_adaptive *model) {
  if (model) closs_release(model);
}
