// Attention: what does not depend on the instruction set, and the choice of it.

#include "closs_attention.h"

#include <stdint.h>

typedef struct {
  size_t first, end;
} closs_attention_range;

// d, up to whole vectors of sixteen.
static size_t closs_attention_width(const closs_attention_shape *shape) {
  return (shape->head_size + 15) / 16 * 16;
}

static size_t closs_attention_tile_count(const closs_attention_shape *shape) {
  const size_t rows = shape->queries * shape->group;
  return (rows + CLOSS_ATTENTION_ROWS - 1) / CLOSS_ATTENTION_ROWS;
}

// The keys that any row of a chunk sees.
static closs_attention_range closs_attention_chunk_keys(
    const closs_attention_shape *shape, size_t chunk) {
  closs_attention_range range = {0, shape->keys};
  if (!shape->causal) return range;
  const size_t rows = shape->queries * shape->group, offset = shape->keys - shape->queries;
  const size_t chunk_rows = (size_t)CLOSS_ATTENTION_CHUNK_TILES * CLOSS_ATTENTION_ROWS;
  const size_t first = chunk * chunk_rows;
  const size_t last = rows - first < chunk_rows ? rows - 1 : first + chunk_rows - 1;
  const size_t first_position = offset + first / shape->group;
  if (first_position >= shape->window) range.first = first_position - shape->window + 1;
  range.end = offset + last / shape->group + 1;
  return range;
}

#define CLOSS_BODY "closs_attention_body.h"
#include "closs_every_variant.h"

// MARK: - Forward

size_t closs_attention_block_count(closs_attention_shape shape) {
  return shape.batch * shape.key_heads * closs_attention_tile_count(&shape);
}

size_t closs_attention_forward_scratch(closs_attention_shape shape) {
  // Queries and outputs, scores, largest scores and sums.
  return CLOSS_ATTENTION_ROWS * (2 * shape.head_size + CLOSS_ATTENTION_KEYS + 2);
}

void closs_attention_forward(
    closs_variant variant, closs_attention_shape shape, closs_attention_tensors x, size_t block,
    float *scratch) {
  CLOSS_CHOOSE(variant, attention_forward)(&shape, &x, block, scratch);
}

// MARK: - Backward

size_t closs_attention_chunk_count(closs_attention_shape shape) {
  const size_t tiles = closs_attention_tile_count(&shape);
  return (tiles + CLOSS_ATTENTION_CHUNK_TILES - 1) / CLOSS_ATTENTION_CHUNK_TILES;
}

size_t closs_attention_backward_sums(closs_attention_shape shape) {
  return 2 * shape.keys * closs_attention_width(&shape);
}

size_t closs_attention_backward_scratch(closs_attention_shape shape) {
  // Rows and columns of the queries and of the outputs' gradients, columns of the queries'
  // gradients; weights and their slopes; two numbers a row.
  return CLOSS_ATTENTION_ROWS * (5 * closs_attention_width(&shape) + 2 * CLOSS_ATTENTION_KEYS + 2);
}

void closs_attention_backward(
    closs_variant variant, closs_attention_shape shape, closs_attention_tensors x, size_t head,
    size_t chunk, float *sums, float *scratch) {
  CLOSS_CHOOSE(variant, attention_backward)(&shape, &x, head, chunk, sums, scratch);
}

void closs_attention_backward_add(
    closs_variant variant, closs_attention_shape shape, closs_attention_tensors x, size_t head,
    size_t chunk, const float *sums) {
  CLOSS_CHOOSE(variant, attention_backward_add)(&shape, &x, head, chunk, sums);
}
