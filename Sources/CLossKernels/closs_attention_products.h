// The two products of a tile with all its keys that have queries in their lanes.
//
// No include guard: included once for each instruction set.

#define attention_scores CLOSS_NAME(attention_scores)
#define attention_gather CLOSS_NAME(attention_gather)
#define attention_gather_masked CLOSS_NAME(attention_gather_masked)
#define attention_gather_rows CLOSS_NAME(attention_gather_rows)

// out (keys, 64) = X (keys, d) · columns (d, 64), where any row of a vector sees a block of keys.
static void attention_scores(
    const attention_tile *tile, const attention_keys *keys, closs_attention_tensor tensor,
    const float *columns, float *out) {
  const size_t position = tensor.position;
  const float *x = tensor.start + keys->first * position;
  const size_t d = tile->shape->head_size, rows = CLOSS_ATTENTION_ROWS;
  if (keys->is_whole) {
    const closs_tile_factor factor = {x, position, 1};
    tile_product(out, rows, factor, columns, rows, keys->count, tile->vectors, d, CLOSS_TILE_WRITE);
    return;
  }
  for (size_t b = 0; b < keys->blocks; b++) {
    const attention_view view = keys->views[b];
    const closs_tile_factor factor = {x + VF_LANES * b * position, position, 1};
    float *block = out + VF_LANES * b * rows + VF_LANES * view.any_first;
    tile_product(
        block, rows, factor, columns + VF_LANES * view.any_first, rows,
        attention_block_count(keys, b), view.any_end - view.any_first, d, CLOSS_TILE_WRITE);
  }
}

// `m` rows of out (m, 16 of 64) += Xᵀ (m, keys) · weights (keys, 16 of 64), in each lane over
// the keys that its row sees. A weight of zero would not do: zero times a value that is no number
// is none.
CLOSS_INLINE void attention_gather_rows(
    int m, const attention_tile *tile, size_t vector, size_t first, size_t count, const float *x,
    size_t position, const float *weights, float *out) {
  vfloat sum[8];
  CLOSS_UNROLL
  for (int i = 0; i < m; i++) sum[i] = vf_load(out + i * CLOSS_ATTENTION_ROWS);
  for (size_t j = 0; j < count; j++) {
    const vint mask = attention_mask(tile, vector, first + j);
    const vfloat weight = vf_load(weights + j * CLOSS_ATTENTION_ROWS);
    CLOSS_UNROLL
    for (int i = 0; i < m; i++) {
      sum[i] = mask ? vf_fma(vf_splat(x[j * position + (size_t)i]), weight, sum[i]) : sum[i];
    }
  }
  CLOSS_UNROLL
  for (int i = 0; i < m; i++) vf_store(out + i * CLOSS_ATTENTION_ROWS, sum[i]);
}

static void attention_gather_masked(
    const attention_tile *tile, size_t vector, size_t first, size_t count, const float *x,
    size_t position, const float *weights, float *out) {
  const size_t d = tile->shape->head_size;
  size_t c = 0;
  weights += VF_LANES * vector;
  out += VF_LANES * vector;
  for (; c + 8 <= d; c += 8) {
    attention_gather_rows(
        8, tile, vector, first, count, x + c, position, weights, out + c * CLOSS_ATTENTION_ROWS);
  }
  for (; c < d; c++) {
    attention_gather_rows(
        1, tile, vector, first, count, x + c, position, weights, out + c * CLOSS_ATTENTION_ROWS);
  }
}

// out (d, 64) += Xᵀ (d, keys) · weights (keys, 64), for each row over the keys that it sees.
static void attention_gather(
    const attention_tile *tile, const attention_keys *keys, closs_attention_tensor tensor,
    const float *weights, float *out) {
  const size_t position = tensor.position;
  const float *x = tensor.start + keys->first * position;
  const size_t d = tile->shape->head_size, rows = CLOSS_ATTENTION_ROWS;
  if (keys->is_whole) {
    const closs_tile_factor factor = {x, 1, position};
    tile_product(
        out, rows, factor, weights, rows, d, tile->vectors, keys->count, CLOSS_TILE_CONTINUE);
    return;
  }
  for (size_t b = 0; b < keys->blocks; b++) {
    const attention_view view = keys->views[b];
    const size_t count = attention_block_count(keys, b);
    const float *block = x + VF_LANES * b * position;
    const float *block_weights = weights + VF_LANES * b * rows;
    const size_t first = VF_LANES * view.all_first;
    const closs_tile_factor factor = {block, 1, position};
    tile_product(
        out + first, rows, factor, block_weights + first, rows, d,
        view.all_end - view.all_first, count, CLOSS_TILE_CONTINUE);
    for (size_t v = view.any_first; v < view.any_end; v++) {
      if (v >= view.all_first && v < view.all_end) continue;
      attention_gather_masked(
          tile, v, keys->first + VF_LANES * b, count, block, position, block_weights, out);
    }
  }
}
