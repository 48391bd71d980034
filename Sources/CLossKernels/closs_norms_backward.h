// Norms, backward. With h = (x - mean) / deviation, g = dout * weight, and means over the row:
//
//     dx      += (g - mean(g) - h mean(g h)) / deviation      without mean(g) for the root mean square
//     dweight += dout * h,   dbias += dout                    summed over rows in their order
//
// Four rows go over the columns together, so that dweight and dbias are read once for the four. That
// changes no order of addition.

#define norm_means CLOSS_NAME(norm_means)
#define norm_gather CLOSS_NAME(norm_gather)
#define norm_spread CLOSS_NAME(norm_spread)
#define norm_backward CLOSS_NAME(norm_backward)

#ifndef CLOSS_NORM_ROW_FACTS
#define CLOSS_NORM_ROW_FACTS
// What a row's gradient needs besides its elements.
typedef struct norm_row_facts {
  const float *dout;
  const float *x;
  float *dx;
  float mean, shift, scale;
  float mean_g, mean_gh;
} norm_row_facts;
#endif

CLOSS_INLINE void norm_means(
    norm_row_facts *row, const float *weight, size_t count, bool is_centered) {
  vfloat g_sums[2] = {vf_splat(0), vf_splat(0)};
  vfloat gh_sums[2] = {vf_splat(0), vf_splat(0)};
  size_t i = 0;
  for (; i + 2 * VF_LANES <= count; i += 2 * VF_LANES) {
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 2; k++) {
      const size_t at = i + k * VF_LANES;
      vfloat g = vf_load(row->dout + at);
      if (weight) g *= vf_load(weight + at);
      vfloat h = vf_load(row->x + at);
      if (is_centered) h = vf_fma(h - row->mean, vf_splat(row->scale), vf_splat(row->shift));
      g_sums[k] += g;
      gh_sums[k] = vf_fma(g, h, gh_sums[k]);
    }
  }
  for (; i < count; i += VF_LANES) {
    const size_t rest = count - i;
    vfloat g = vf_load_up_to(row->dout + i, rest);
    if (weight) g *= vf_load_up_to(weight + i, rest);
    vfloat h = vf_load_up_to(row->x + i, rest);
    if (is_centered) h = vf_fma(h - row->mean, vf_splat(row->scale), vf_splat(row->shift));
    g_sums[0] += g;
    gh_sums[0] = vf_fma(g, h, gh_sums[0]);
  }
  row->mean_g = is_centered ? vf_sum(g_sums[0] + g_sums[1]) / (float)count : 0;
  row->mean_gh = vf_sum(gh_sums[0] + gh_sums[1]) / (float)count;
  if (!is_centered) row->mean_gh *= row->scale;
}

// Sixteen columns (or `rest`, if fewer) of `rows` rows.
CLOSS_INLINE void norm_spread(
    const closs_norm_gradient *gradient, const norm_row_facts *facts, size_t rows, size_t i,
    size_t rest, bool is_centered) {
  vfloat dweight = vf_splat(0), dbias = vf_splat(0), weight = vf_splat(1);
  if (gradient->weight) weight = vf_load_up_to(gradient->weight + i, rest);
  if (gradient->dweight) dweight = vf_load_up_to(gradient->dweight + i, rest);
  if (gradient->dbias) dbias = vf_load_up_to(gradient->dbias + i, rest);
#pragma clang loop unroll(full)
  for (size_t k = 0; k < rows; k++) {
    const norm_row_facts *row = facts + k;
    const vfloat dout = vf_load_up_to(row->dout + i, rest);
    vfloat h = vf_load_up_to(row->x + i, rest);
    h = is_centered ? vf_fma(h - row->mean, vf_splat(row->scale), vf_splat(row->shift))
                    : h * row->scale;
    vfloat g = gradient->weight ? dout * weight : dout;
    if (is_centered) g -= row->mean_g;
    g = vf_fma(h, vf_splat(-row->mean_gh), g);
    const vfloat dx = vf_load_up_to(row->dx + i, rest);
    vf_store_up_to(row->dx + i, vf_fma(g, vf_splat(row->scale), dx), rest);
    dweight = vf_fma(dout, h, dweight);
    dbias += dout;
  }
  if (gradient->dweight) vf_store_up_to(gradient->dweight + i, dweight, rest);
  if (gradient->dbias) vf_store_up_to(gradient->dbias + i, dbias, rest);
}

CLOSS_INLINE void norm_gather(
    const closs_norm_gradient *gradient, size_t first, size_t rows, bool is_centered) {
  const size_t columns = gradient->columns;
  norm_row_facts facts[4];
#pragma clang loop unroll(full)
  for (size_t k = 0; k < rows; k++) {
    norm_row_facts *row = facts + k;
    row->dout = gradient->dout + (first + k) * columns;
    row->x = gradient->x + (first + k) * columns;
    row->dx = gradient->dx + (first + k) * columns;
    const float *kept = gradient->statistics + (first + k) * (is_centered ? 3 : 1);
    row->mean = is_centered ? kept[0] : 0;
    row->shift = is_centered ? kept[1] : 0;
    row->scale = kept[is_centered ? 2 : 0];
    norm_means(row, gradient->weight, columns, is_centered);
  }
  size_t i = 0;
  for (; i + VF_LANES <= columns; i += VF_LANES) {
    norm_spread(gradient, facts, rows, i, VF_LANES, is_centered);
  }
  if (i < columns) norm_spread(gradient, facts, rows, i, columns - i, is_centered);
}

CLOSS_INLINE void norm_backward(const closs_norm_gradient *gradient, bool is_centered) {
  size_t row = 0;
  for (; row + 4 <= gradient->rows; row += 4) norm_gather(gradient, row, 4, is_centered);
  for (; row < gradient->rows; row++) norm_gather(gradient, row, 1, is_centered);
}

static void CLOSS_NAME(layer_norm_backward)(const closs_norm_gradient *gradient) {
  norm_backward(gradient, true);
}

static void CLOSS_NAME(rms_norm_backward)(const closs_norm_gradient *gradient) {
  norm_backward(gradient, false);
}
