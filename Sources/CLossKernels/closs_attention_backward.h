// The backward pass of a chunk of query tiles.
//
//   dv_jc += Σ_i p_ij do_ic            dp_ij = Σ_c do_ic v_jc        D_i = Σ_c do_ic o_ic
//   ds_ij = p_ij (dp_ij - D_i)         dq_ic += scale · Σ_j ds_ij k_jc
//   dk_jc += scale · Σ_i ds_ij q_ic
//
// Five products for each pair of tiles: the weights p are made again from the log-sum-exps, and no
// pair is visited twice. The sums of keys stand apart, (S, d up to a multiple of 16).
//
// No include guard: included once for each instruction set.

#define attention_backward CLOSS_NAME(attention_backward)
#define attention_backward_tile CLOSS_NAME(attention_backward_tile)
#define attention_backward_add CLOSS_NAME(attention_backward_add)
#define attention_workspace CLOSS_NAME(attention_workspace)
#define attention_workspace_in CLOSS_NAME(attention_workspace_in)
#define attention_pack CLOSS_NAME(attention_pack)
#define attention_row_dots CLOSS_NAME(attention_row_dots)
#define attention_slopes CLOSS_NAME(attention_slopes)
#define attention_scatter CLOSS_NAME(attention_scatter)
#define attention_scatter_masked CLOSS_NAME(attention_scatter_masked)

// Scratch memory of a tile: rows padded to whole vectors, columns (d, 64), tiles (keys, 64).
typedef struct {
  size_t width;  // d, up to a multiple of 16
  float *q_rows, *do_rows, *q_columns, *do_columns, *dq_columns, *weights, *slopes, *dots, *lse;
} attention_workspace;

// The rows of the tile, padded with zeros: out (rows, width).
static void attention_pack(
    const attention_tile *tile, closs_attention_tensor x, size_t width, float *out) {
  const size_t d = tile->shape->head_size;
  for (size_t r = 0; r < tile->count; r++, out += width) {
    const float *row = attention_row(tile, x, r);
    size_t c = 0;
    for (; c + VF_LANES <= d; c += VF_LANES) vf_store(out + c, vf_load(row + c));
    if (c < d) vf_store(out + c, vf_load_first(row + c, d - c));
  }
}

// D and the log-sum-exps in units of ln 2; those of lanes without a row are zero.
static void attention_row_dots(
    const attention_tile *tile, closs_attention_tensor o, const float *log_sum_exp,
    const attention_workspace *work) {
  const size_t d = tile->shape->head_size;
  for (size_t r = 0; r < VF_LANES * tile->vectors; r++) {
    work->dots[r] = 0;
    work->lse[r] = 0;
    if (r >= tile->count) continue;
    const float *row = attention_row(tile, o, r), *gradient = work->do_rows + r * work->width;
    vfloat sum = vf_splat(0);
    size_t c = 0;
    for (; c + VF_LANES <= d; c += VF_LANES) {
      sum = vf_fma(vf_load(row + c), vf_load(gradient + c), sum);
    }
    if (c < d) sum = vf_fma(vf_load_first(row + c, d - c), vf_load(gradient + c), sum);
    work->dots[r] = vf_sum(sum);
    work->lse[r] = log_sum_exp[attention_scalar(tile, r)] * 0x1.715476p+0f;
  }
}

// Scores become weights p, and dp becomes ds; zero where a row does not see a key.
//
// The log-sum-exp was rounded to a float, so a difference may be a little above zero: it is held
// there, where the exponential ends. A NaN stays.
CLOSS_INLINE void attention_slopes(
    const attention_tile *tile, const attention_keys *keys, size_t vector,
    const attention_workspace *work) {
  const vfloat lse = vf_load(work->lse + VF_LANES * vector);
  const vfloat dot = vf_load(work->dots + VF_LANES * vector);
  const attention_blocks blocks = attention_blocks_at(keys, vector);
  for (size_t b = blocks.first; b < blocks.end; b++) {
    const attention_view view = keys->views[b];
    const bool is_masked = vector < view.all_first || vector >= view.all_end;
    const size_t count = attention_block_count(keys, b);
    float *p = work->weights + VF_LANES * b * CLOSS_ATTENTION_ROWS + VF_LANES * vector;
    float *ds = work->slopes + VF_LANES * b * CLOSS_ATTENTION_ROWS + VF_LANES * vector;
    for (size_t j = 0; j < count; j++) {
      vfloat weight = attention_exp2(vf_min(vf_splat(0), vf_load(p) - lse));
      vfloat slope = weight * (vf_load(ds) - dot);
      if (is_masked) {
        const vint mask = attention_mask(tile, vector, keys->first + VF_LANES * b + j);
        weight = mask ? weight : vf_splat(0);
        slope = mask ? slope : vf_splat(0);
      }
      vf_store(p, weight);
      vf_store(ds, slope);
      p += CLOSS_ATTENTION_ROWS;
      ds += CLOSS_ATTENTION_ROWS;
    }
  }
}

// sums (count, width) += weights (count, 16 of 64) · rows (16, width), for each key over the rows
// that see it.
static void attention_scatter_masked(
    const attention_tile *tile, size_t vector, size_t first, size_t count, const float *weights,
    const float *rows, size_t width, float *sums) {
  const size_t start = VF_LANES * vector;
  const size_t end = start + VF_LANES < tile->count ? start + VF_LANES : tile->count;
  for (size_t j = 0; j < count; j++) {
    const int32_t key = (int32_t)(first + j);
    size_t low = start;
    while (low < end && tile->end_key[low] <= key) low++;
    size_t high = low;
    while (high < end && tile->first_key[high] <= key) high++;
    const closs_tile_factor factor = {weights + j * CLOSS_ATTENTION_ROWS + low, 0, 1};
    const float *seeing = rows + low * width;
    tile_product(
        sums + j * width, width, factor, seeing, width, 1, width / VF_LANES, high - low,
        CLOSS_TILE_ADD);
  }
}

// sums (keys, width) += weights (keys, 64) · rows (64, width), for each key over the rows that see
// it.
static void attention_scatter(
    const attention_tile *tile, const attention_keys *keys, const float *weights, const float *rows,
    size_t width, float *sums) {
  for (size_t b = 0; b < keys->blocks; b++) {
    const attention_view view = keys->views[b];
    const size_t count = keys->is_whole ? keys->count : attention_block_count(keys, b);
    const float *block = weights + VF_LANES * b * CLOSS_ATTENTION_ROWS;
    float *target = sums + VF_LANES * b * width;
    for (size_t v = view.any_first; v < view.any_end; v++) {
      if (v < view.all_first || v >= view.all_end) {
        attention_scatter_masked(
            tile, v, keys->first + VF_LANES * b, count, block, rows, width, target);
      } else if (v == view.all_first) {
        const size_t start = VF_LANES * v, all_end = VF_LANES * view.all_end;
        const size_t end = all_end < tile->count ? all_end : tile->count;
        const closs_tile_factor factor = {block + start, CLOSS_ATTENTION_ROWS, 1};
        tile_product(
            target, width, factor, rows + start * width, width, count, width / VF_LANES,
            end - start, CLOSS_TILE_ADD);
      }
    }
    if (keys->is_whole) return;
  }
}

// Adds into dq, and into the sums of dk / scale and of dv, both (S, width).
static void attention_backward_tile(
    const attention_tile *tile, const attention_workspace *work, const closs_attention_tensors *x,
    float *dk, float *dv) {
  const size_t d = tile->shape->head_size, rows = CLOSS_ATTENTION_ROWS;
  for (size_t i = 0; i < d * rows; i += VF_LANES) vf_store(work->dq_columns + i, vf_splat(0));
  const size_t end = (size_t)tile->end_key[VF_LANES * tile->vectors - 1];
  size_t first = (size_t)tile->first_key[0] / CLOSS_ATTENTION_KEYS * CLOSS_ATTENTION_KEYS;
  for (; first < end; first += CLOSS_ATTENTION_KEYS) {
    const attention_keys keys = attention_keys_at(tile, first);
    attention_scores(tile, &keys, x->k, work->q_columns, work->weights);
    attention_scores(tile, &keys, x->v, work->do_columns, work->slopes);
    for (size_t i = 0; i < tile->vectors; i++) attention_slopes(tile, &keys, i, work);
    attention_gather(tile, &keys, x->k, work->slopes, work->dq_columns);
    attention_scatter(
        tile, &keys, work->weights, work->do_rows, work->width, dv + first * work->width);
    attention_scatter(
        tile, &keys, work->slopes, work->q_rows, work->width, dk + first * work->width);
  }
}

static attention_workspace attention_workspace_in(
    float *scratch, const closs_attention_shape *shape) {
  const size_t rows = CLOSS_ATTENTION_ROWS, width = closs_attention_width(shape);
  attention_workspace work = {.width = width};
  float **const parts[] = {
      &work.q_rows, &work.do_rows, &work.q_columns, &work.do_columns, &work.dq_columns};
  for (size_t i = 0; i < 5; i++, scratch += width * rows) *parts[i] = scratch;
  work.weights = scratch;
  work.slopes = work.weights + CLOSS_ATTENTION_KEYS * rows;
  work.dots = work.slopes + CLOSS_ATTENTION_KEYS * rows;
  work.lse = work.dots + rows;
  return work;
}

static void attention_backward(
    const closs_attention_shape *shape, const closs_attention_tensors *tensors, size_t head,
    size_t chunk, float *sums, float *scratch) {
  const attention_workspace work = attention_workspace_in(scratch, shape);
  const closs_attention_tensors x = attention_gradients_at(shape, tensors, head);
  float *dk = sums, *dv = sums + shape->keys * work.width;
  const closs_attention_range range = closs_attention_chunk_keys(shape, chunk);
  for (size_t i = range.first * work.width; i < range.end * work.width; i += VF_LANES) {
    vf_store(dk + i, vf_splat(0));
    vf_store(dv + i, vf_splat(0));
  }
  const size_t tiles = closs_attention_tile_count(shape);
  const size_t first = chunk * CLOSS_ATTENTION_CHUNK_TILES;
  attention_tile tile;
  for (size_t i = first; i < tiles && i < first + CLOSS_ATTENTION_CHUNK_TILES; i++) {
    attention_tile_at(&tile, shape, head % shape->key_heads, i);
    attention_prefetch(&tile, x.dq);
    attention_pack(&tile, x.q, work.width, work.q_rows);
    attention_pack(&tile, x.d_o, work.width, work.do_rows);
    attention_columns(&tile, x.q, shape->scale * 0x1.715476p+0f, work.q_columns);
    attention_columns(&tile, x.d_o, 1, work.do_columns);
    attention_row_dots(&tile, x.o, x.log_sum_exp, &work);
    attention_backward_tile(&tile, &work, &x, dk, dv);
    for (size_t r = 0; r < CLOSS_ATTENTION_ROWS; r++) work.dots[r] = shape->scale;
    attention_store(&tile, x.dq, work.dq_columns, work.dots, true);
  }
}

// dk += scale · sums, dv += sums, for the keys that the chunk saw.
static void attention_backward_add(
    const closs_attention_shape *shape, const closs_attention_tensors *tensors, size_t head,
    size_t chunk, const float *sums) {
  const size_t d = shape->head_size, width = closs_attention_width(shape);
  const closs_attention_tensors x = attention_gradients_at(shape, tensors, head);
  const closs_attention_tensor targets[2] = {x.dk, x.dv};
  const closs_attention_range range = closs_attention_chunk_keys(shape, chunk);
  for (size_t i = 0; i < 2; i++, sums += shape->keys * width) {
    const vfloat factor = vf_splat(i == 0 ? shape->scale : 1.0f);
    for (size_t j = range.first; j < range.end; j++) {
      float *row = targets[i].start + j * targets[i].position;
      const float *sum = sums + j * width;
      size_t c = 0;
      for (; c + VF_LANES <= d; c += VF_LANES) {
        vf_store(row + c, vf_fma(factor, vf_load(sum + c), vf_load(row + c)));
      }
      if (c < d) {
        const vfloat added = vf_fma(factor, vf_load(sum + c), vf_load_first(row + c, d - c));
        vf_store_first(row + c, added, d - c);
      }
    }
  }
}
