// The loops of closs_machine_limits.h, for one instruction set.

#define peak_step CLOSS_NAME(peak_step)
#define triad_step CLOSS_NAME(triad_step)

// As many chains as the registers hold beside the factor and the term, so that nothing is spilled:
// 32 registers of 16 lanes; 16 of 8; 32 of 4 (Arm); 16 of 4 (any x86). The latency of a multiply-add
// times the number begun in a cycle is 8 vectors at most (16 on wide Arm cores), of a multiply and
// an add one after the other 12: each count below is at least that in registers.
#if CLOSS_IS_AVX512
#define PEAK_CHAINS 16
#elif CLOSS_IS_AVX2 || CLOSS_IS_NEON
#define PEAK_CHAINS 6
#else
#define PEAK_CHAINS 3
#endif

CLOSS_INLINE vfloat peak_step(vfloat chain, vfloat factors, vfloat terms) {
#if CLOSS_IS_PORTABLE
  // A product that is the same in every round would be taken out of the loop.
  return chain * factors + terms;
#else
  // The register that is added to is the one overwritten, as Arm's only multiply-add has it.
  return vf_fma(factors, terms, chain);
#endif
}

static size_t CLOSS_NAME(peak_width)(void) { return PEAK_CHAINS * VF_LANES; }

static float CLOSS_NAME(peak)(size_t rounds, float factor, float term) {
  const vfloat factors = vf_splat(factor), terms = vf_splat(term);
  // What starts alike would be computed once: no two lanes of any chain do.
  const vfloat ramp = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  vfloat chains[PEAK_CHAINS];
  for (int i = 0; i < PEAK_CHAINS; i++) chains[i] = ramp + vf_splat(term + (float)(VF_LANES * i));
  for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < PEAK_CHAINS; i++) chains[i] = peak_step(chains[i], factors, terms);
  }
  vfloat sum = chains[0];
  for (int i = 1; i < PEAK_CHAINS; i++) sum += chains[i];
  return vf_sum(sum);
}

#undef PEAK_CHAINS

// Sums that fit the registers likewise, in a divisor of CLOSS_STRIDE.
#if CLOSS_IS_AVX512
#define READ_SUMS 8
#elif CLOSS_IS_AVX2 || CLOSS_IS_NEON
#define READ_SUMS 4
#else
#define READ_SUMS 2
#endif

static float CLOSS_NAME(read_sum)(const float *x, size_t count) {
  vfloat sums[READ_SUMS] = {0};
  for (size_t i = 0; i < count; i += READ_SUMS * VF_LANES) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < READ_SUMS; j++) sums[j] += vf_load(x + i + j * VF_LANES);
  }
  for (int j = 1; j < READ_SUMS; j++) sums[0] += sums[j];
  return vf_sum(sums[0]);
}

#undef READ_SUMS

CLOSS_INLINE vfloat triad_step(const float *a, const float *b, vfloat factors, size_t i) {
  return vf_fma(factors, vf_load(b + i), vf_load(a + i));
}

static void CLOSS_NAME(triad)(
    float *out, const float *a, const float *b, float factor, size_t count) {
  const vfloat factors = vf_splat(factor);
  for (size_t i = 0; i < count; i += VF_LANES) vf_store(out + i, triad_step(a, b, factors, i));
}

static void CLOSS_NAME(triad_streaming)(
    float *out, const float *a, const float *b, float factor, size_t count) {
  const vfloat factors = vf_splat(factor);
  for (size_t i = 0; i < count; i += VF_LANES) {
    __builtin_nontemporal_store(triad_step(a, b, factors, i), (vfloat *)(out + i));
  }
  // Streaming stores are not ordered with others until a fence.
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#undef triad_step
#undef peak_step
