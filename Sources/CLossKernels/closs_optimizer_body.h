// AdamW (Loshchilov and Hutter, Decoupled weight decay regularization, 2019).
//
// The moments move by a share of a difference: 1 - beta is exact where beta as a float is not. Decay
// and step are added before either meets the parameter, so that rounds once.

#define adamw_lanes CLOSS_NAME(adamw_lanes)

CLOSS_INLINE void adamw_lanes(
    const closs_adamw *factors, const float *gradient, size_t rest, float *parameters,
    float *first, float *second) {
  const vfloat g = vf_load_up_to(gradient, rest) * factors->gradient_scale;
  const vfloat p = vf_load_up_to(parameters, rest);
  vfloat m = vf_load_up_to(first, rest), v = vf_load_up_to(second, rest);
  m = vf_fma(vf_splat(factors->first_rate), g - m, m);
  v = vf_fma(vf_splat(factors->second_rate), vf_fma(g, g, -v), v);
  const vfloat root = vf_fma(vf_sqrt(v), vf_splat(factors->root_scale), vf_splat(factors->epsilon));
  const vfloat change = vf_fma(p, vf_splat(factors->decay), m / root * factors->step);
  vf_store_up_to(first, m, rest);
  vf_store_up_to(second, v, rest);
  vf_store_up_to(parameters, p - change, rest);
}

static void CLOSS_NAME(adamw_step)(
    const closs_adamw *factors, const float *gradient, size_t count, float *parameters,
    float *first, float *second) {
  size_t i = 0;
  for (; i + VF_LANES <= count; i += VF_LANES) {
    adamw_lanes(factors, gradient + i, VF_LANES, parameters + i, first + i, second + i);
  }
  if (i < count) {
    adamw_lanes(factors, gradient + i, count - i, parameters + i, first + i, second + i);
  }
}

static double CLOSS_NAME(sum_of_squares)(const float *x, size_t count) {
  vdouble sums[4] = {vd_splat(0), vd_splat(0), vd_splat(0), vd_splat(0)};
  for (size_t i = 0; i < count; i += 2 * VF_LANES) {
    const vfloat left = vf_load_up_to(x + i, count - i);
    const size_t rest = count - i > VF_LANES ? count - i - VF_LANES : 0;
    const vfloat right = vf_load_up_to(x + i + (rest > 0 ? VF_LANES : 0), rest);
    const vdouble values[4] = {
        __builtin_convertvector(left.lo, vdouble), __builtin_convertvector(left.hi, vdouble),
        __builtin_convertvector(right.lo, vdouble), __builtin_convertvector(right.hi, vdouble)};
#pragma clang loop unroll(full)
    for (size_t k = 0; k < 4; k++) sums[k] = vd_fma(values[k], values[k], sums[k]);
  }
  return vd_sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}
