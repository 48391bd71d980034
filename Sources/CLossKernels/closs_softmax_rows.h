// Softmax of rows, forward and backward.

#define row_largest CLOSS_NAME(row_largest)
#define row_exponentials CLOSS_NAME(row_exponentials)
#define row_rest CLOSS_NAME(row_rest)
#define softmax_rows CLOSS_NAME(softmax_rows)
#define softmax_row_backward CLOSS_NAME(softmax_row_backward)

// The largest element, scaled; NaNs are passed over, and an empty row has minus infinity.
CLOSS_INLINE float row_largest(const float *x, size_t count, float scale) {
  const vfloat factor = vf_splat(scale), least = vf_splat(-__builtin_inff());
  vfloat largest[4] = {least, least, least, least};
  size_t i = 0;
  for (; i + 4 * VF_LANES <= count; i += 4 * VF_LANES) {
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 4; k++) {
      largest[k] = vf_max(vf_load(x + i + k * VF_LANES) * factor, largest[k]);
    }
  }
  for (; i + VF_LANES <= count; i += VF_LANES) {
    largest[0] = vf_max(vf_load(x + i) * factor, largest[0]);
  }
  if (i < count) {
    // The lanes beyond the end repeat the last element.
    vfloat value = vf_load_first_or(x + i, count - i, x[count - 1]);
    largest[0] = vf_max(value * factor, largest[0]);
  }
  return vf_largest(vf_max(vf_max(largest[0], largest[1]), vf_max(largest[2], largest[3])));
}

// The sum of exp(scale * x - shift), and, unless `out` is NULL, its terms.
CLOSS_INLINE float row_exponentials(
    const float *x, size_t count, float scale, float shift, float *out) {
  const vfloat factor = vf_splat(scale);
  vfloat sums[4] = {vf_splat(0), vf_splat(0), vf_splat(0), vf_splat(0)};
  size_t i = 0;
  for (; i + 4 * VF_LANES <= count; i += 4 * VF_LANES) {
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 4; k++) {
      const size_t at = i + k * VF_LANES;
      const vfloat value = vf_exp_nonpositive(vf_load(x + at) * factor - shift);
      if (out) vf_store(out + at, value);
      sums[k] += value;
    }
  }
  for (; i + VF_LANES <= count; i += VF_LANES) {
    const vfloat value = vf_exp_nonpositive(vf_load(x + i) * factor - shift);
    if (out) vf_store(out + i, value);
    sums[0] += value;
  }
  if (i < count) {
    const size_t rest = count - i;
    vfloat value = vf_exp_nonpositive(vf_load_first_or(x + i, rest, shift) * factor - shift);
    if (out) vf_store_first(out + i, value, rest);
    const vint lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    value = lane < (int32_t)rest ? value : vf_splat(0);
    sums[0] += value;
  }
  return vf_sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

// The sum of exp(x - largest) over all but one largest element.
//
// From one on, that is the sum of all less one. If less is left, then there is but one exponential that is
// one, and beside it the others lost their digits: they are summed again without it.
CLOSS_INLINE double row_rest(const float *x, size_t count, float largest) {
  const double sum = (double)row_exponentials(x, count, 1, largest, NULL);
  if (!(sum < 2)) return sum - 1;
  const vfloat zero = vf_splat(0);
  vfloat sums[4] = {zero, zero, zero, zero};
  size_t i = 0;
  for (; i + 4 * VF_LANES <= count; i += 4 * VF_LANES) {
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 4; k++) {
      const vfloat value = vf_exp_nonpositive(vf_load(x + i + k * VF_LANES) - largest);
      sums[k] += value == 1.0f ? zero : value;
    }
  }
  for (; i < count; i += VF_LANES) {
    // The lanes beyond the end have exponential zero.
    const size_t rest = count - i < VF_LANES ? count - i : VF_LANES;
    const vfloat logits = vf_load_first_or(x + i, rest, -__builtin_inff());
    const vfloat value = vf_exp_nonpositive(logits - largest);
    sums[0] += value == 1.0f ? zero : value;
  }
  return (double)vf_sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

// A few rows, stage by stage, so that the sums of one need not wait for those of another.
CLOSS_INLINE void softmax_rows(
    const float *x, size_t rows, size_t count, float scale, float *out) {
  float largest[4];
#pragma clang loop unroll(full)
  for (size_t k = 0; k < rows; k++) largest[k] = row_largest(x + k * count, count, scale);
  double sums[4] = {0, 0, 0, 0};
#pragma clang loop unroll(full)
  for (size_t k = 0; k < rows; k++) {
    for (size_t i = 0; i < count; i += CLOSS_LOGITS_BLOCK) {
      const size_t width = count - i < CLOSS_LOGITS_BLOCK ? count - i : CLOSS_LOGITS_BLOCK;
      const size_t at = k * count + i;
      sums[k] += (double)row_exponentials(x + at, width, scale, largest[k], out + at);
    }
  }
#pragma clang loop unroll(full)
  for (size_t k = 0; k < rows; k++) {
    const float inverse = (float)(1.0 / sums[k]);
    float *row = out + k * count;
    size_t i = 0;
    for (; i + VF_LANES <= count; i += VF_LANES) vf_store(row + i, vf_load(row + i) * inverse);
    if (i < count) {
      vf_store_first(row + i, vf_load_first(row + i, count - i) * inverse, count - i);
    }
  }
}

static void CLOSS_NAME(softmax)(
    const float *x, size_t rows, size_t columns, float scale, float *out) {
  size_t row = 0;
  // Longer rows go one by one: four of them would not stay in the first cache.
  for (; row + 4 <= rows && columns <= CLOSS_LOGITS_BLOCK; row += 4) {
    softmax_rows(x + row * columns, 4, columns, scale, out + row * columns);
  }
  for (; row < rows; row++) softmax_rows(x + row * columns, 1, columns, scale, out + row * columns);
}

// With y = softmax(scale * x): dy_j / dx_i = scale * y_j ((i = j) - y_i), so
// dx = scale * y * (dout - sum(dout * y)).
CLOSS_INLINE void softmax_row_backward(
    const float *dout, const float *out, size_t count, float scale, float *dx) {
  vfloat sums[4] = {vf_splat(0), vf_splat(0), vf_splat(0), vf_splat(0)};
  size_t i = 0;
  for (; i + 4 * VF_LANES <= count; i += 4 * VF_LANES) {
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 4; k++) {
      const size_t at = i + k * VF_LANES;
      sums[k] = vf_fma(vf_load(dout + at), vf_load(out + at), sums[k]);
    }
  }
  for (; i < count; i += VF_LANES) {
    const vfloat y = vf_load_up_to(out + i, count - i);
    sums[0] = vf_fma(vf_load_up_to(dout + i, count - i), y, sums[0]);
  }
  const float sum = vf_sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (i = 0; i + VF_LANES <= count; i += VF_LANES) {
    const vfloat y = vf_load(out + i) * scale;
    vf_store(dx + i, vf_fma(y, vf_load(dout + i) - sum, vf_load(dx + i)));
  }
  if (i < count) {
    const size_t rest = count - i;
    const vfloat y = vf_load_first(out + i, rest) * scale;
    const vfloat g = vf_load_first(dout + i, rest) - sum;
    vf_store_first(dx + i, vf_fma(y, g, vf_load_first(dx + i, rest)), rest);
  }
}

static void CLOSS_NAME(softmax_backward)(
    const float *dout, const float *out, size_t rows, size_t columns, float scale, float *dx) {
  for (size_t row = 0; row < rows; row++) {
    const size_t at = row * columns;
    softmax_row_backward(dout + at, out + at, columns, scale, dx + at);
  }
}
