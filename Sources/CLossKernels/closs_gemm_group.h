// All rows of a block against one group of panels, tile by tile.

#include "closs_activation_functions.h"
#include "closs_gemm_operands.h"
#include "closs_gemm_thin.h"

#define gemm_group CLOSS_NAME(gemm_group)
#define gemm_tile_flavored CLOSS_NAME(gemm_tile_flavored)
#define gemm_activate CLOSS_NAME(gemm_activate)
#define gemm_end CLOSS_NAME(gemm_end)
#define gemm_end_at CLOSS_NAME(gemm_end_at)
#define gemm_chains CLOSS_NAME(gemm_chains)
#define gemm_fetch_left CLOSS_NAME(gemm_fetch_left)

// A tile with its constants told apart: how wide it is, and which stride of A is one.
static void gemm_tile_flavored(
    size_t rows, size_t depth, const float *a, size_t a_row, size_t a_depth, const float *b,
    size_t b_depth, float *c, size_t c_row, size_t columns, bool adds, const float *bias) {
#define CLOSS_TILES(vectors, a_row, a_depth) \
  gemm_tile_rows( \
      rows, vectors, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, adds, bias)
  const bool is_narrow = CLOSS_TILE_VECTORS > 1 && columns <= VF_LANES;
  if (a_row == 1) {
    if (is_narrow) {
      CLOSS_TILES(1, 1, a_depth);
    } else {
      CLOSS_TILES(CLOSS_TILE_VECTORS, 1, a_depth);
    }
  } else {
    if (is_narrow) {
      CLOSS_TILES(1, a_row, 1);
    } else {
      CLOSS_TILES(CLOSS_TILE_VECTORS, a_row, 1);
    }
  }
#undef CLOSS_TILES
}

// Fetches the rows of the next tile where they are read in place.
CLOSS_INLINE void gemm_fetch_left(
    const gemm_left *left, size_t first, size_t end, size_t depth) {
  if (left->row == 1) {
    for (size_t k = 0; k < depth; k++) __builtin_prefetch(left->start + first + k * left->depth);
  } else {
    for (size_t i = first; i < end; i++) {
      const float *row = left->start + i * left->row;
      for (size_t k = 0; k < depth; k += VF_LANES) __builtin_prefetch(row + k);
    }
  }
}

// What is done with a tile of the result when its last chain is added.
typedef struct gemm_end {
  const float *bias;  // of the columns at hand, or NULL
  bool activates;
  closs_activation activation;
} gemm_end;

// The end of the columns that begin `count` further on.
CLOSS_INLINE gemm_end gemm_end_at(gemm_end end, size_t count) {
  if (end.bias) end.bias += count;
  return end;
}

// Passes a tile of the result through an activation while it is in the first level of the cache.
static void gemm_activate(
    closs_activation activation, size_t rows, size_t columns, float *c, size_t c_row) {
#define CLOSS_ACTIVATE(function) \
  for (size_t i = 0; i < rows; i++) { \
    for (size_t j = 0; j < columns; j += VF_LANES) { \
      float *target = c + i * c_row + j; \
      const size_t count = columns - j < VF_LANES ? columns - j : VF_LANES; \
      vf_store_first(target, function(vf_load_first(target, count)), count); \
    } \
  }
  switch (activation) {
    case CLOSS_RELU: CLOSS_ACTIVATE(vf_relu) break;
    case CLOSS_SILU: CLOSS_ACTIVATE(vf_silu) break;
    case CLOSS_GELU: CLOSS_ACTIVATE(vf_gelu) break;
    case CLOSS_GELU_TANH: CLOSS_ACTIVATE(vf_gelu_tanh) break;
  }
#undef CLOSS_ACTIVATE
}

// Multiplies some rows by a panel. The chains of the promise follow each other while C is at hand.
CLOSS_INLINE void gemm_chains(
    size_t rows, size_t columns, size_t depth, const float *a, const gemm_left *left,
    const float *b, size_t b_depth, float *c, size_t c_row, bool adds, gemm_end end,
    bool is_thin) {
  size_t k = 0;
  do {
    const size_t rest = depth - k;
    const size_t chain = rest < CLOSS_GEMM_DEPTH ? rest : CLOSS_GEMM_DEPTH;
    const float *bias = chain == rest ? end.bias : NULL;
    if (is_thin) {
      gemm_thin(
          rows, columns, chain, a + k * left->depth, left->row, left->depth, b + k * b_depth,
          b_depth, c, c_row, adds || k > 0, bias);
    } else {
      gemm_tile_flavored(
          rows, chain, a + k * left->depth, left->row, left->depth, b + k * b_depth, b_depth, c,
          c_row, columns, adds || k > 0, bias);
    }
    k += chain;
  } while (k < depth);
  if (end.activates) gemm_activate(end.activation, rows, columns, c, c_row);
}

// Multiplies all rows by a group of panels. The first group of a block meets A for the first time.
static void gemm_group(
    size_t rows, size_t depth, const gemm_left *left, const gemm_right *right, float *c,
    size_t c_row, bool adds, gemm_end end, const gemm_ahead *ahead, bool is_first) {
  const size_t tiles = gemm_tile_count(rows);
  const size_t rest = right->columns % CLOSS_PANEL_COLUMNS;
  const bool ends_thin = rest > 0 && rest <= 2 && rows >= VF_LANES && !left->tile;
  const size_t columns = ends_thin ? right->columns - rest : right->columns;
  for (size_t tile = 0; tile < tiles; tile++) {
    const size_t first = gemm_tile_start(tile, tiles, rows);
    const size_t height = gemm_tile_start(tile + 1, tiles, rows) - first;
    const float *a = left->start + (left->tile ? tile * left->tile : first * left->row);
    for (size_t j = 0; j < columns; j += CLOSS_PANEL_COLUMNS) {
      const size_t others = columns - j;
      gemm_chains(
          height, others < CLOSS_PANEL_COLUMNS ? others : CLOSS_PANEL_COLUMNS, depth, a, left,
          right->start + j / CLOSS_PANEL_COLUMNS * right->panel, right->depth,
          c + first * c_row + j, c_row, adds, gemm_end_at(end, j), false);
    }
    gemm_fetch_ahead(ahead, tile, tiles);
    if (is_first && !left->tile && tile + 1 < tiles) {
      gemm_fetch_left(left, first + height, gemm_tile_start(tile + 2, tiles, rows), depth);
    }
  }
  if (!ends_thin) return;
  for (size_t first = 0; first < rows; first += VF_LANES) {
    gemm_chains(
        rows - first < VF_LANES ? rows - first : VF_LANES, rest, depth,
        left->start + first * left->row, left,
        right->start + columns / CLOSS_PANEL_COLUMNS * right->panel, right->depth,
        c + first * c_row + columns, c_row, adds, gemm_end_at(end, columns), true);
  }
}
