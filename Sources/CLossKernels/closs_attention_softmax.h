// Scores to weights, sixteen rows at a time.
//
// Scores are in units of ln 2 (the queries carry the factor log2 e), so that their exponential is a
// power of two.
//
// No include guard: included once for each instruction set.

#define attention_exp2 CLOSS_NAME(attention_exp2)
#define attention_hide CLOSS_NAME(attention_hide)
#define attention_softmax CLOSS_NAME(attention_softmax)
#define attention_blocks CLOSS_NAME(attention_blocks)
#define attention_blocks_at CLOSS_NAME(attention_blocks_at)

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

// The blocks of a tile of keys that a vector of rows sees; `key_end` is the end of the last.
typedef struct {
  size_t first, end, key_end;
} attention_blocks;

CLOSS_INLINE attention_blocks attention_blocks_at(const attention_keys *keys, size_t vector) {
  attention_blocks blocks = {0, 0, 0};
  for (size_t b = 0; b < keys->blocks; b++) {
    if (vector < keys->views[b].any_first || vector >= keys->views[b].any_end) continue;
    if (blocks.end == 0) blocks.first = b;
    blocks.end = b + 1;
  }
  const size_t end = VF_LANES * blocks.end;
  blocks.key_end = keys->count < end ? keys->count : end;
  return blocks;
}

// Scores of keys that a row does not see become -infinity, and so do rows up to a multiple of four.
CLOSS_INLINE void attention_hide(
    const attention_tile *tile, const attention_keys *keys, size_t vector, size_t block,
    float *scores) {
  const attention_view view = keys->views[block];
  const vfloat hidden = vf_splat(-__builtin_inff());
  const size_t count = attention_block_count(keys, block);
  float *row = scores + VF_LANES * block * CLOSS_ATTENTION_ROWS + VF_LANES * vector;
  if (vector < view.all_first || vector >= view.all_end) {
    for (size_t j = 0; j < count; j++) {
      const vint mask = attention_mask(tile, vector, keys->first + VF_LANES * block + j);
      float *at = row + j * CLOSS_ATTENTION_ROWS;
      vf_store(at, mask ? vf_load(at) : hidden);
    }
  }
  for (size_t j = count; j % 4 != 0; j++) vf_store(row + j * CLOSS_ATTENTION_ROWS, hidden);
}

// Sixteen rows' scores of a tile of keys become weights, exp(s - m), m the largest score so far;
// the sums and outputs so far are made relative to the new m. `state` is m and the sum of weights.
CLOSS_INLINE void attention_softmax(
    const attention_tile *tile, const attention_keys *keys, size_t vector, float *scores,
    float *state, float *out) {
  const size_t rows = CLOSS_ATTENTION_ROWS;
  const attention_blocks blocks = attention_blocks_at(keys, vector);
  if (blocks.first == blocks.end) return;
  for (size_t b = blocks.first; b < blocks.end; b++) attention_hide(tile, keys, vector, b, scores);
  float *at = scores + VF_LANES * blocks.first * rows + VF_LANES * vector;
  float *stop = scores + (blocks.key_end + 3) / 4 * 4 * rows + VF_LANES * vector;
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
  // Where no lane's largest grew the factors are one; where nothing was seen before the sums are
  // zero.
  const vint grew = largest != before, seen = before != none;
  if (__builtin_reduce_or(grew & seen) != 0) {
    const vfloat factor = attention_exp2(before - base);
    total *= factor;
    for (size_t c = 0; c < tile->shape->head_size; c++) {
      float *o = out + c * rows + VF_LANES * vector;
      vf_store(o, vf_load(o) * factor);
    }
  }
  vf_store(state, largest);
  vf_store(state + rows, total + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
}

