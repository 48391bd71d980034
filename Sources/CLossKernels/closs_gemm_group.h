// All rows of a block against one group of panels, tile by tile.

#include "closs_activation_functions.h"
#include "closs_gemm_operands.h"
#include "closs_gemm_thin.h"

#define gemm_group CLOSS_NAME(gemm_group)
#define gemm_tile_flavored CLOSS_NAME(gemm_tile_flavored)
#define gemm_activate CLOSS_NAME(gemm_activate)
#define gemm_end CLOSS_NAME(gemm_end)
#define gemm_end_at CLOSS_NAME(gemm_end_at)
#define gemm_tile_panels CLOSS_NAME(gemm_tile_panels)
#define gemm_thin_columns CLOSS_NAME(gemm_thin_columns)

// A tile with its constants told apart: how wide it is, and which stride of A is one.
static void gemm_tile_flavored(
    size_t rows, size_t depth, const float *a, size_t a_row, size_t a_depth, const float *b,
    size_t b_depth, float *c, size_t c_row, size_t columns, bool adds, const float *bias,
    gemm_ahead *ahead) {
#define CLOSS_TILES(vectors, a_row, a_depth) \
  gemm_tile_rows( \
      rows, vectors, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, adds, bias, ahead)
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

// Multiplies a tile of rows by a group of panels. A chain of the promise meets all panels before
// the next, so that its part of A stays in the first level of the cache; C is near in the second.
CLOSS_INLINE void gemm_tile_panels(
    size_t rows, size_t columns, size_t depth, const float *a, const gemm_left *left,
    const gemm_right *right, float *c, size_t c_row, bool adds, gemm_end end, gemm_ahead *ahead) {
  size_t k = 0;
  do {
    const size_t rest = depth - k;
    const size_t chain = rest < CLOSS_GEMM_DEPTH ? rest : CLOSS_GEMM_DEPTH;
    const gemm_end chain_end = chain == rest ? end : (gemm_end){0};
    for (size_t j = 0; j < columns; j += CLOSS_PANEL_COLUMNS) {
      const size_t others = columns - j;
      const size_t width = others < CLOSS_PANEL_COLUMNS ? others : CLOSS_PANEL_COLUMNS;
      const float *panel = right->start + j / CLOSS_PANEL_COLUMNS * right->panel;
      gemm_tile_flavored(
          rows, chain, a + k * left->depth, left->row, left->depth, panel + k * right->depth,
          right->depth, c + j, c_row, width, adds || k > 0, gemm_end_at(chain_end, j).bias, ahead);
      if (!chain_end.activates) continue;
      gemm_activate(chain_end.activation, rows, width, c + j, c_row);
    }
    k += chain;
  } while (k < depth);
}

// Multiplies all rows by the last one or two columns.
static void gemm_thin_columns(
    size_t rows, size_t columns, size_t depth, const gemm_left *left, const float *b,
    size_t b_depth, float *c, size_t c_row, bool adds, gemm_end end) {
  for (size_t first = 0; first < rows; first += VF_LANES) {
    const size_t height = rows - first < VF_LANES ? rows - first : VF_LANES;
    const float *a = left->start + first * left->row;
    float *target = c + first * c_row;
    size_t k = 0;
    do {
      const size_t rest = depth - k;
      const size_t chain = rest < CLOSS_GEMM_DEPTH ? rest : CLOSS_GEMM_DEPTH;
      gemm_thin(
          height, columns, chain, a + k * left->depth, left->row, left->depth, b + k * b_depth,
          b_depth, target, c_row, adds || k > 0, chain == rest ? end.bias : NULL);
      k += chain;
    } while (k < depth);
    if (end.activates) gemm_activate(end.activation, height, columns, target, c_row);
  }
}

// Multiplies all rows by a group of panels, while those after it are fetched.
static void gemm_group(
    size_t rows, size_t depth, const gemm_left *left, const gemm_right *right, float *c,
    size_t c_row, bool adds, gemm_end end, gemm_runs next) {
  const size_t tiles = gemm_tile_count(rows);
  const size_t rest = right->columns % CLOSS_PANEL_COLUMNS;
  const bool ends_thin = rest > 0 && rest <= 2 && rows >= VF_LANES && !left->tile;
  const size_t columns = ends_thin ? right->columns - rest : right->columns;
  const size_t panels = (columns + CLOSS_PANEL_COLUMNS - 1) / CLOSS_PANEL_COLUMNS;
  const size_t pauses = panels * ((depth + CLOSS_TILE_STEPS - 1) / CLOSS_TILE_STEPS);
  gemm_ahead ahead = {gemm_paced(next, tiles * pauses), {{0}, 0, 0}};
  for (size_t tile = 0; tile < tiles; tile++) {
    const size_t first = gemm_tile_start(tile, tiles, rows);
    const size_t stop = gemm_tile_start(tile + 1, tiles, rows);
    if (tile + 1 < tiles) {
      const size_t next_stop = gemm_tile_start(tile + 2, tiles, rows);
      ahead.left = gemm_paced(gemm_left_tile(left, tile + 1, stop, next_stop, depth), pauses);
    }
    const float *a = left->start + (left->tile ? tile * left->tile : first * left->row);
    gemm_tile_panels(
        stop - first, columns, depth, a, left, right, c + first * c_row, c_row, adds, end, &ahead);
  }
  if (!ends_thin) return;
  gemm_thin_columns(
      rows, rest, depth, left, right->start + columns / CLOSS_PANEL_COLUMNS * right->panel,
      right->depth, c + columns, c_row, adds, gemm_end_at(end, columns));
}
