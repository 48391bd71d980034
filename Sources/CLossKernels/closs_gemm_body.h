// A block of the product: panels of B, tiles of A, each in the level of the cache that fits it.
//
// For each block of the depth: for each group of panels of B, packed: for each tile of rows of A, packed
// or in place: for each panel: one tile of C in registers. The tile of A stays in the first level of
// the cache, the panels (256 kB) in the second, and what comes next is fetched meanwhile.

#include "closs_vector_math.h"
#include "closs_activation_functions.h"
#include "closs_gemm_tile.h"
#include "closs_gemm_pack.h"
#include "closs_gemm_thin.h"

// How much of the depth is packed at a time: several chains, so that C is not fetched and stored for
// each of them (0.84 to 0.90 of the tile's own speed at 2048 x 2048 x 2048).
#define CLOSS_BLOCK_DEPTH (4 * CLOSS_GEMM_DEPTH)

#define CLOSS_PANEL_COLUMNS (CLOSS_TILE_VECTORS * VF_LANES)

// How many floats of B are packed at a time: two panels of the greatest depth, or more of less, so
// that a tile of A meets them all for each walk through A.
#define CLOSS_GROUP_FLOATS (2 * CLOSS_BLOCK_DEPTH * CLOSS_PANEL_COLUMNS)

#define gemm_left CLOSS_NAME(gemm_left)
#define gemm_group CLOSS_NAME(gemm_group)
#define gemm_tile_flavored CLOSS_NAME(gemm_tile_flavored)
#define gemm_ahead CLOSS_NAME(gemm_ahead)
#define gemm_activate CLOSS_NAME(gemm_activate)
#define gemm_end CLOSS_NAME(gemm_end)
#define gemm_end_at CLOSS_NAME(gemm_end_at)
#define gemm_chains CLOSS_NAME(gemm_chains)
#define gemm_fetch_left CLOSS_NAME(gemm_fetch_left)
#define gemm_fetch_ahead CLOSS_NAME(gemm_fetch_ahead)
#define gemm_tile_count CLOSS_NAME(gemm_tile_count)
#define gemm_tile_start CLOSS_NAME(gemm_tile_start)
#define gemm_pack_left CLOSS_NAME(gemm_pack_left)
#define gemm_source CLOSS_NAME(gemm_source)
#define gemm_right CLOSS_NAME(gemm_right)
#define gemm_pack_group CLOSS_NAME(gemm_pack_group)
#define gemm_group_columns CLOSS_NAME(gemm_group_columns)
#define gemm_depth_step CLOSS_NAME(gemm_depth_step)
#define gemm_packs_left CLOSS_NAME(gemm_packs_left)
#define gemm_reads_right CLOSS_NAME(gemm_reads_right)

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

// MARK: - Groups of panels

// Where the tiles find some panels of B for one block of the depth, read in place or packed.
typedef struct gemm_right {
  const float *start;
  size_t columns;  // how many columns the panels have together
  size_t depth;    // the distance between the rows of a panel
  size_t panel;    // the distance between panels
} gemm_right;

// Memory that will be read soon: `runs` runs of `length` floats, `stride` apart.
typedef struct gemm_ahead {
  const float *start;
  size_t runs, length, stride;
} gemm_ahead;

// Fetches the share of the next panels that falls to one of the tiles before them, towards the second
// level of the cache: they would otherwise be waited for.
CLOSS_INLINE void gemm_fetch_ahead(const gemm_ahead *ahead, size_t tile, size_t tiles) {
  const size_t end = ahead->runs * (tile + 1) / tiles;
  for (size_t run = ahead->runs * tile / tiles; run < end; run++) {
    const float *start = ahead->start + run * ahead->stride;
    for (size_t i = 0; i < ahead->length; i += VF_LANES) __builtin_prefetch(start + i, 0, 2);
  }
}

// What a group of panels is made from.
CLOSS_INLINE gemm_ahead gemm_source(
    const closs_gemm *product, size_t column, size_t columns, size_t start, size_t depth) {
  if (product->packed_b) {
    const size_t panels = (columns + CLOSS_PANEL_COLUMNS - 1) / CLOSS_PANEL_COLUMNS;
    return (gemm_ahead){
      product->packed_b + column * product->depth + start * CLOSS_PANEL_COLUMNS, panels,
      depth * CLOSS_PANEL_COLUMNS, product->depth * CLOSS_PANEL_COLUMNS};
  }
  const float *b = product->b + start * product->b_depth + column * product->b_column;
  return product->b_column == 1 ? (gemm_ahead){b, depth, columns, product->b_depth}
                                : (gemm_ahead){b, columns, depth, product->b_column};
}

// The panels of some columns, packed into `target` if they are not read where they lie.
CLOSS_INLINE gemm_right gemm_pack_group(
    const closs_gemm *product, const gemm_ahead *source, size_t columns, size_t depth,
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

// MARK: - Tiles

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

// MARK: - A block

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

// Whether packing A pays: where its tiles are read in place they stay in the first level of the cache
// unless they are deep, and are walked through once for each group.
CLOSS_INLINE bool gemm_packs_left(size_t columns, size_t depth) {
  return depth >= 2 * CLOSS_GEMM_DEPTH && columns > 6 * CLOSS_PANEL_COLUMNS
         && columns > gemm_group_columns(depth);
}

// Whether a block reads B where it lies: packing costs as much as some three rows. With many columns
// the rows of a panel lie in different pages and fall on few places of the cache, which costs more.
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
    const gemm_left left = gemm_packs_left(columns, depth)
                               ? gemm_pack_left(product, a, rows, depth, packed_left)
                               : (gemm_left){a, product->a_row, product->a_depth, 0};
    const gemm_end end =
        depth == rest ? (gemm_end){product->bias, product->activates, product->activation}
                      : (gemm_end){0};
    size_t j = 0;
    while (j < columns) {
      const size_t stop = j < whole ? whole : columns;
      const size_t width = stop - j < most ? stop - j : most;
      const gemm_ahead source = gemm_source(product, column + j, width, start, depth);
      const gemm_right right =
          gemm_pack_group(product, &source, width, depth, in_place && j < whole, packed_right);
      const size_t next = columns - j - width;
      const gemm_ahead ahead =
          gemm_source(product, column + j + width, next < most ? next : most, start, depth);
      gemm_group(
          rows, depth, &left, &right, c + j, product->c_row, product->adds || start > 0,
          gemm_end_at(end, column + j), &ahead, j == 0);
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

static size_t CLOSS_NAME(gemm_scratch)(size_t rows, size_t columns, size_t depth) {
  // The last part of the depth may be shallower than the others, and then A is not packed for it.
  const size_t step = gemm_depth_step(depth);
  const size_t deepest = depth < step ? depth : step;
  const size_t left = gemm_packs_left(columns, deepest)
                          ? gemm_tile_count(rows) * (CLOSS_TILE_ROWS * deepest + VF_LANES)
                          : 0;
  return CLOSS_GROUP_FLOATS + left;
}

#undef CLOSS_TILE_ROWS
#undef CLOSS_TILE_VECTORS
#undef CLOSS_PANEL_COLUMNS
#undef CLOSS_BLOCK_DEPTH
#undef CLOSS_GROUP_FLOATS
