// Norms, forward. Sums run over sixteen lanes in four accumulators, added at the end in one order.

#define norm_sum CLOSS_NAME(norm_sum)
#define norm_squares CLOSS_NAME(norm_squares)
#define norm_measure CLOSS_NAME(norm_measure)
#define norm_write CLOSS_NAME(norm_write)
#define norm_rows CLOSS_NAME(norm_rows)
#define norm_all CLOSS_NAME(norm_all)
#define norm_scale CLOSS_NAME(norm_scale)

#ifndef CLOSS_NORM_MOMENTS
#define CLOSS_NORM_MOMENTS
// Sums of a row's distances from its rounded mean and of their squares.
typedef struct norm_moments {
  float distances;
  float squares;
} norm_moments;

// What a row's output needs besides its elements.
typedef struct norm_row {
  const float *x;
  float *out;
  float mean, scale, shift;
} norm_row;
#endif

// The sum of a row; with a residual, that is added first and the sum written.
CLOSS_INLINE float norm_sum(const float *x, const float *residual, float *sum, size_t count) {
  vfloat totals[4] = {vf_splat(0), vf_splat(0), vf_splat(0), vf_splat(0)};
  size_t i = 0;
  for (; i + 4 * VF_LANES <= count; i += 4 * VF_LANES) {
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 4; k++) {
      const size_t at = i + k * VF_LANES;
      vfloat value = vf_load(x + at);
      if (residual) {
        value += vf_load(residual + at);
        vf_store(sum + at, value);
      }
      totals[k] += value;
    }
  }
  for (; i < count; i += VF_LANES) {
    vfloat value = vf_load_up_to(x + i, count - i);
    if (residual) {
      value += vf_load_up_to(residual + i, count - i);
      vf_store_up_to(sum + i, value, count - i);
    }
    totals[0] += value;
  }
  return vf_sum((totals[0] + totals[1]) + (totals[2] + totals[3]));
}

// The distances from the rounded mean sum to what its rounding left out.
CLOSS_INLINE norm_moments norm_squares(const float *x, float center, size_t count) {
  const vfloat middle = vf_splat(center);
  vfloat distances[4] = {vf_splat(0), vf_splat(0), vf_splat(0), vf_splat(0)};
  vfloat squares[4] = {vf_splat(0), vf_splat(0), vf_splat(0), vf_splat(0)};
  size_t i = 0;
  for (; i + 4 * VF_LANES <= count; i += 4 * VF_LANES) {
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 4; k++) {
      const vfloat distance = vf_load(x + i + k * VF_LANES) - middle;
      distances[k] += distance;
      squares[k] = vf_fma(distance, distance, squares[k]);
    }
  }
  for (; i < count; i += VF_LANES) {
    const size_t rest = count - i;
    const vfloat value = rest >= VF_LANES ? vf_load(x + i) : vf_load_first_or(x + i, rest, center);
    const vfloat distance = value - middle;
    distances[0] += distance;
    squares[0] = vf_fma(distance, distance, squares[0]);
  }
  return (norm_moments){
      vf_sum((distances[0] + distances[1]) + (distances[2] + distances[3])),
      vf_sum((squares[0] + squares[1]) + (squares[2] + squares[3]))};
}

// One rounding of the double value.
CLOSS_INLINE float norm_scale(double variance, float epsilon) {
  return (float)(1.0 / __builtin_elementwise_sqrt(variance + (double)epsilon));
}

// The scale and the shift of a row whose mean is known, kept for the gradient too.
CLOSS_INLINE void norm_measure(
    const closs_norm *norm, norm_row *row, size_t index, bool is_centered) {
  const size_t columns = norm->columns;
  const norm_moments moments = norm_squares(row->x, row->mean, columns);
  double variance = (double)moments.squares / (double)columns;
  const float correction = is_centered ? moments.distances / (float)columns : 0;
  variance -= (double)correction * (double)correction;
  // The two sums round apart: of a wide row of equal numbers they may leave less than nothing.
  if (variance < 0) variance = 0;
  row->scale = norm_scale(variance, norm->epsilon);
  row->shift = -correction * row->scale;
  float *kept = norm->statistics + (is_centered ? CLOSS_LAYER_NORM_STATISTICS : 1) * index;
  kept[0] = is_centered ? row->mean : row->scale;
  if (is_centered) kept[1] = row->shift, kept[2] = row->scale;
}

// Up to sixteen elements: h = (x - mean) * scale + shift, out = h * weight + bias.
CLOSS_INLINE void norm_write(
    const closs_norm *norm, norm_row row, size_t i, size_t rest, bool is_centered) {
  vfloat value = vf_load_up_to(row.x + i, rest);
  if (is_centered) {
    value = vf_fma(value - row.mean, vf_splat(row.scale), vf_splat(row.shift));
  } else {
    value *= row.scale;
  }
  if (norm->weight && is_centered && norm->bias) {
    const vfloat bias = vf_load_up_to(norm->bias + i, rest);
    value = vf_fma(value, vf_load_up_to(norm->weight + i, rest), bias);
  } else if (norm->weight) {
    value *= vf_load_up_to(norm->weight + i, rest);
  } else if (is_centered && norm->bias) {
    value += vf_load_up_to(norm->bias + i, rest);
  }
  vf_store_up_to(row.out + i, value, rest);
}

// A few rows, stage by stage, so that the sums of one need not wait for those of another.
CLOSS_INLINE void norm_rows(
    const closs_norm *norm, size_t first, size_t rows, bool has_residual, bool is_centered) {
  const size_t columns = norm->columns;
  norm_row each[4];
#pragma clang loop unroll(full)
  for (size_t k = 0; k < rows; k++) {
    const size_t start = (first + k) * columns;
    norm_row *row = each + k;
    row->x = norm->x + start;
    row->out = norm->out + start;
    row->mean = 0;
    if (has_residual) {
      float *sum = norm->sum + start;
      row->mean = norm_sum(row->x, norm->residual + start, sum, columns) / (float)columns;
      row->x = sum;
    } else if (is_centered) {
      row->mean = norm_sum(row->x, NULL, NULL, columns) / (float)columns;
    }
    if (!is_centered) row->mean = 0;
  }
#pragma clang loop unroll(full)
  for (size_t k = 0; k < rows; k++) {
    norm_measure(norm, each + k, first + k, is_centered);
  }
#pragma clang loop unroll(full)
  for (size_t k = 0; k < rows; k++) {
    size_t i = 0;
    for (; i + VF_LANES <= columns; i += VF_LANES) {
      norm_write(norm, each[k], i, VF_LANES, is_centered);
    }
    if (i < columns) norm_write(norm, each[k], i, columns - i, is_centered);
  }
}

CLOSS_INLINE void norm_all(const closs_norm *norm, bool has_residual, bool is_centered) {
  if (norm->columns == 0) return;
  size_t row = 0;
  for (; row + 4 <= norm->rows; row += 4) norm_rows(norm, row, 4, has_residual, is_centered);
  for (; row < norm->rows; row++) norm_rows(norm, row, 1, has_residual, is_centered);
}

static void CLOSS_NAME(layer_norm)(const closs_norm *norm) {
  if (norm->residual) {
    norm_all(norm, true, true);
  } else {
    norm_all(norm, false, true);
  }
}

static void CLOSS_NAME(rms_norm)(const closs_norm *norm) {
  if (norm->residual) {
    norm_all(norm, true, false);
  } else {
    norm_all(norm, false, false);
  }
}
