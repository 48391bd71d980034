#include "closs_sha256.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_SHA2)
#include <arm_neon.h>
#endif

// FIPS 180-4, section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the
// first 64 primes.
static const uint32_t round_constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotated(uint32_t word, int count) {
  return word >> count | word << (32 - count);
}

static inline uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// Section 6.2.2, as written there.
static void compress_portable(uint32_t state[8], const uint8_t *bytes, size_t block_count) {
  for (; block_count > 0; block_count--, bytes += 64) {
    uint32_t w[64];
    for (int t = 0; t < 16; t++) w[t] = big_endian(bytes + 4 * t);
    for (int t = 16; t < 64; t++) {
      uint32_t s0 = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ w[t - 15] >> 3;
      uint32_t s1 = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ w[t - 2] >> 10;
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; t++) {
      uint32_t sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      uint32_t choice = (e & f) ^ (~e & g);
      uint32_t t1 = h + sum1 + choice + round_constants[t] + w[t];
      uint32_t sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
      h = g, g = f, f = e, e = d + t1;
      d = c, c = b, b = a, a = t1 + sum0 + majority;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

#if defined(__x86_64__)

// The instructions keep the eight words as (a, b, e, f) and (c, d, g, h), highest lane first, and do
// two rounds at a time. Each group of four message words is made from the four groups before it.
__attribute__((target("sha,sse4.1"))) static void compress_instructions(
    uint32_t state[8], const uint8_t *bytes, size_t block_count) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[0]), 0xB1);
  __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[4]), 0x1B);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
  for (; block_count > 0; block_count--, bytes += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; group++) {
      const int now = group & 3;
      if (group < 4) {
        w[now] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * group)), swap);
      } else {
        const __m128i last = w[(group - 1) & 3], second_last = w[(group - 2) & 3];
        __m128i sum = _mm_sha256msg1_epu32(w[now], w[(group - 3) & 3]);
        sum = _mm_add_epi32(sum, _mm_alignr_epi8(last, second_last, 4));
        w[now] = _mm_sha256msg2_epu32(sum, last);
      }
      const __m128i k = _mm_load_si128((const __m128i *)&round_constants[4 * group]);
      const __m128i sum = _mm_add_epi32(w[now], k);
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)&state[0], _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)&state[4], _mm_alignr_epi8(dchg, feba, 8));
}

bool closs_sha256_has_instructions(void) {
  // The SHA flag is not among those __builtin_cpu_supports knows. All registers used are XMM, which
  // every x86-64 system saves.
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_SHA2)

static void compress_instructions(uint32_t state[8], const uint8_t *bytes, size_t block_count) {
  uint32x4_t abcd = vld1q_u32(&state[0]), efgh = vld1q_u32(&state[4]);
  for (; block_count > 0; block_count--, bytes += 64) {
    const uint32x4_t abcd_before = abcd, efgh_before = efgh;
    uint32x4_t w[4];
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; group++) {
      const int now = group & 3;
      if (group < 4) {
        w[now] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(bytes + 16 * group)));
      } else {
        const uint32x4_t sum = vsha256su0q_u32(w[now], w[(group - 3) & 3]);
        w[now] = vsha256su1q_u32(sum, w[(group - 2) & 3], w[(group - 1) & 3]);
      }
      const uint32x4_t sum = vaddq_u32(w[now], vld1q_u32(&round_constants[4 * group]));
      const uint32x4_t abcd_last = abcd;
      abcd = vsha256hq_u32(abcd, efgh, sum);
      efgh = vsha256h2q_u32(efgh, abcd_last, sum);
    }
    abcd = vaddq_u32(abcd, abcd_before);
    efgh = vaddq_u32(efgh, efgh_before);
  }
  vst1q_u32(&state[0], abcd);
  vst1q_u32(&state[4], efgh);
}

bool closs_sha256_has_instructions(void) { return true; }

#else

static void compress_instructions(uint32_t state[8], const uint8_t *bytes, size_t block_count) {
  compress_portable(state, bytes, block_count);
}

bool closs_sha256_has_instructions(void) { return false; }

#endif

static void compress(closs_sha256 *hash, const uint8_t *bytes, size_t block_count) {
  if (hash->uses_instructions) {
    compress_instructions(hash->state, bytes, block_count);
  } else {
    compress_portable(hash->state, bytes, block_count);
  }
}

void closs_sha256_init(closs_sha256 *hash, bool uses_instructions) {
  // Section 5.3.3: the first 32 bits of the fractional parts of the square roots of the first eight
  // primes.
  static const uint32_t initial[8] = {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  };
  memset(hash, 0, sizeof *hash);
  memcpy(hash->state, initial, sizeof initial);
  hash->uses_instructions = uses_instructions && closs_sha256_has_instructions();
}

void closs_sha256_update(closs_sha256 *hash, const uint8_t *bytes, size_t count) {
  if (count == 0) return;
  const size_t filled = hash->byte_count % 64;
  hash->byte_count += count;
  if (filled > 0) {
    const size_t taken = count < 64 - filled ? count : 64 - filled;
    memcpy(hash->pending + filled, bytes, taken);
    if (filled + taken < 64) return;
    compress(hash, hash->pending, 1);
    bytes += taken;
    count -= taken;
  }
  compress(hash, bytes, count / 64);
  memcpy(hash->pending, bytes + count / 64 * 64, count % 64);
}

void closs_sha256_finish(const closs_sha256 *hash, uint8_t digest[32]) {
  // Section 5.1.1: a one bit, zeros, and the length in bits as 64 bits, to whole blocks.
  closs_sha256 last = *hash;
  const size_t filled = hash->byte_count % 64;
  uint8_t padded[128] = {0};
  memcpy(padded, hash->pending, filled);
  padded[filled] = 0x80;
  const size_t block_count = filled < 56 ? 1 : 2;
  for (int i = 0; i < 8; i++) {
    padded[64 * block_count - 1 - i] = (uint8_t)(hash->byte_count << 3 >> 8 * i);
  }
  compress(&last, padded, block_count);
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(last.state[i / 4] >> (24 - 8 * (i % 4)));
}
