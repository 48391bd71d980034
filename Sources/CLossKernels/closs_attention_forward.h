// The forward pass of a tile of query rows.
//
// No include guard: included once for each instruction set.

#define attention_finish CLOSS_NAME(attention_finish)
#define attention_forward CLOSS_NAME(attention_forward)

// Writes the tile's outputs, out / sum, and ln Σ exp(s) = m ln 2 + ln(sum).
static void attention_finish(
    const attention_tile *tile, closs_attention_tensor o, float *state, const float *out,
    float *log_sum_exp) {
  const size_t rows = CLOSS_ATTENTION_ROWS;
  for (size_t v = 0; v < tile->vectors; v++) {
    const vfloat total = vf_load(state + rows + VF_LANES * v);
    vf_store(state + rows + VF_LANES * v, 1.0f / total);
    float lse[VF_LANES];
    vf_store(lse, vf_fma(vf_load(state + VF_LANES * v), vf_splat(0x1.62e430p-1f), vf_log(total)));
    for (size_t i = 0; i < VF_LANES && VF_LANES * v + i < tile->count; i++) {
      log_sum_exp[attention_scalar(tile, VF_LANES * v + i)] = lse[i];
    }
  }
  attention_store(tile, o, out, state + rows, false);
}

static void attention_forward(
    const closs_attention_shape *shape, const closs_attention_tensors *tensors, size_t block,
    float *scratch) {
  const size_t d = shape->head_size, rows = CLOSS_ATTENTION_ROWS;
  float *columns = scratch, *out = columns + d * rows, *scores = out + d * rows;
  float *state = scores + CLOSS_ATTENTION_KEYS * rows;
  // The longest tile of a head, its last, goes first.
  const size_t tiles = closs_attention_tile_count(shape), head = block / tiles;
  const closs_attention_tensors x = attention_tensors_at(shape, tensors, head);
  attention_tile tile;
  attention_tile_at(&tile, shape, head % shape->key_heads, tiles - 1 - block % tiles);
  attention_prefetch(&tile, x.o);
  attention_columns(&tile, x.q, shape->scale * 0x1.715476p+0f, columns);
  for (size_t i = 0; i < d * rows; i += VF_LANES) vf_store(out + i, vf_splat(0));
  for (size_t i = 0; i < rows; i += VF_LANES) {
    vf_store(state + i, vf_splat(-__builtin_inff()));
    vf_store(state + rows + i, vf_splat(0));
  }
  const size_t end = (size_t)tile.end_key[VF_LANES * tile.vectors - 1];
  size_t first = (size_t)tile.first_key[0] / CLOSS_ATTENTION_KEYS * CLOSS_ATTENTION_KEYS;
  for (; first < end; first += CLOSS_ATTENTION_KEYS) {
    const attention_keys keys = attention_keys_at(&tile, first);
    attention_scores(&tile, &keys, x.k, columns, scores);
    for (size_t vector = 0; vector < tile.vectors; vector++) {
      attention_softmax(&tile, &keys, vector, scores, state + VF_LANES * vector, out);
    }
    attention_gather(&tile, &keys, x.v, scores, out);
  }
  attention_finish(&tile, x.o, state, out, x.log_sum_exp);
}
