// A block of the product: panels of B, tiles of A, each in the level of the cache that fits it.
//
// For each block of the depth: for each group of panels of B, packed: for each tile of rows of A,
// packed or in place: for each chain of the promise: for each panel: one tile of C in registers. A
// chain of the tile of A stays in the first level of the cache, the panels (256 kB) in the second,
// and what comes next is fetched meanwhile.

#include "closs_vector_math.h"
#include "closs_gemm_tile.h"

// How much of the depth is packed at a time: several chains, so that C is still near when the next
// one is added to it (0.84 to 0.90 of the tile's own speed at 2048 x 2048 x 2048).
#define CLOSS_BLOCK_DEPTH (4 * CLOSS_GEMM_DEPTH)

#define CLOSS_PANEL_COLUMNS (CLOSS_TILE_VECTORS * VF_LANES)

// How many floats of B are packed at a time: two panels of the greatest depth, or more of less, so
// that a tile of A meets them all for each walk through A.
#define CLOSS_GROUP_FLOATS (2 * CLOSS_BLOCK_DEPTH * CLOSS_PANEL_COLUMNS)

#include "closs_gemm_group.h"

#define gemm_group_columns CLOSS_NAME(gemm_group_columns)
#define gemm_depth_step CLOSS_NAME(gemm_depth_step)
#define gemm_packs_left CLOSS_NAME(gemm_packs_left)
#define gemm_reads_right CLOSS_NAME(gemm_reads_right)

// How many columns are packed together: as many panels as fit where two of the full depth do.
CLOSS_INLINE size_t gemm_group_columns(size_t depth) {
  return CLOSS_GROUP_FLOATS / CLOSS_PANEL_COLUMNS / (depth ? depth : 1) * CLOSS_PANEL_COLUMNS;
}

// How much of the depth is taken at a time: whole chains, as evenly as possible.
CLOSS_INLINE size_t gemm_depth_step(size_t depth) {
  const size_t steps = (depth + CLOSS_BLOCK_DEPTH - 1) / CLOSS_BLOCK_DEPTH;
  const size_t chains = (depth + CLOSS_GEMM_DEPTH - 1) / CLOSS_GEMM_DEPTH;
  return steps ? (chains + steps - 1) / steps * CLOSS_GEMM_DEPTH : CLOSS_GEMM_DEPTH;
}

// Whether packing A pays. Rows are read in place, a chain at a time. Only where they lie near a
// multiple of 4 kB apart do they fall on the same few places of the first level of the cache; then
// deep ones are packed for many panels. A transposed, of which each step is in another line, is
// packed for more than a few panels.
CLOSS_INLINE bool gemm_packs_left(const closs_gemm *product, size_t columns, size_t depth) {
  if (product->a_row == 1) return columns > 4 * CLOSS_PANEL_COLUMNS;
  enum { LEFT_PERIOD = 1024, LEFT_NEAR = 2 * VF_LANES };
  const bool falls_together =
      (product->a_row + LEFT_NEAR - 1) % LEFT_PERIOD < 2 * LEFT_NEAR - 1;
  return falls_together && depth >= 2 * CLOSS_GEMM_DEPTH && columns > 6 * CLOSS_PANEL_COLUMNS;
}

// Whether a block reads B where it lies: packing costs as much as some three rows. With many
// columns the rows of a panel lie in different pages and fall on few places of the cache, which
// costs more.
CLOSS_INLINE bool gemm_reads_right(const closs_gemm *product, size_t rows) {
  return !product->packed_b && product->b_column == 1
         && rows <= (product->b_depth <= 8 * CLOSS_PANEL_COLUMNS ? 192 : 64);
}

static void CLOSS_NAME(gemm_block)(
    const closs_gemm *product, size_t row, size_t rows, size_t column, size_t columns,
    float *scratch) {
  float *const packed_right = scratch;
  float *const packed_left = scratch + CLOSS_GROUP_FLOATS;
  const bool in_place = gemm_reads_right(product, rows);
  // In place only whole vectors can be read.
  const size_t whole = in_place ? columns / VF_LANES * VF_LANES : columns;
  float *const c = product->c + row * product->c_row + column;
  const size_t step = gemm_depth_step(product->depth);
  size_t start = 0;
  do {
    const size_t rest = product->depth - start;
    const size_t depth = rest < step ? rest : step;
    const float *a = product->a + row * product->a_row + start * product->a_depth;
    const size_t most = gemm_group_columns(depth);
    const gemm_left left = gemm_packs_left(product, columns, depth)
                               ? gemm_pack_left(product, a, rows, depth, packed_left)
                               : (gemm_left){a, product->a_row, product->a_depth, 0};
    const gemm_end end =
        depth == rest ? (gemm_end){product->bias, product->activates, product->activation}
                      : (gemm_end){0};
    size_t j = 0;
    while (j < columns) {
      const size_t stop = j < whole ? whole : columns;
      const size_t width = stop - j < most ? stop - j : most;
      const gemm_runs source = gemm_source(product, column + j, width, start, depth);
      const gemm_right right =
          gemm_pack_group(product, &source, width, depth, in_place && j < whole, packed_right);
      const size_t others = columns - j - width;
      const gemm_runs next =
          gemm_source(product, column + j + width, others < most ? others : most, start, depth);
      gemm_group(
          rows, depth, &left, &right, c + j, product->c_row, product->adds || start > 0,
          gemm_end_at(end, column + j), next);
      j += width;
    }
    start += depth;
  } while (start < product->depth);
}

static void CLOSS_NAME(gemm_pack_right)(
    size_t columns, size_t depth, const float *b, size_t b_depth, size_t b_column, float *packed) {
  for (size_t j = 0; j < columns; j += CLOSS_PANEL_COLUMNS) {
    const size_t width = columns - j < CLOSS_PANEL_COLUMNS ? columns - j : CLOSS_PANEL_COLUMNS;
    gemm_pack(
        width, depth, b + j * b_column, b_column, b_depth, packed + j * depth,
        CLOSS_PANEL_COLUMNS);
  }
}

static size_t CLOSS_NAME(gemm_panel_columns)(void) { return CLOSS_PANEL_COLUMNS; }

static size_t CLOSS_NAME(gemm_scratch)(const closs_gemm *product, size_t rows, size_t columns) {
  // The last part of the depth may be shallower, and then A may not be packed for it.
  const size_t step = gemm_depth_step(product->depth);
  const size_t deepest = product->depth < step ? product->depth : step;
  const size_t left = gemm_packs_left(product, columns, deepest)
                          ? gemm_tile_count(rows) * (CLOSS_TILE_ROWS * deepest + VF_LANES)
                          : 0;
  return CLOSS_GROUP_FLOATS + left;
}

#undef CLOSS_TILE_STEPS
#undef CLOSS_TILE_ROWS
#undef CLOSS_TILE_VECTORS
#undef CLOSS_PANEL_COLUMNS
#undef CLOSS_BLOCK_DEPTH
#undef CLOSS_GROUP_FLOATS
