// The last one or two columns of a product, where a tile would compute sixteen.
//
// Vectors go down the rows instead: sixteen rows of A are turned in registers, sixteen steps at a
// time. The chains of the promise are the same.

#define gemm_thin_steps CLOSS_NAME(gemm_thin_steps)
#define gemm_thin_chain CLOSS_NAME(gemm_thin_chain)
#define gemm_thin_store CLOSS_NAME(gemm_thin_store)
#define gemm_thin CLOSS_NAME(gemm_thin)

// Sixteen rows of A, of which `count` exist, at up to sixteen steps of the depth.
CLOSS_INLINE void gemm_thin_steps(
    const float *a, size_t a_row, size_t count, size_t steps, vfloat square[VF_LANES]) {
  if (count == VF_LANES && steps == VF_LANES) {
    CLOSS_UNROLL
    for (size_t i = 0; i < VF_LANES; i++) square[i] = vf_load(a + i * a_row);
  } else {
    for (size_t i = 0; i < VF_LANES; i++) {
      square[i] = i < count ? vf_load_first(a + i * a_row, steps) : vf_splat(0);
    }
  }
  vf_transpose(square);
}

// One chain for each of sixteen rows and each column; `columns` is a constant where it is inlined.
CLOSS_INLINE void gemm_thin_chain(
    size_t rows, const size_t columns, size_t depth, const float *a, size_t a_row, size_t a_depth,
    const float *b, size_t b_depth, vfloat sum[2]) {
  for (size_t j = 0; j < columns; j++) sum[j] = vf_splat(0);
  if (a_row == 1) {
    for (size_t k = 0; k < depth; k++) {
      const vfloat left = vf_load_first(a + k * a_depth, rows);
      for (size_t j = 0; j < columns; j++) {
        sum[j] = vf_fma(left, vf_splat(b[k * b_depth + j]), sum[j]);
      }
    }
    return;
  }
  for (size_t k = 0; k < depth; k += VF_LANES) {
    const size_t steps = depth - k < VF_LANES ? depth - k : VF_LANES;
    vfloat square[VF_LANES];
    gemm_thin_steps(a + k, a_row, rows, steps, square);
    if (steps == VF_LANES) {
      CLOSS_UNROLL
      for (size_t i = 0; i < VF_LANES; i++) {
        for (size_t j = 0; j < columns; j++) {
          sum[j] = vf_fma(square[i], vf_splat(b[(k + i) * b_depth + j]), sum[j]);
        }
      }
    } else {
      for (size_t i = 0; i < steps; i++) {
        for (size_t j = 0; j < columns; j++) {
          sum[j] = vf_fma(square[i], vf_splat(b[(k + i) * b_depth + j]), sum[j]);
        }
      }
    }
  }
}

// Writes a column of the result.
CLOSS_INLINE void gemm_thin_store(
    vfloat sum, size_t rows, float *c, size_t c_row, bool adds, const float *bias) {
  float lanes[VF_LANES];
  vf_store(lanes, sum);
  for (size_t i = 0; i < rows; i++) {
    float *target = c + i * c_row;
    float result = adds ? *target + lanes[i] : lanes[i];
    if (bias) result += *bias;
    *target = result;
  }
}

// C (rows, columns) = or += A · B for up to sixteen rows and one or two columns.
CLOSS_INLINE void gemm_thin(
    size_t rows, size_t columns, size_t depth, const float *a, size_t a_row, size_t a_depth,
    const float *b, size_t b_depth, float *c, size_t c_row, bool adds, const float *bias) {
  vfloat sum[2];
  if (columns == 1) {
    gemm_thin_chain(rows, 1, depth, a, a_row, a_depth, b, b_depth, sum);
  } else {
    gemm_thin_chain(rows, 2, depth, a, a_row, a_depth, b, b_depth, sum);
  }
  for (size_t j = 0; j < columns; j++) {
    gemm_thin_store(sum[j], rows, c + j, c_row, adds, bias ? bias + j : NULL);
  }
}
