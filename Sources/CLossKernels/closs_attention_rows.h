// A tile of query rows: where they lie and which keys they see.
//
// Queries stand in the lanes of vectors, sixteen rows in a vector: maxima, sums and masks are then
// taken lane by lane and no row knows of its neighbors.
//
// No include guard: included once for each instruction set.

#define attention_tile CLOSS_NAME(attention_tile)
#define attention_tile_at CLOSS_NAME(attention_tile_at)
#define attention_row CLOSS_NAME(attention_row)
#define attention_view CLOSS_NAME(attention_view)
#define attention_look CLOSS_NAME(attention_look)
#define attention_mask CLOSS_NAME(attention_mask)
#define attention_keys CLOSS_NAME(attention_keys)
#define attention_keys_at CLOSS_NAME(attention_keys_at)
#define attention_block_count CLOSS_NAME(attention_block_count)
#define attention_columns CLOSS_NAME(attention_columns)
#define attention_store CLOSS_NAME(attention_store)
#define attention_scalar CLOSS_NAME(attention_scalar)
#define attention_tensors_at CLOSS_NAME(attention_tensors_at)
#define attention_gradients_at CLOSS_NAME(attention_gradients_at)
#define attention_prefetch CLOSS_NAME(attention_prefetch)

typedef struct {
  const closs_attention_shape *shape;
  size_t first, count;  // rows of the group
  size_t vectors;       // ceil(count / VF_LANES)
  // Of each row; lanes without a row repeat the last one's.
  int32_t position[CLOSS_ATTENTION_ROWS];   // among the queries
  int32_t head[CLOSS_ATTENTION_ROWS];       // among all query heads
  int32_t first_key[CLOSS_ATTENTION_ROWS];  // that it sees
  int32_t end_key[CLOSS_ATTENTION_ROWS];
} attention_tile;

static void attention_tile_at(
    attention_tile *tile, const closs_attention_shape *shape, size_t key_head, size_t index) {
  const size_t rows = shape->queries * shape->group;
  tile->shape = shape;
  tile->first = index * CLOSS_ATTENTION_ROWS;
  const size_t left = rows - tile->first;
  tile->count = left < CLOSS_ATTENTION_ROWS ? left : CLOSS_ATTENTION_ROWS;
  tile->vectors = (tile->count + VF_LANES - 1) / VF_LANES;
  size_t t = tile->first / shape->group, head = tile->first % shape->group;
  for (size_t r = 0; r < VF_LANES * tile->vectors; r++) {
    const size_t position = shape->keys - shape->queries + t;
    tile->position[r] = (int32_t)t;
    tile->head[r] = (int32_t)(key_head * shape->group + head);
    tile->first_key[r] = 0;
    tile->end_key[r] = (int32_t)shape->keys;
    if (shape->causal) {
      if (position >= shape->window) tile->first_key[r] = (int32_t)(position - shape->window + 1);
      tile->end_key[r] = (int32_t)(position + 1);
    }
    if (r + 1 < tile->count && ++head == shape->group) t++, head = 0;
  }
}

// Where the d numbers of a row are; `x` starts at the batch element.
CLOSS_INLINE float *attention_row(
    const attention_tile *tile, closs_attention_tensor x, size_t row) {
  return x.start + (size_t)tile->position[row] * x.position + (size_t)tile->head[row] * x.head;
}

// Where a number for each row is, in (H, T).
CLOSS_INLINE size_t attention_scalar(const attention_tile *tile, size_t row) {
  return (size_t)tile->head[row] * tile->shape->queries + (size_t)tile->position[row];
}

// Asks for the rows that will be written at the end: by then they are in the cache.
CLOSS_INLINE void attention_prefetch(const attention_tile *tile, closs_attention_tensor x) {
  for (size_t r = 0; r < tile->count; r++) {
    const float *row = attention_row(tile, x, r);
    for (size_t c = 0; c < tile->shape->head_size; c += VF_LANES) __builtin_prefetch(row + c, 1);
  }
}

// The tensors from one batch element on, those of keys from one key head on.
CLOSS_INLINE closs_attention_tensors attention_tensors_at(
    const closs_attention_shape *shape, const closs_attention_tensors *x, size_t head) {
  const size_t batch = head / shape->key_heads, key_head = head % shape->key_heads;
  closs_attention_tensors y = *x;
  y.q.start += batch * y.q.batch;
  y.k.start += batch * y.k.batch + key_head * y.k.head;
  y.v.start += batch * y.v.batch + key_head * y.v.head;
  y.o.start += batch * y.o.batch;
  y.log_sum_exp += batch * shape->key_heads * shape->group * shape->queries;
  return y;
}

// The same of the gradients, which the forward pass has not.
CLOSS_INLINE closs_attention_tensors attention_gradients_at(
    const closs_attention_shape *shape, const closs_attention_tensors *x, size_t head) {
  const size_t batch = head / shape->key_heads, key_head = head % shape->key_heads;
  closs_attention_tensors y = attention_tensors_at(shape, x, head);
  y.d_o.start += batch * y.d_o.batch;
  y.dq.start += batch * y.dq.batch;
  y.dk.start += batch * y.dk.batch + key_head * y.dk.head;
  y.dv.start += batch * y.dv.batch + key_head * y.dv.head;
  return y;
}

// MARK: - Keys in sight

// Which vectors of a tile see any key of a block, and which of them all keys: both are ranges since
// positions rise with the rows.
typedef struct {
  size_t any_first, any_end, all_first, all_end;
} attention_view;

CLOSS_INLINE attention_view attention_look(const attention_tile *tile, size_t first, size_t end) {
  attention_view view = {tile->vectors, 0, tile->vectors, 0};
  for (size_t v = 0; v < tile->vectors; v++) {
    const int32_t *first_key = tile->first_key + VF_LANES * v;
    const int32_t *end_key = tile->end_key + VF_LANES * v;
    const bool any = (int32_t)end > first_key[0] && (int32_t)first < end_key[VF_LANES - 1];
    const bool all = (int32_t)first >= first_key[VF_LANES - 1] && (int32_t)end <= end_key[0];
    if (any && v < view.any_first) view.any_first = v;
    if (any) view.any_end = v + 1;
    if (all && v < view.all_first) view.all_first = v;
    if (all) view.all_end = v + 1;
  }
  if (view.any_end == 0) view.any_first = 0;
  if (view.all_end == 0) view.all_first = view.all_end = view.any_end;
  return view;
}

// The lanes of a vector whose rows see a key.
CLOSS_INLINE vint attention_mask(const attention_tile *tile, size_t vector, size_t key) {
  vint first, end;
  __builtin_memcpy(&first, tile->first_key + VF_LANES * vector, sizeof first);
  __builtin_memcpy(&end, tile->end_key + VF_LANES * vector, sizeof end);
  const vint j = (vint)(int32_t)key;
  return (first <= j) & (j < end);
}

// A tile of keys, and who sees its blocks of VF_LANES; all rows see all where `is_whole`.
typedef struct {
  size_t first, count, blocks;
  bool is_whole;
  attention_view views[CLOSS_ATTENTION_KEYS / VF_LANES];
} attention_keys;

CLOSS_INLINE attention_keys attention_keys_at(const attention_tile *tile, size_t first) {
  attention_keys keys = {.first = first};
  const size_t left = tile->shape->keys - first;
  keys.count = left < CLOSS_ATTENTION_KEYS ? left : CLOSS_ATTENTION_KEYS;
  keys.blocks = (keys.count + VF_LANES - 1) / VF_LANES;
  attention_view whole = attention_look(tile, first, first + keys.count);
  keys.is_whole = whole.all_first == 0 && whole.all_end == tile->vectors;
  for (size_t b = 0; b < keys.blocks; b++) {
    const size_t start = VF_LANES * b;
    const size_t end = keys.count < start + VF_LANES ? keys.count : start + VF_LANES;
    keys.views[b] = keys.is_whole ? whole : attention_look(tile, first + start, first + end);
  }
  return keys;
}

// Keys of a block: sixteen but in the last.
CLOSS_INLINE size_t attention_block_count(const attention_keys *keys, size_t block) {
  const size_t left = keys->count - VF_LANES * block;
  return left < VF_LANES ? left : VF_LANES;
}

// MARK: - Rows to columns and back

// The rows of the tile as columns, times a factor: out (d, 64). Lanes without a row are zero.
static void attention_columns(
    const attention_tile *tile, closs_attention_tensor x, float factor, float *out) {
  const size_t d = tile->shape->head_size;
  for (size_t v = 0; v < tile->vectors; v++) {
    const float *rows[VF_LANES];
    const size_t left = tile->count - VF_LANES * v;
    for (size_t i = 0; i < VF_LANES; i++) rows[i] = attention_row(tile, x, VF_LANES * v + i);
    for (size_t c = 0; c < d; c += VF_LANES) {
      const size_t columns = d - c < VF_LANES ? d - c : VF_LANES;
      vfloat block[VF_LANES];
      CLOSS_UNROLL
      for (size_t i = 0; i < VF_LANES; i++) {
        const size_t count = i < left ? columns : 0;
        block[i] = count == VF_LANES ? vf_load(rows[i] + c) : vf_load_first(rows[i] + c, count);
      }
      vf_transpose(block);
      CLOSS_UNROLL
      for (size_t i = 0; i < VF_LANES; i++) {
        float *column = out + (c + i) * CLOSS_ATTENTION_ROWS + VF_LANES * v;
        if (i < columns) vf_store(column, block[i] * factor);
      }
    }
  }
}

// The columns as rows of the tile, each times its row's factor: x = or += factor · columns (d,
// 64).
static void attention_store(
    const attention_tile *tile, closs_attention_tensor x, const float *columns,
    const float *factors, bool adds) {
  const size_t d = tile->shape->head_size;
  for (size_t v = 0; v < tile->vectors; v++) {
    const vfloat factor = vf_load(factors + VF_LANES * v);
    const size_t left = tile->count - VF_LANES * v;
    float *rows[VF_LANES];
    for (size_t i = 0; i < VF_LANES; i++) rows[i] = attention_row(tile, x, VF_LANES * v + i);
    for (size_t c = 0; c < d; c += VF_LANES) {
      const size_t count = d - c < VF_LANES ? d - c : VF_LANES;
      vfloat block[VF_LANES];
      CLOSS_UNROLL
      for (size_t i = 0; i < VF_LANES; i++) {
        const float *column = columns + (c + i) * CLOSS_ATTENTION_ROWS + VF_LANES * v;
        block[i] = i < count ? vf_load(column) * factor : vf_splat(0);
      }
      vf_transpose(block);
      CLOSS_UNROLL
      for (size_t i = 0; i < VF_LANES; i++) {
        float *row = rows[i] + c;
        if (i < left && count == VF_LANES) {
          vf_store(row, adds ? vf_load(row) + block[i] : block[i]);
        } else if (i < left) {
          vf_store_first(row, adds ? vf_load_first(row, count) + block[i] : block[i], count);
        }
      }
    }
  }
}
