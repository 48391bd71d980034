// Rotary positions. A pair (a, b) becomes (a cos - b sin, b cos + a sin).

#define rotate_halves CLOSS_NAME(rotate_halves)
#define rotate_neighbors CLOSS_NAME(rotate_neighbors)

CLOSS_INLINE void rotate_halves(
    float *x, const float *cosines, const float *sines, size_t pairs, float sign) {
  for (size_t i = 0; i < pairs; i += VF_LANES) {
    const size_t rest = pairs - i;
    const vfloat c = vf_load_up_to(cosines + i, rest);
    const vfloat s = vf_load_up_to(sines + i, rest) * sign;
    const vfloat a = vf_load_up_to(x + i, rest), b = vf_load_up_to(x + pairs + i, rest);
    vf_store_up_to(x + i, vf_fma(a, c, -(b * s)), rest);
    vf_store_up_to(x + pairs + i, vf_fma(b, c, a * s), rest);
  }
}

CLOSS_INLINE void rotate_neighbors(
    float *x, const float *cosines, const float *sines, size_t pairs, float sign) {
  for (size_t i = 0; i < pairs; i += VF_LANES) {
    const size_t rest = pairs - i;
    const size_t low = 2 * rest, high = low > VF_LANES ? low - VF_LANES : 0;
    float *left = x + 2 * i, *right = left + (high > 0 ? VF_LANES : 0);
    const vfloat c = vf_load_up_to(cosines + i, rest);
    const vfloat s = vf_load_up_to(sines + i, rest) * sign;
    const vfloat p = vf_load_up_to(left, low), q = vf_load_up_to(right, high);
    const vfloat a = __builtin_shufflevector(
        p, q, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const vfloat b = __builtin_shufflevector(
        p, q, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    const vfloat turned_a = vf_fma(a, c, -(b * s)), turned_b = vf_fma(b, c, a * s);
    const vfloat turned_p = __builtin_shufflevector(
        turned_a, turned_b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const vfloat turned_q = __builtin_shufflevector(
        turned_a, turned_b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    vf_store_up_to(left, turned_p, low);
    if (high > 0) vf_store_up_to(right, turned_q, high);
  }
}

static void CLOSS_NAME(rotate)(const closs_rotary *rotary, size_t tokens, float *x) {
  const size_t pairs = rotary->pairs;
  const float sign = rotary->is_inverse ? -1.0f : 1.0f;
  for (size_t t = 0; t < tokens; t++) {
    const size_t row = (size_t)rotary->positions[t] * pairs;
    const float *cosines = rotary->cosines + row, *sines = rotary->sines + row;
    for (size_t head = 0; head < rotary->heads; head++) {
      float *here = x + t * rotary->token_stride + head * rotary->head_stride;
      if (rotary->is_interleaved) {
        rotate_neighbors(here, cosines, sines, pairs, sign);
      } else {
        rotate_halves(here, cosines, sines, pairs, sign);
      }
    }
  }
}
