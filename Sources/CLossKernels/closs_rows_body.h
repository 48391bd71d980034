// Passes over rows that do little with each element: memory sets their speed.

#define add_lanes CLOSS_NAME(add_lanes)

CLOSS_INLINE void add_lanes(const float *x, size_t count, float *out) {
  size_t i = 0;
  for (; i + VF_LANES <= count; i += VF_LANES) vf_store(out + i, vf_load(out + i) + vf_load(x + i));
  if (i < count) {
    const size_t rest = count - i;
    vf_store_first(out + i, vf_load_first(out + i, rest) + vf_load_first(x + i, rest), rest);
  }
}

static void CLOSS_NAME(add)(const float *x, size_t count, float *out) { add_lanes(x, count, out); }

static void CLOSS_NAME(scale)(float factor, size_t count, float *x) {
  size_t i = 0;
  for (; i + VF_LANES <= count; i += VF_LANES) vf_store(x + i, vf_load(x + i) * factor);
  if (i < count) vf_store_first(x + i, vf_load_first(x + i, count - i) * factor, count - i);
}

// Four rows at a time, so that the sums are read once for the four; the order stays that of the rows.
static void CLOSS_NAME(column_sums)(const float *x, size_t rows, size_t columns, float *sums) {
  size_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const float *here = x + row * columns;
    for (size_t i = 0; i < columns; i += VF_LANES) {
      const size_t rest = columns - i;
      vfloat sum = vf_load_up_to(sums + i, rest);
#pragma clang loop unroll(full)
      for (size_t k = 0; k < 4; k++) sum += vf_load_up_to(here + k * columns + i, rest);
      vf_store_up_to(sums + i, sum, rest);
    }
  }
  for (; row < rows; row++) add_lanes(x + row * columns, columns, sums);
}

static void CLOSS_NAME(add_blocks)(
    const float *partials, size_t blocks, size_t columns, float *out) {
  for (size_t i = 0; i < columns; i += VF_LANES) {
    const size_t rest = columns - i;
    vdouble low = vd_splat(0), high = vd_splat(0);
    for (size_t block = 0; block < blocks; block++) {
      const vfloat value = vf_load_up_to(partials + block * columns + i, rest);
      low += __builtin_convertvector(value.lo, vdouble);
      high += __builtin_convertvector(value.hi, vdouble);
    }
    vfloat sum;
    sum.lo = __builtin_convertvector(low, float __attribute__((ext_vector_type(8))));
    sum.hi = __builtin_convertvector(high, float __attribute__((ext_vector_type(8))));
    vf_store_up_to(out + i, vf_load_up_to(out + i, rest) + sum, rest);
  }
}

static void CLOSS_NAME(gather_rows)(
    const float *table, const int32_t *ids, const float *addend, const int32_t *addend_ids,
    size_t count, size_t columns, float *out) {
  for (size_t t = 0; t < count; t++) {
    const float *row = table + (size_t)ids[t] * columns;
    const float *more = addend ? addend + (size_t)addend_ids[t] * columns : NULL;
    float *target = out + t * columns;
    for (size_t i = 0; i < columns; i += VF_LANES) {
      vfloat value = vf_load_up_to(row + i, columns - i);
      if (more) value += vf_load_up_to(more + i, columns - i);
      vf_store_up_to(target + i, value, columns - i);
    }
  }
}

static void CLOSS_NAME(scatter_add_rows)(
    const float *rows, const int32_t *ids, size_t count, size_t columns, size_t first,
    size_t width, float *table) {
  for (size_t t = 0; t < count; t++) {
    add_lanes(rows + t * columns + first, width, table + (size_t)ids[t] * columns + first);
  }
}
