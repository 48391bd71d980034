// Products of small matrices: C (m, n) = or += A (m, k) · B (k, n), n in whole vectors of 16.
//
// A is read one number at a time and may have any strides; the rows of B and C are contiguous,
// their distances any. Every element of C is one chain of multiply-adds over k in order. However a
// product is cut into tiles the bits are the same; and where chains continue, however k is cut.
//
// No include guard: included once for each instruction set, after closs_vector.h.

#define tile_product CLOSS_NAME(tile_product)
#define tile_block CLOSS_NAME(tile_block)
#define tile_rows CLOSS_NAME(tile_rows)

#ifndef CLOSS_TILE_TYPES
#define CLOSS_TILE_TYPES
// A matrix that is read one number at a time: element (i, j) is start[i * row + j * column].
typedef struct {
  const float *start;
  size_t row, column;
} closs_tile_factor;

typedef enum {
  CLOSS_TILE_WRITE,     // C = A · B, the chains begin at zero
  CLOSS_TILE_CONTINUE,  // C += A · B, the chains begin at what is there
  CLOSS_TILE_ADD,       // C += A · B, the chains begin at zero: shorter ones, with less rounding
} closs_tile_mode;
#endif

// How many vectors of C stay in registers, beside those of a row of B and one number of A: of
// thirty-two registers, of sixteen that a vector takes two of, of thirty-two that it takes four of.
#if CLOSS_IS_AVX512
enum { CLOSS_NAME(tile_vectors) = 4 };
#define CLOSS_PRODUCT_TILE_ROWS(vectors) ((vectors) == 4 ? 6 : 8)
#elif CLOSS_IS_PORTABLE
enum { CLOSS_NAME(tile_vectors) = 1 };
#define CLOSS_PRODUCT_TILE_ROWS(vectors) 2
#else
enum { CLOSS_NAME(tile_vectors) = 1 };
#define CLOSS_PRODUCT_TILE_ROWS(vectors) 6
#endif

// `m` and `n` are constants where this is inlined, so that `sum` is registers.
CLOSS_INLINE void tile_block(
    int m, int n, float *c, size_t c_row, closs_tile_factor a, const float *b, size_t b_row,
    size_t k, closs_tile_mode mode) {
  vfloat sum[8][4];
  CLOSS_UNROLL
  for (int i = 0; i < m; i++) {
    CLOSS_UNROLL
    for (int v = 0; v < n; v++) {
      const bool continues = mode == CLOSS_TILE_CONTINUE;
      sum[i][v] = continues ? vf_load(c + i * c_row + VF_LANES * v) : vf_splat(0);
    }
  }
  for (size_t j = 0; j < k; j++) {
    vfloat row[4];
    CLOSS_UNROLL
    for (int v = 0; v < n; v++) row[v] = vf_load(b + j * b_row + VF_LANES * v);
    CLOSS_UNROLL
    for (int i = 0; i < m; i++) {
      vfloat x = vf_splat(a.start[i * a.row + j * a.column]);
      CLOSS_UNROLL
      for (int v = 0; v < n; v++) sum[i][v] = vf_fma(x, row[v], sum[i][v]);
    }
  }
  CLOSS_UNROLL
  for (int i = 0; i < m; i++) {
    CLOSS_UNROLL
    for (int v = 0; v < n; v++) {
      float *at = c + i * c_row + VF_LANES * v;
      vf_store(at, mode == CLOSS_TILE_ADD ? vf_load(at) + sum[i][v] : sum[i][v]);
    }
  }
}

// All rows of `n` vectors.
CLOSS_INLINE void tile_rows(
    int n, float *c, size_t c_row, closs_tile_factor a, const float *b, size_t b_row, size_t m,
    size_t k, closs_tile_mode mode) {
#define CLOSS_TILE(count)                                     \
  do {                                                        \
    tile_block(count, n, c, c_row, a, b, b_row, k, mode);     \
    c += (count) * c_row;                                     \
    a.start += (count) * a.row;                               \
    m -= (count);                                             \
  } while (0)
  while (m >= CLOSS_PRODUCT_TILE_ROWS(n)) CLOSS_TILE(CLOSS_PRODUCT_TILE_ROWS(n));
  if (CLOSS_PRODUCT_TILE_ROWS(n) > 4 && m >= 4) CLOSS_TILE(4);
  if (CLOSS_PRODUCT_TILE_ROWS(n) > 2 && m >= 2) CLOSS_TILE(2);
  if (m >= 1) CLOSS_TILE(1);
#undef CLOSS_TILE
}

// C (m, 16 `vectors`) = or += A · B.
static void tile_product(
    float *c, size_t c_row, closs_tile_factor a, const float *b, size_t b_row, size_t m,
    size_t vectors, size_t k, closs_tile_mode mode) {
  const size_t widest = CLOSS_NAME(tile_vectors);
  for (; vectors >= widest; vectors -= widest) {
    tile_rows(CLOSS_NAME(tile_vectors), c, c_row, a, b, b_row, m, k, mode);
    c += VF_LANES * widest;
    b += VF_LANES * widest;
  }
#if CLOSS_IS_AVX512
  if (vectors == 3) tile_rows(3, c, c_row, a, b, b_row, m, k, mode);
  if (vectors == 2) tile_rows(2, c, c_row, a, b, b_row, m, k, mode);
  if (vectors == 1) tile_rows(1, c, c_row, a, b, b_row, m, k, mode);
#endif
}

#undef CLOSS_PRODUCT_TILE_ROWS
