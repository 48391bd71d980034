// How the tiles find their operands: rows of A and panels of B, read in place or packed.

#include "closs_gemm_pack.h"

#define gemm_left CLOSS_NAME(gemm_left)
#define gemm_left_tile CLOSS_NAME(gemm_left_tile)
#define gemm_tile_count CLOSS_NAME(gemm_tile_count)
#define gemm_tile_start CLOSS_NAME(gemm_tile_start)
#define gemm_pack_left CLOSS_NAME(gemm_pack_left)
#define gemm_source CLOSS_NAME(gemm_source)
#define gemm_right CLOSS_NAME(gemm_right)
#define gemm_pack_group CLOSS_NAME(gemm_pack_group)

// MARK: - Tiles of rows

// Tiles are of nearly equal heights: a last one of a single row would leave units idle.
CLOSS_INLINE size_t gemm_tile_count(size_t rows) {
  return (rows + CLOSS_TILE_ROWS - 1) / CLOSS_TILE_ROWS;
}

CLOSS_INLINE size_t gemm_tile_start(size_t tile, size_t tiles, size_t rows) {
  return rows * tile / tiles;
}

// Where the tiles find the rows of A for one block of the depth.
typedef struct gemm_left {
  const float *start;
  size_t row, depth;  // the strides of an element
  size_t tile;        // the distance between packed tiles; 0 where the rows are read in place
} gemm_left;

static gemm_left gemm_pack_left(
    const closs_gemm *product, const float *a, size_t rows, size_t depth, float *target) {
  const size_t tiles = gemm_tile_count(rows);
  // Packing stores whole vectors: room behind each tile keeps them out of the next.
  const gemm_left left = {target, 1, CLOSS_TILE_ROWS, CLOSS_TILE_ROWS * depth + VF_LANES};
  if (product->a_row == 1) {
    enum { LEFT_STEPS = 8 };
    // A few steps through all tiles before the next: each step may lie in another page of memory.
    for (size_t k = 0; k < depth; k += LEFT_STEPS) {
      const size_t steps = depth - k < LEFT_STEPS ? depth - k : LEFT_STEPS;
      for (size_t tile = 0; tile < tiles; tile++) {
        const size_t first = gemm_tile_start(tile, tiles, rows);
        gemm_pack_columns(
            gemm_tile_start(tile + 1, tiles, rows) - first, steps,
            a + first + k * product->a_depth, product->a_depth,
            target + tile * left.tile + k * CLOSS_TILE_ROWS, CLOSS_TILE_ROWS);
      }
    }
    return left;
  }
  for (size_t tile = 0; tile < tiles; tile++) {
    const size_t first = gemm_tile_start(tile, tiles, rows);
    gemm_pack_turned(
        gemm_tile_start(tile + 1, tiles, rows) - first, depth, a + first * product->a_row,
        product->a_row, target + tile * left.tile, CLOSS_TILE_ROWS);
  }
  return left;
}

// The memory of the rows from `first` to `end`, a tile, or its place where tiles are packed.
CLOSS_INLINE gemm_runs gemm_left_tile(
    const gemm_left *left, size_t tile, size_t first, size_t end, size_t depth) {
  if (left->tile) {
    return (gemm_runs){left->start + tile * left->tile, 1, CLOSS_TILE_ROWS * depth, 0};
  }
  const float *start = left->start + first * left->row;
  return left->row == 1 ? (gemm_runs){start, depth, end - first, left->depth}
                        : (gemm_runs){start, end - first, depth, left->row};
}

// MARK: - Groups of panels

// Where the tiles find some panels of B for one block of the depth, read in place or packed.
typedef struct gemm_right {
  const float *start;
  size_t columns;  // how many columns the panels have together
  size_t depth;    // the distance between the rows of a panel
  size_t panel;    // the distance between panels
} gemm_right;

// What a group of panels is made from.
CLOSS_INLINE gemm_runs gemm_source(
    const closs_gemm *product, size_t column, size_t columns, size_t start, size_t depth) {
  if (product->packed_b) {
    const size_t panels = (columns + CLOSS_PANEL_COLUMNS - 1) / CLOSS_PANEL_COLUMNS;
    return (gemm_runs){
      product->packed_b + column * product->depth + start * CLOSS_PANEL_COLUMNS, panels,
      depth * CLOSS_PANEL_COLUMNS, product->depth * CLOSS_PANEL_COLUMNS};
  }
  const float *b = product->b + start * product->b_depth + column * product->b_column;
  return product->b_column == 1 ? (gemm_runs){b, depth, columns, product->b_depth}
                                : (gemm_runs){b, columns, depth, product->b_column};
}

// The panels of some columns, packed into `target` if they are not read where they lie.
CLOSS_INLINE gemm_right gemm_pack_group(
    const closs_gemm *product, const gemm_runs *source, size_t columns, size_t depth,
    bool in_place, float *target) {
  if (product->packed_b) {
    return (gemm_right){source->start, columns, CLOSS_PANEL_COLUMNS, source->stride};
  }
  if (in_place) {
    return (gemm_right){source->start, columns, product->b_depth, CLOSS_PANEL_COLUMNS};
  }
  for (size_t j = 0; j < columns; j += CLOSS_PANEL_COLUMNS) {
    const size_t width = columns - j < CLOSS_PANEL_COLUMNS ? columns - j : CLOSS_PANEL_COLUMNS;
    gemm_pack(
        width, depth, source->start + j * product->b_column, product->b_column, product->b_depth,
        target + j * depth, CLOSS_PANEL_COLUMNS);
  }
  return (gemm_right){target, columns, CLOSS_PANEL_COLUMNS, CLOSS_PANEL_COLUMNS * depth};
}
