// The forward pass of a tile of query rows.
//
// No include guard: included once for each instruction set.

#define attention_exp2 CLOSS_NAME(attention_exp2)
#define attention_hide CLOSS_NAME(attention_hide)
#define attention_softmax CLOSS_NAME(attention_softmax)
#define attention_finish CLOSS_NAME(attention_finish)
#define attention_forward CLOSS_NAME(attention_forward)

// 2^x for x <= 0, zero below -126.5; off by less than 0.7 ulp. n = round(x) is read from the lowest
// bits of x + 1.5 · 2^23, to which the exponent's bias is added; f = x - n is exact, and 2^f is a
// minimax polynomial on [-1/2, 1/2] with error 2e-9. Not a number stays so.
CLOSS_INLINE vfloat attention_exp2(vfloat x) {
  const vfloat magic = (vfloat)(0x1.8p23f + 127.0f);
  x = vf_max(vf_splat(-127.0f), x);
  const vfloat shifted = x + magic;
  const vfloat f = x - (shifted - magic);
  vfloat p = vf_splat(0x1.41fbbcp-13f);
  p = vf_fma(p, f, vf_splat(0x1.5f3e54p-10f));
  p = vf_fma(p, f, vf_splat(0x1.3b2d4cp-7f));
  p = vf_fma(p, f, vf_splat(0x1.c6aee8p-5f));
  p = vf_fma(p, f, vf_splat(0x1.ebfbdcp-3f));
  p = vf_fma(p, f, vf_splat(0x1.62e430p-1f));
  p = vf_fma(p, f, vf_splat(1.0f));
  return p * (vfloat)((vint)shifted << 23);
}

// Scores of keys that a row does not see become -infinity, and so do rows up to a multiple of four.
CLOSS_INLINE void attention_hide(
    const attention_tile *tile, const attention_keys *keys, size_t vector, size_t block,
    float *scores) {
  const attention_view view = keys->views[block];
  const vfloat hidden = vf_splat(-__builtin_inff());
  const size_t count = attention_block_count(keys, block);
  float *row = scores + 16 * block * CLOSS_ATTENTION_ROWS + 16 * vector;
  if (vector < view.all_first || vector >= view.all_end) {
    for (size_t j = 0; j < count; j++) {
      const vint mask = attention_mask(tile, vector, keys->first + 16 * block + j);
      float *at = row + j * CLOSS_ATTENTION_ROWS;
      vf_store(at, mask ? vf_load(at) : hidden);
    }
  }
  for (size_t j = count; j % 4 != 0; j++) vf_store(row + j * CLOSS_ATTENTION_ROWS, hidden);
}

// Sixteen rows' scores of a tile of keys become weights, exp(s - m), m the largest score so far; the
// sums and outputs so far are made relative to the new m. `state` is m and the sum of weights.
CLOSS_INLINE void attention_softmax(
    const attention_tile *tile, const attention_keys *keys, size_t vector, float *scores, float *state,
    float *out) {
  const size_t rows = CLOSS_ATTENTION_ROWS;
  size_t first = keys->blocks, end = 0;
  for (size_t b = 0; b < keys->blocks; b++) {
    if (vector < keys->views[b].any_first || vector >= keys->views[b].any_end) continue;
    if (first > b) first = b;
    end = b + 1;
    attention_hide(tile, keys, vector, b, scores);
  }
  if (end == 0) return;
  float *at = scores + 16 * first * rows + 16 * vector;
  float *stop = scores + 16 * vector + (keys->count < 16 * end ? (keys->count + 3) / 4 * 4 : 16 * end) * rows;
  vfloat top[4] = {vf_load(state), vf_load(state), vf_load(state), vf_load(state)};
  for (const float *s = at; s != stop; s += 4 * rows) {
    for (size_t i = 0; i < 4; i++) top[i] = vf_max(vf_load(s + i * rows), top[i]);
  }
  const vfloat before = vf_load(state), none = vf_splat(-__builtin_inff());
  const vfloat largest = vf_max(vf_max(top[0], top[1]), vf_max(top[2], top[3]));
  const vfloat base = largest == none ? vf_splat(0) : largest;
  vfloat sum[4] = {vf_splat(0), vf_splat(0), vf_splat(0), vf_splat(0)};
  for (float *s = at; s != stop; s += 4 * rows) {
    for (size_t i = 0; i < 4; i++) {
      const vfloat weight = attention_exp2(vf_load(s + i * rows) - base);
      vf_store(s + i * rows, weight);
      sum[i] += weight;
    }
  }
  vfloat total = vf_load(state + rows);
  if (__builtin_reduce_or((vint)(largest != before)) != 0) {
    const vfloat factor = attention_exp2(before - base);
    total *= factor;
    for (size_t c = 0; c < tile->shape->head_size; c++) {
      float *o = out + c * rows + 16 * vector;
      vf_store(o, vf_load(o) * factor);
    }
  }
  vf_store(state, largest);
  vf_store(state + rows, total + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
}

// Writes the tile's outputs, out / sum, and ln Σ exp(s) = m ln 2 + ln(sum).
static void attention_finish(
    const attention_tile *tile, closs_attention_tensor o, const float *state, float *out,
    float *log_sum_exp) {
  const size_t d = tile->shape->head_size, rows = CLOSS_ATTENTION_ROWS;
  for (size_t v = 0; v < tile->vectors; v++) {
    const vfloat total = vf_load(state + rows + 16 * v);
    const vfloat inverse = 1.0f / total;
    for (size_t c = 0; c < d; c += 16) {
      const size_t columns = d - c < 16 ? d - c : 16;
      vfloat block[16];
#pragma clang loop unroll(full)
      for (size_t i = 0; i < 16; i++) {
        block[i] = i < columns ? vf_load(out + (c + i) * rows + 16 * v) * inverse : vf_splat(0);
      }
      tile_transpose(block);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < 16; i++) {
        if (16 * v + i >= tile->count) break;
        float *row = attention_row(tile, o, 16 * v + i) + c;
        if (columns == 16) {
          vf_store(row, block[i]);
        } else {
          vf_store_first(row, block[i], columns);
        }
      }
    }
    float lse[16];
    vf_store(lse, vf_fma(vf_load(state + 16 * v), vf_splat(0x1.62e430p-1f), total));
    for (size_t i = 0; i < 16 && 16 * v + i < tile->count; i++) {
      const size_t r = 16 * v + i;
      log_sum_exp[(size_t)tile->head[r] * tile->shape->queries + (size_t)tile->position[r]] = lse[i];
    }
  }
}

static void attention_forward(
    const closs_attention_shape *shape, closs_attention_tensor q, closs_attention_tensor k,
    closs_attention_tensor v, closs_attention_tensor o, float *log_sum_exp, size_t batch,
    size_t key_head, size_t index, float *scratch) {
  const size_t d = shape->head_size, rows = CLOSS_ATTENTION_ROWS;
  float *columns = scratch, *out = columns + d * rows, *scores = out + d * rows;
  float *state = scores + CLOSS_ATTENTION_KEYS * rows;
  attention_tile tile;
  attention_tile_at(&tile, shape, key_head, index);
  q.start += batch * q.batch;
  o.start += batch * o.batch;
  const float *keys_start = k.start + batch * k.batch + key_head * k.head;
  const float *values_start = v.start + batch * v.batch + key_head * v.head;
  attention_columns(&tile, q, shape->scale * 0x1.715476p+0f, columns);
  for (size_t i = 0; i < d * rows; i += 16) vf_store(out + i, vf_splat(0));
  for (size_t i = 0; i < rows; i += 16) {
    vf_store(state + i, vf_splat(-__builtin_inff()));
    vf_store(state + rows + i, vf_splat(0));
  }
  const size_t end = (size_t)tile.end_key[16 * tile.vectors - 1];
  size_t first = (size_t)tile.first_key[0] / CLOSS_ATTENTION_KEYS * CLOSS_ATTENTION_KEYS;
  for (; first < end; first += CLOSS_ATTENTION_KEYS) {
    const attention_keys keys = attention_keys_at(&tile, first);
    attention_scores(&tile, &keys, keys_start + first * k.position, k.position, columns, scores);
    for (size_t vector = 0; vector < tile.vectors; vector++) {
      attention_softmax(&tile, &keys, vector, scores, state + 16 * vector, out);
    }
    attention_gather(&tile, &keys, values_start + first * v.position, v.position, scores, out);
  }
  attention_finish(&tile, o, state, out, log_sum_exp + batch * shape->key_heads * shape->group * shape->queries);
}
