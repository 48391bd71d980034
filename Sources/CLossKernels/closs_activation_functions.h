// Activations of sixteen floats, and their slopes; also for the matrix product to end with.
//
// Included by bodies inside closs_every_variant.h after closs_vector_math.h; no include guard.
// Where an infinity would meet a zero, the argument is held at a bound beyond which the other
// factor is zero or one anyway: so the limits come out, not a NaN.

#define vf_relu CLOSS_NAME(vf_relu)
#define vf_relu_slope CLOSS_NAME(vf_relu_slope)
#define vf_logistic_pair CLOSS_NAME(vf_logistic_pair)
#define vf_silu_tail CLOSS_NAME(vf_silu_tail)
#define vf_silu CLOSS_NAME(vf_silu)
#define vf_silu_pair CLOSS_NAME(vf_silu_pair)
#define vf_silu_slope CLOSS_NAME(vf_silu_slope)
#define vf_gelu_tanh_argument CLOSS_NAME(vf_gelu_tanh_argument)
#define vf_gelu_tanh CLOSS_NAME(vf_gelu_tanh)
#define vf_gelu_tanh_slope CLOSS_NAME(vf_gelu_tanh_slope)
#define vf_normal_pair CLOSS_NAME(vf_normal_pair)
#define vf_gelu CLOSS_NAME(vf_gelu)
#define vf_gelu_slope CLOSS_NAME(vf_gelu_slope)

// MARK: - ReLU

// max(x, 0).
CLOSS_INLINE vfloat vf_relu(vfloat x) { return x < 0.0f ? vf_splat(0.0f) : x; }

// Zero up to zero, then one; a NaN stays.
CLOSS_INLINE vfloat vf_relu_slope(vfloat x) {
  return x > 0.0f ? vf_splat(1.0f) : x <= 0.0f ? vf_splat(0.0f) : x;
}

// MARK: - SiLU

// logistic(x), and logistic(-x) without the cancellation of 1 - logistic(x).
CLOSS_INLINE vfloat vf_logistic_pair(vfloat x, vfloat *other) {
  vfloat e = vf_exp_nonpositive(-vf_abs(x));
  vfloat larger = 1.0f / (e + 1.0f);
  vfloat smaller = e * larger;
  *other = x < 0.0f ? larger : smaller;
  return x < 0.0f ? smaller : larger;
}

// x exp(x) and (1 + x) exp(x), the function and its slope for x from -120 to -64. The logistic
// function alone would be subnormal below -87, with few digits left, and zero below -104; from the
// exact x + 64 on, only the last product is rounded as such.
CLOSS_INLINE vfloat vf_silu_tail(vfloat x, vfloat *slope) {
  vfloat e = vf_exp_nonpositive(x + 64.0f);
  *slope = (x + 1.0f) * e * 0x1.969d48p-93f;
  return x * e * 0x1.969d48p-93f;
}

// x logistic(x). Beyond -120 it is zero.
CLOSS_INLINE vfloat vf_silu(vfloat x) {
  vfloat held = vf_max(vf_splat(-120.0f), x), y = held * vf_sigmoid(x), slope;
  vint is_tail = held < -64.0f;
  if (__builtin_reduce_or(is_tail) == 0) return y;
  return is_tail ? vf_silu_tail(held, &slope) : y;
}

// silu(x) and, with s = logistic(x), its slope s + x s (1 - s).
CLOSS_INLINE vfloat vf_silu_pair(vfloat x, vfloat *slope) {
  vfloat rest, held = vf_max(vf_splat(-120.0f), x);
  vfloat s = vf_logistic_pair(x, &rest), y = held * s;
  *slope = s * vf_fma(vf_min(vf_splat(120.0f), held), rest, vf_splat(1.0f));
  vint is_tail = held < -64.0f;
  if (__builtin_reduce_or(is_tail) == 0) return y;
  vfloat tail_slope, tail = vf_silu_tail(held, &tail_slope);
  *slope = is_tail ? tail_slope : *slope;
  return is_tail ? tail : y;
}

CLOSS_INLINE vfloat vf_silu_slope(vfloat x) {
  vfloat slope;
  vf_silu_pair(x, &slope);
  return slope;
}

// MARK: - GELU by tanh (Hendrycks and Gimpel 2016): x (1 + tanh u) / 2 = x logistic(2 u)

// 2 u = 2 sqrt(2 / pi) (x + 0.044715 x^3).
CLOSS_INLINE vfloat vf_gelu_tanh_argument(vfloat x) {
  return x * vf_fma(x * x, vf_splat(0x1.2444f2p-4f), vf_splat(0x1.988454p+0f));
}

// Beyond -12 the logistic function is zero. Where it is subnormal, below -10, so is its rounding
// before the product: the result is off by about |x| / 2 of the smallest number.
CLOSS_INLINE vfloat vf_gelu_tanh(vfloat x) {
  vfloat held = vf_max(vf_splat(-12.0f), x);
  return held * vf_sigmoid(vf_gelu_tanh_argument(held));
}

// With s = logistic(v), v = 2 u: s + x s (1 - s) v'.
CLOSS_INLINE vfloat vf_gelu_tanh_slope(vfloat x) {
  vfloat held = vf_min(vf_splat(12.0f), vf_max(vf_splat(-12.0f), x));
  vfloat rest, s = vf_logistic_pair(vf_gelu_tanh_argument(held), &rest);
  vfloat growth = vf_fma(held * held, vf_splat(0x1.b6676cp-3f), vf_splat(0x1.988454p+0f));
  return s * vf_fma(held * growth, rest, vf_splat(1.0f));
}

// MARK: - GELU

// The normal distribution Phi(x) and exp(-x^2 / 2), for x from -16 up.
//
// Phi(x) = 1/2 + x P(x^2) below one; beyond, Phi(-a) = exp(-a^2 / 2) G(w) with w = 1 / (1 + a /
// 4) - 1/2; P and G are polynomials. The square is split into an exact part, of the twelve upper
// bits of a, and the rest: the exponential keeps its digits in the tail, and so does Phi, where 1
// + erf(x / sqrt 2) has none.
CLOSS_INLINE vfloat vf_normal_pair(vfloat x, vfloat *exponential) {
  vfloat a = vf_min(vf_splat(16.0f), vf_abs(x));
  vfloat upper = (vfloat)((vint)a & (int32_t)0xFFFFF000);
  vfloat square = vf_max(vf_splat(-105.0f), upper * upper * -0.5f);
  vfloat rest = (a - upper) * (a + upper) * -0.5f;
  vfloat shifted = vf_fma(square, vf_splat(0x1.715476p+0f), vf_splat(CLOSS_ROUNDER));
  vfloat n = shifted - CLOSS_ROUNDER;
  vfloat r = vf_fma(n, vf_splat(-CLOSS_LN2_UPPER), square);
  r = vf_fma(n, vf_splat(-CLOSS_LN2_LOWER), r) + rest;
  vint n_int = (vint)shifted - (vint)vf_splat(CLOSS_ROUNDER);
  vfloat e = vf_scale(vf_exp_minus_one_core(r) + 1.0f, n_int, n);
  vfloat w = 1.0f / vf_fma(a, vf_splat(0.25f), vf_splat(1.0f)) - 0.5f;
  vfloat g = vf_fma(vf_splat(-0x1.0c467ep-5f), w, vf_splat(-0x1.383704p-4f));
  g = vf_fma(g, w, vf_splat(0x1.f48ca8p-6f));
  g = vf_fma(g, w, vf_splat(0x1.15c8d6p-2f));
  g = vf_fma(g, w, vf_splat(0x1.f9c68cp-2f));
  g = vf_fma(g, w, vf_splat(0x1.25b8aep-1f));
  g = vf_fma(g, w, vf_splat(0x1.fd74d0p-2f));
  g = vf_fma(g, w, vf_splat(0x1.5cf972p-2f));
  g = vf_fma(g, w, vf_splat(0x1.82b4bcp-4f));
  vfloat z = x * x;
  vfloat near = vf_fma(vf_splat(-0x1.122200p-17f), z, vf_splat(0x1.e26caap-14f));
  near = vf_fma(near, z, vf_splat(-0x1.376eaap-10f));
  near = vf_fma(near, z, vf_splat(0x1.46d558p-7f));
  near = vf_fma(near, z, vf_splat(-0x1.105862p-4f));
  near = vf_fma(near, z, vf_splat(0x1.988454p-2f));
  near = vf_fma(near, x, vf_splat(0.5f));
  vfloat tail = e * g;
  *exponential = e;
  return a < 1.0f ? near : x < 0.0f ? tail : 1.0f - tail;
}

// x Phi(x). Beyond -16 the distribution is zero. Where it is subnormal, below -12.9, so is its
// rounding before the product: the result is off by about |x| / 2 of the smallest number.
CLOSS_INLINE vfloat vf_gelu(vfloat x) {
  vfloat exponential, held = vf_max(vf_splat(-16.0f), x);
  return held * vf_normal_pair(held, &exponential);
}

// Phi(x) + x phi(x), phi the normal density.
CLOSS_INLINE vfloat vf_gelu_slope(vfloat x) {
  vfloat held = vf_min(vf_splat(16.0f), vf_max(vf_splat(-16.0f), x));
  vfloat exponential, phi = vf_normal_pair(held, &exponential);
  return vf_fma(held * 0x1.988454p-2f, exponential, phi);
}
