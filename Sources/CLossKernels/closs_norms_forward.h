// Norms, forward. Sums run over sixteen lanes in four accumulators, added at the end in one order.

#define norm_sum CLOSS_NAME(norm_sum)
#define norm_squares CLOSS_NAME(norm_squares)
#define norm_write CLOSS_NAME(norm_write)
#define norm_rows CLOSS_NAME(norm_rows)
#define norm_scale CLOSS_NAME(norm_scale)

#ifndef CLOSS_NORM_MOMENTS
#define CLOSS_NORM_MOMENTS
// Sums of a row's distances from its rounded mean and of their squares.
typedef struct norm_moments {
  float distances;
  float squares;
} norm_moments;
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

CLOSS_INLINE void norm_write(
    const closs_norm *norm, const float *x, float mean, float correction, float scale, float *out,
    bool is_centered) {
  const float *weight = norm->weight, *bias = is_centered ? norm->bias : NULL;
  const size_t count = norm->columns;
  for (size_t i = 0; i < count; i += VF_LANES) {
    const size_t rest = count - i;
    vfloat value = vf_load_up_to(x + i, rest);
    if (is_centered) value = (value - mean) - correction;
    value *= scale;
    if (weight) value *= vf_load_up_to(weight + i, rest);
    if (bias) value += vf_load_up_to(bias + i, rest);
    vf_store_up_to(out + i, value, rest);
  }
}

CLOSS_INLINE void norm_rows(const closs_norm *norm, bool has_residual, bool is_centered) {
  const size_t columns = norm->columns;
  if (columns == 0) return;
  for (size_t row = 0; row < norm->rows; row++) {
    const float *x = norm->x + row * columns;
    const float *residual = has_residual ? norm->residual + row * columns : NULL;
    float *sum = has_residual ? norm->sum + row * columns : NULL;
    float mean = 0, correction = 0, scale;
    if (is_centered || has_residual) mean = norm_sum(x, residual, sum, columns) / (float)columns;
    if (has_residual) x = sum;
    if (!is_centered) mean = 0;
    const norm_moments moments = norm_squares(x, mean, columns);
    double variance = (double)moments.squares / (double)columns;
    if (is_centered) {
      correction = moments.distances / (float)columns;
      variance -= (double)correction * (double)correction;
    }
    scale = norm_scale(variance, norm->epsilon);
    norm_write(norm, x, mean, correction, scale, norm->out + row * columns, is_centered);
    if (is_centered) {
      float *kept = norm->statistics + CLOSS_LAYER_NORM_STATISTICS * row;
      kept[0] = mean, kept[1] = correction, kept[2] = scale;
    } else {
      norm->statistics[row] = scale;
    }
  }
}

static void CLOSS_NAME(layer_norm)(const closs_norm *norm) {
  if (norm->residual) {
    norm_rows(norm, true, true);
  } else {
    norm_rows(norm, false, true);
  }
}

static void CLOSS_NAME(rms_norm)(const closs_norm *norm) {
  if (norm->residual) {
    norm_rows(norm, true, false);
  } else {
    norm_rows(norm, false, false);
  }
}
