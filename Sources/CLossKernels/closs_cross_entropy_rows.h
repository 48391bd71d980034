// Rows of logits: their largest value so far, the exponentials of the rest, and the loss's gradient.

#define logits_total CLOSS_NAME(logits_total)
#define logits_take_block CLOSS_NAME(logits_take_block)
#define logits_take_row CLOSS_NAME(logits_take_row)
#define cross_entropy_row CLOSS_NAME(cross_entropy_row)

// The sum of up to a block of logits, in double.
CLOSS_INLINE double logits_total(const float *logits, size_t count) {
  vdouble low = vd_splat(0), high = vd_splat(0);
  for (size_t i = 0; i < count; i += VF_LANES) {
    const vfloat value = vf_load_up_to(logits + i, count - i);
    low += __builtin_convertvector(value.lo, vdouble);
    high += __builtin_convertvector(value.hi, vdouble);
  }
  return vd_sum(low + high);
}

CLOSS_INLINE void logits_take_block(
    const closs_logit_rows *state, size_t row, const float *logits, size_t count) {
  const float before = state->largest[row];
  const float here = row_largest(logits, count, 1);
  if (here > before) {
    // What was largest joins the rest; where nothing was (minus infinity) its share is exp(-infinity).
    const double share = (double)vf_exp_nonpositive(vf_splat(before - here)).x;
    state->rest[row] = (1 + state->rest[row]) * share + row_rest(logits, count, here);
    state->largest[row] = here;
  } else {
    // While all logits are minus infinity, their exponentials are zero, not 0 / 0.
    const float shift = before == -__builtin_inff() ? 0 : before;
    state->rest[row] += (double)row_exponentials(logits, count, 1, shift, NULL);
  }
  if (state->total) state->total[row] += logits_total(logits, count);
}

CLOSS_INLINE void logits_take_row(
    const closs_logit_rows *state, size_t row, const float *logits, size_t first_column,
    size_t columns) {
  for (size_t i = 0; i < columns; i += CLOSS_LOGITS_BLOCK) {
    const size_t width = columns - i < CLOSS_LOGITS_BLOCK ? columns - i : CLOSS_LOGITS_BLOCK;
    logits_take_block(state, row, logits + i, width);
  }
  if (!state->targets) return;
  const int32_t target = state->targets[row];
  if (target < 0 || (size_t)target < first_column) return;
  const size_t column = (size_t)target - first_column;
  if (column < columns) state->target_logit[row] = logits[column];
}

static void CLOSS_NAME(logits_take)(
    const closs_logit_rows *state, const float *logits, size_t stride, size_t rows,
    size_t first_column, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    logits_take_row(state, row, logits + row * stride, first_column, columns);
  }
}

// With p = exp(logit - largest) / (1 + rest), smoothing e, V columns, z = log-sum-exp and w = 2 z_weight z:
//
//     d loss / d logit = p (1 + w) - e / V - (1 - e) (target = column)
//
// At the target that is w + e - e / V - (1 - p) (1 + w), and 1 - p is what the others have: so it keeps
// its digits where p is nearly one.
CLOSS_INLINE void cross_entropy_row(
    const closs_logit_rows *state, const closs_cross_entropy *loss, size_t row, float *logits,
    size_t first_column, size_t columns) {
  const int32_t target = state->targets[row];
  if (target < 0) {
    for (size_t i = 0; i < columns; i += VF_LANES) {
      vf_store_up_to(logits + i, vf_splat(0), columns - i);
    }
    return;
  }
  const float largest = state->largest[row];
  const double rest = state->rest[row];
  double extra = 0;
  if (loss->z_weight > 0) {
    extra = 2 * loss->z_weight * ((double)largest + closs_natural_log_1p(rest));
  }
  const vfloat factor = vf_splat((float)(loss->scale * (1 + extra) / (1 + rest)));
  const vfloat even = vf_splat((float)(-loss->scale * loss->smoothing / (double)loss->vocabulary));
  size_t i = 0;
  for (; i + 4 * VF_LANES <= columns; i += 4 * VF_LANES) {
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 4; k++) {
      float *at = logits + i + k * VF_LANES;
      vf_store(at, vf_fma(vf_exp_nonpositive(vf_load(at) - largest), factor, even));
    }
  }
  for (; i < columns; i += VF_LANES) {
    const vfloat value = vf_load_up_to(logits + i, columns - i) - largest;
    vf_store_up_to(logits + i, vf_fma(vf_exp_nonpositive(value), factor, even), columns - i);
  }
  if ((size_t)target < first_column || (size_t)target - first_column >= columns) return;
  const float distance = state->target_logit[row] - largest;
  const double others = rest + (1 - (double)vf_exp_nonpositive(vf_splat(distance)).x);
  const double smooth = loss->smoothing - loss->smoothing / (double)loss->vocabulary;
  logits[(size_t)target - first_column] =
      (float)(loss->scale * (extra + smooth - others / (1 + rest) * (1 + extra)));
}

static void CLOSS_NAME(cross_entropy_gradient)(
    const closs_logit_rows *state, const closs_cross_entropy *loss, float *logits, size_t stride,
    size_t rows, size_t first_column, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    cross_entropy_row(state, loss, row, logits + row * stride, first_column, columns);
  }
}

static void CLOSS_NAME(cross_entropy_in_place)(
    const closs_logit_rows *state, const closs_cross_entropy *loss, float *logits, size_t rows,
    float *losses) {
  const size_t columns = loss->vocabulary;
  for (size_t row = 0; row < rows; row++) {
    float *here = logits + row * columns;
    state->largest[row] = -__builtin_inff();
    state->rest[row] = 0;
    if (state->total) state->total[row] = 0;
    state->target_logit[row] = 0;
    if (state->targets[row] >= 0) logits_take_row(state, row, here, 0, columns);
    closs_loss_of_row(state, loss, row, losses);
    cross_entropy_row(state, loss, row, here, 0, columns);
  }
}
