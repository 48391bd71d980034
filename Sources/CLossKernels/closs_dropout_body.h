// Philox4x32-10 on sixteen counters at once, and the masks made of it.

#define multiply_wide CLOSS_NAME(multiply_wide)
#define random_words CLOSS_NAME(random_words)
#define dropout_lanes CLOSS_NAME(dropout_lanes)
#define dropout_elements CLOSS_NAME(dropout_elements)

// The upper halves of the products; the lower ones go to `low`.
CLOSS_INLINE vuint multiply_wide(vuint x, uint32_t factor, vuint *low) {
  const uint64_t lower_half = 0xFFFFFFFFu;
  const vulong even = ((vulong)x & lower_half) * factor;
  const vulong odd = ((vulong)x >> 32) * factor;
  *low = (vuint)((even & lower_half) | (odd << 32));
  return (vuint)((even >> 32) | (odd & ~lower_half));
}

CLOSS_INLINE void random_words(
    uint64_t seed, uint64_t counter, uint64_t stream, vuint words[4]) {
  const vuint lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  // Counters begin at multiples of sixteen, so that the lower word carries nothing over.
  vuint c0 = lane + (uint32_t)counter, c1 = (vuint)(uint32_t)(counter >> 32);
  vuint c2 = (vuint)(uint32_t)stream, c3 = (vuint)(uint32_t)(stream >> 32);
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    vuint low0, low1;
    const vuint high0 = multiply_wide(c0, 0xD2511F53u, &low0);
    const vuint high1 = multiply_wide(c2, 0xCD9E8D57u, &low1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

// x times the mask (1 / keep or 0), so that a NaN stays one.
CLOSS_INLINE void dropout_lanes(
    const closs_dropout *dropout, vuint word, const float *x, float *out, size_t rest,
    bool is_added) {
  const vfloat mask = word <= dropout->limit ? vf_splat(dropout->scale) : vf_splat(0);
  const vfloat value = vf_load_up_to(x, rest);
  const vfloat result =
      is_added ? vf_fma(value, mask, vf_load_up_to(out, rest)) : value * mask;
  vf_store_up_to(out, result, rest);
}

CLOSS_INLINE void dropout_elements(
    const closs_dropout *dropout, size_t first, size_t count, const float *x, float *out,
    bool is_added) {
  size_t i = 0;
  vuint words[4];
  for (; i + 4 * VF_LANES <= count; i += 4 * VF_LANES) {
    random_words(dropout->seed, (uint64_t)(first + i) / 4, dropout->stream, words);
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 4; k++) {
      const size_t at = i + k * VF_LANES;
      dropout_lanes(dropout, words[k], x + at, out + at, VF_LANES, is_added);
    }
  }
  if (i == count) return;
  random_words(dropout->seed, (uint64_t)(first + i) / 4, dropout->stream, words);
  for (size_t k = 0; i < count; i += VF_LANES, k++) {
    dropout_lanes(dropout, words[k], x + i, out + i, count - i, is_added);
  }
}

static void CLOSS_NAME(dropout_apply)(
    const closs_dropout *dropout, size_t first, size_t count, const float *x, float *out) {
  dropout_elements(dropout, first, count, x, out, false);
}

// y = x m, so dx += dout m.
static void CLOSS_NAME(dropout_backward)(
    const closs_dropout *dropout, size_t first, size_t count, const float *dout, float *dx) {
  dropout_elements(dropout, first, count, dout, dx, true);
}

static void CLOSS_NAME(dropout_words)(
    uint64_t seed, uint64_t counter, uint64_t stream, uint32_t words[64]) {
  vuint made[4];
  random_words(seed, counter, stream, made);
  __builtin_memcpy(words, made, sizeof made);
}
