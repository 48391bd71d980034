// Attention: what does not depend on the instruction set, and the choice of it.

#include "closs_attention.h"

#define CLOSS_BODY "closs_attention_body.h"
#include "closs_every_variant.h"

size_t closs_attention_tile_count(const closs_attention_shape *shape) {
  const size_t rows = shape->queries * shape->group;
  return (rows + CLOSS_ATTENTION_ROWS - 1) / CLOSS_ATTENTION_ROWS;
}

size_t closs_attention_forward_scratch(const closs_attention_shape *shape) {
  // Queries and outputs, scores, and four numbers a row.
  return CLOSS_ATTENTION_ROWS * (2 * shape->head_size + CLOSS_ATTENTION_KEYS + 4);
}

void closs_attention_forward(
    closs_variant variant, const closs_attention_shape *shape, closs_attention_tensor q,
    closs_attention_tensor k, closs_attention_tensor v, closs_attention_tensor o,
    float *log_sum_exp, size_t batch, size_t key_head, size_t tile, float *scratch) {
  CLOSS_CHOOSE(variant, attention_forward)
  (shape, q, k, v, o, log_sum_exp, batch, key_head, tile, scratch);
}
