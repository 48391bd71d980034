// The innermost loop of the matrix product: one tile of the result in registers.
//
// Each element of the tile is one chain of multiply-adds over the depth, from zero, in order.
// Nothing about the tile's size or place enters it, so however a product is cut up, its bits are
// the same.

// How many rows a tile has at most, and how many vectors wide it is: as many accumulators as leave
// room for one row of the right operand and one spread element of the left.
#if CLOSS_IS_AVX512
#define CLOSS_TILE_ROWS 14    // 28 of 32 registers
#define CLOSS_TILE_VECTORS 2
#elif CLOSS_IS_PORTABLE
#define CLOSS_TILE_ROWS 2     // 8 of 16 registers of four lanes
#define CLOSS_TILE_VECTORS 1
#else
#define CLOSS_TILE_ROWS 6     // 12 of 16 registers of eight lanes, or 24 of 32 of four
#define CLOSS_TILE_VECTORS 1
#endif

// After how many steps of the depth some lines of memory are fetched.
#define CLOSS_TILE_STEPS 8

#define gemm_runs CLOSS_NAME(gemm_runs)
#define gemm_fetch CLOSS_NAME(gemm_fetch)
#define gemm_ahead CLOSS_NAME(gemm_ahead)
#define gemm_paced CLOSS_NAME(gemm_paced)
#define gemm_fetch_lines CLOSS_NAME(gemm_fetch_lines)
#define gemm_tile CLOSS_NAME(gemm_tile)
#define gemm_tile_rows CLOSS_NAME(gemm_tile_rows)

// Some memory: `count` runs of `length` floats, `stride` apart.
typedef struct gemm_runs {
  const float *start;
  size_t count, length, stride;
} gemm_runs;

// Memory that will be read soon, and how many of its lines of 64 bytes are fetched at a time.
typedef struct gemm_fetch {
  gemm_runs rest;
  size_t offset, lines;  // how far the first run of the rest was fetched
} gemm_fetch;

// What is fetched while tiles are computed, a few lines between some steps of the depth: the next
// panels of B and the next rows of A. All at once they would be waited for, since a core has only
// some sixteen lines under way.
typedef struct gemm_ahead {
  gemm_fetch right, left;
} gemm_ahead;

// Fetches memory within a number of pauses.
CLOSS_INLINE gemm_fetch gemm_paced(gemm_runs runs, size_t pauses) {
  const size_t lines = runs.count * ((runs.length + VF_LANES - 1) / VF_LANES);
  return (gemm_fetch){runs, 0, pauses ? (lines + pauses - 1) / pauses : 0};
}

// Fetches the next lines towards the second level of the cache.
CLOSS_INLINE void gemm_fetch_lines(gemm_fetch *fetch) {
  gemm_runs *rest = &fetch->rest;
  for (size_t line = 0; line < fetch->lines && rest->count > 0; line++) {
    __builtin_prefetch(rest->start + fetch->offset, 0, 2);
    fetch->offset += VF_LANES;
    if (fetch->offset < rest->length) continue;
    fetch->offset = 0;
    rest->start += rest->stride;
    rest->count--;
  }
}

// C (rows, columns) = or += A (rows, depth) · B (depth, columns), and then + bias if there is one.
//
// `rows` and `vectors` are constants where this is inlined. Rows of B are read as whole vectors;
// of C only the first `columns`, more than 16 (vectors − 1) and at most 16 vectors, are touched.
CLOSS_INLINE void gemm_tile(
    const size_t rows, const size_t vectors, size_t depth, const float *a, size_t a_row,
    size_t a_depth, const float *b, size_t b_depth, float *c, size_t c_row, size_t columns,
    bool adds, const float *bias, gemm_ahead *ahead) {
  vfloat sum[CLOSS_TILE_ROWS][CLOSS_TILE_VECTORS];
  CLOSS_UNROLL
  for (size_t i = 0; i < rows; i++) {
    CLOSS_UNROLL
    for (size_t j = 0; j < vectors; j++) sum[i][j] = vf_splat(0);
  }
  // All rows of C are fetched before the sums end; one at a time where they are a whole chain.
  const size_t some = depth >= rows * CLOSS_TILE_STEPS ? 1 : CLOSS_TILE_ROWS;
  size_t row = 0;
  for (size_t k = 0; k < depth;) {
    for (size_t stop = row + some; row < stop && row < rows; row++) {
      CLOSS_UNROLL
      for (size_t j = 0; j < vectors; j++) __builtin_prefetch(c + row * c_row + j * VF_LANES, 1);
    }
    gemm_fetch_lines(&ahead->right);
    gemm_fetch_lines(&ahead->left);
    const size_t pause = depth - k < CLOSS_TILE_STEPS ? depth : k + CLOSS_TILE_STEPS;
    CLOSS_NO_UNROLL
    for (; k < pause; k++) {
      vfloat right[CLOSS_TILE_VECTORS];
      CLOSS_UNROLL
      for (size_t j = 0; j < vectors; j++) right[j] = vf_load(b + j * VF_LANES);
      CLOSS_UNROLL
      for (size_t i = 0; i < rows; i++) {
        vfloat left = vf_splat(a[i * a_row]);
        CLOSS_UNROLL
        for (size_t j = 0; j < vectors; j++) sum[i][j] = vf_fma(left, right[j], sum[i][j]);
      }
      a += a_depth;
      b += b_depth;
    }
  }
  const size_t last = columns - (vectors - 1) * VF_LANES;
  CLOSS_UNROLL
  for (size_t j = 0; j < vectors; j++) {
    const size_t count = j + 1 < vectors ? VF_LANES : last;
    const vfloat shift = bias ? vf_load_first(bias + j * VF_LANES, count) : vf_splat(0);
    CLOSS_UNROLL
    for (size_t i = 0; i < rows; i++) {
      float *target = c + i * c_row + j * VF_LANES;
      vfloat result = sum[i][j];
      if (count == VF_LANES) {
        if (adds) result = vf_load(target) + result;
        if (bias) result = result + shift;
        vf_store(target, result);
      } else {
        if (adds) result = vf_load_first(target, count) + result;
        if (bias) result = result + shift;
        vf_store_first(target, result, count);
      }
    }
  }
}

// Chooses the compilation of a tile for a number of rows.
CLOSS_INLINE void gemm_tile_rows(
    size_t rows, const size_t vectors, size_t depth, const float *a, size_t a_row, size_t a_depth,
    const float *b, size_t b_depth, float *c, size_t c_row, size_t columns, bool adds,
    const float *bias, gemm_ahead *ahead) {
#define CLOSS_TILE(n) \
  case n: \
    gemm_tile(n, vectors, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, adds, \
              bias, ahead); \
    break
  switch (rows) {
    CLOSS_TILE(1);
    CLOSS_TILE(2);
#if CLOSS_TILE_ROWS > 2
    CLOSS_TILE(3);
    CLOSS_TILE(4);
    CLOSS_TILE(5);
    CLOSS_TILE(6);
#endif
#if CLOSS_TILE_ROWS > 6
    CLOSS_TILE(7);
    CLOSS_TILE(8);
    CLOSS_TILE(9);
    CLOSS_TILE(10);
    CLOSS_TILE(11);
    CLOSS_TILE(12);
    CLOSS_TILE(13);
    CLOSS_TILE(14);
#endif
  }
#undef CLOSS_TILE
}
