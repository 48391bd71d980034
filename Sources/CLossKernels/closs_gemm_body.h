// A block of the product: panels of B, tiles of A, each in the level of the cache that fits it.
//
// For each block of the depth, A's rows are packed tile by tile (they stay in the second level of the
// cache), then B panel by panel (32 kB, in the first level); each panel meets all tiles.

#include "closs_gemm_tile.h"
#include "closs_gemm_pack.h"

// How much of the depth is packed at a time: several chains, so that C is not fetched and stored for
// each of them (0.86 to 0.92 of the tile's own speed at 2048 x 2048 x 2048).
#define CLOSS_BLOCK_DEPTH (4 * CLOSS_GEMM_DEPTH)

#define CLOSS_PANEL_COLUMNS (CLOSS_TILE_VECTORS * VF_LANES)

#define gemm_left CLOSS_NAME(gemm_left)
#define gemm_panel CLOSS_NAME(gemm_panel)
#define gemm_tile_flavored CLOSS_NAME(gemm_tile_flavored)
#define gemm_ahead CLOSS_NAME(gemm_ahead)
#define gemm_fetch_ahead CLOSS_NAME(gemm_fetch_ahead)
#define gemm_tile_count CLOSS_NAME(gemm_tile_count)
#define gemm_tile_start CLOSS_NAME(gemm_tile_start)
#define gemm_pack_left CLOSS_NAME(gemm_pack_left)
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
  for (size_t tile = 0; tile < tiles; tile++) {
    const size_t first = gemm_tile_start(tile, tiles, rows);
    gemm_pack(
        gemm_tile_start(tile + 1, tiles, rows) - first, depth, a + first * product->a_row,
        product->a_row, product->a_depth, target + tile * CLOSS_TILE_ROWS * depth,
        CLOSS_TILE_ROWS);
  }
  return (gemm_left){target, 1, CLOSS_TILE_ROWS, CLOSS_TILE_ROWS * depth};
}

// MARK: - The panel after this one

// What the next panel will be made from: `runs` runs of `length` floats, `stride` apart.
typedef struct gemm_ahead {
  const float *start;
  size_t runs, length, stride;
} gemm_ahead;

// Fetches the share of the next panel that falls to one of the tiles before it, towards the second
// level of the cache: its reads would otherwise be waited for at the start of each panel.
CLOSS_INLINE void gemm_fetch_ahead(const gemm_ahead *ahead, size_t tile, size_t tiles) {
  const size_t end = ahead->runs * (tile + 1) / tiles;
  for (size_t run = ahead->runs * tile / tiles; run < end; run++) {
    const float *start = ahead->start + run * ahead->stride;
    for (size_t i = 0; i < ahead->length; i += VF_LANES) __builtin_prefetch(start + i, 0, 2);
  }
}

// MARK: - One panel

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

// Multiplies all rows by one panel of columns.
static void gemm_panel(
    size_t rows, size_t depth, const gemm_left *left, const float *b, size_t b_depth, float *c,
    size_t c_row, size_t columns, bool adds, const float *bias, const gemm_ahead *ahead) {
  const size_t tiles = gemm_tile_count(rows);
  for (size_t tile = 0; tile < tiles; tile++) {
    const size_t first = gemm_tile_start(tile, tiles, rows);
    const size_t height = gemm_tile_start(tile + 1, tiles, rows) - first;
    const float *a = left->start + (left->tile ? tile * left->tile : first * left->row);
    float *target = c + first * c_row;
    // The chains of the promise follow each other while the tile of C is still at hand.
    size_t k = 0;
    do {
      const size_t rest = depth - k;
      const size_t chain = rest < CLOSS_GEMM_DEPTH ? rest : CLOSS_GEMM_DEPTH;
      gemm_tile_flavored(
          height, chain, a + k * left->depth, left->row, left->depth, b + k * b_depth, b_depth,
          target, c_row, columns, adds || k > 0, chain == rest ? bias : NULL);
      k += chain;
    } while (k < depth);
    gemm_fetch_ahead(ahead, tile, tiles);
  }
}

// MARK: - A block

// Whether packing A pays: it costs rows times depth, and is worth it from some columns on.
CLOSS_INLINE bool gemm_packs_left(const closs_gemm *product, size_t rows, size_t columns) {
  (void)product;
  (void)rows;
  return columns > 192;
}

// Whether a panel of B is read where it lies: only whole vectors, and for few rows.
CLOSS_INLINE bool gemm_reads_right(const closs_gemm *product, size_t rows, size_t columns) {
  return product->b_column == 1 && columns % VF_LANES == 0 && rows <= 64;
}

static void CLOSS_NAME(gemm_block)(
    const closs_gemm *product, size_t row, size_t rows, size_t column, size_t columns,
    float *scratch) {
  float *const packed_panel = scratch;
  float *const packed_left = scratch + CLOSS_BLOCK_DEPTH * CLOSS_PANEL_COLUMNS;
  const bool packs_left = gemm_packs_left(product, rows, columns);
  float *const c = product->c + row * product->c_row + column;
  size_t start = 0;
  do {
    const size_t rest = product->depth - start;
    const size_t depth = rest < CLOSS_BLOCK_DEPTH ? rest : CLOSS_BLOCK_DEPTH;
    const float *a = product->a + row * product->a_row + start * product->a_depth;
    const gemm_left left = packs_left ? gemm_pack_left(product, a, rows, depth, packed_left)
                                      : (gemm_left){a, product->a_row, product->a_depth, 0};
    const bool is_last = depth == rest;
    for (size_t j = 0; j < columns; j += CLOSS_PANEL_COLUMNS) {
      const size_t width = columns - j < CLOSS_PANEL_COLUMNS ? columns - j : CLOSS_PANEL_COLUMNS;
      const float *b = product->b + start * product->b_depth + (column + j) * product->b_column;
      const float *source = b;
      size_t b_depth = CLOSS_PANEL_COLUMNS;
      if (product->packed_b) {
        b = product->packed_b + (column + j) * product->depth + start * CLOSS_PANEL_COLUMNS;
      } else if (gemm_reads_right(product, rows, width)) {
        b_depth = product->b_depth;
      } else {
        gemm_pack(
            width, depth, b, product->b_column, product->b_depth, packed_panel,
            CLOSS_PANEL_COLUMNS);
        b = packed_panel;
      }
      gemm_ahead ahead = {0};
      if (j + CLOSS_PANEL_COLUMNS < columns) {
        const size_t next = columns - j - CLOSS_PANEL_COLUMNS;
        const size_t count = next < CLOSS_PANEL_COLUMNS ? next : CLOSS_PANEL_COLUMNS;
        if (product->packed_b) {
          ahead = (gemm_ahead){b + CLOSS_PANEL_COLUMNS * product->depth, depth, CLOSS_PANEL_COLUMNS, CLOSS_PANEL_COLUMNS};
        } else if (product->b_column == 1) {
          ahead = (gemm_ahead){source + CLOSS_PANEL_COLUMNS, depth, count, product->b_depth};
        } else {
          ahead = (gemm_ahead){source + CLOSS_PANEL_COLUMNS * product->b_column, count, depth, product->b_column};
        }
      }
      gemm_panel(
          rows, depth, &left, b, b_depth, c + j, product->c_row, width, product->adds || start > 0,
          is_last && product->bias ? product->bias + column + j : NULL, &ahead);
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

static size_t CLOSS_NAME(gemm_scratch)(size_t rows, size_t depth) {
  const size_t block = depth < CLOSS_BLOCK_DEPTH ? depth : CLOSS_BLOCK_DEPTH;
  return CLOSS_BLOCK_DEPTH * CLOSS_PANEL_COLUMNS
         + gemm_tile_count(rows) * CLOSS_TILE_ROWS * block + VF_LANES;
}

#undef CLOSS_TILE_ROWS
#undef CLOSS_TILE_VECTORS
#undef CLOSS_PANEL_COLUMNS
#undef CLOSS_BLOCK_DEPTH
