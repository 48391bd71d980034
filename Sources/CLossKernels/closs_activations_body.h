// Loops over arrays; the last lanes go through vectors filled with zeros.

#include "closs_each.h"
#include "closs_vector_math.h"
#include "closs_activation_functions.h"

#define swiglu_slopes CLOSS_NAME(swiglu_slopes)

static void CLOSS_NAME(activate)(closs_activation activation, const float *x, size_t count,
                                 float *y) {
  switch (activation) {
    case CLOSS_RELU: CLOSS_EACH_FLOAT(vf_relu); break;
    case CLOSS_SILU: CLOSS_EACH_FLOAT(vf_silu); break;
    case CLOSS_GELU: CLOSS_EACH_FLOAT(vf_gelu); break;
    case CLOSS_GELU_TANH: CLOSS_EACH_FLOAT(vf_gelu_tanh); break;
  }
}

// dx[i] += dy[i] slope(x[i]).
#define CLOSS_ADD_SLOPES(slope)                                                                    \
  do {                                                                                             \
    size_t i = 0;                                                                                  \
    for (; i + VF_LANES <= count; i += VF_LANES) {                                                 \
      vf_store(dx + i, vf_fma(vf_load(dy + i), slope(vf_load(x + i)), vf_load(dx + i)));           \
    }                                                                                              \
    if (i < count) {                                                                               \
      size_t left = count - i;                                                                     \
      vfloat change = slope(vf_load_first(x + i, left));                                           \
      change = vf_fma(vf_load_first(dy + i, left), change, vf_load_first(dx + i, left));           \
      vf_store_first(dx + i, change, left);                                                        \
    }                                                                                              \
  } while (0)

// dx += dy f'(x).
static void CLOSS_NAME(activate_backward)(closs_activation activation, const float *x,
                                          const float *dy, size_t count, float *dx) {
  switch (activation) {
    case CLOSS_RELU: CLOSS_ADD_SLOPES(vf_relu_slope); break;
    case CLOSS_SILU: CLOSS_ADD_SLOPES(vf_silu_slope); break;
    case CLOSS_GELU: CLOSS_ADD_SLOPES(vf_gelu_slope); break;
    case CLOSS_GELU_TANH: CLOSS_ADD_SLOPES(vf_gelu_tanh_slope); break;
  }
}

#undef CLOSS_ADD_SLOPES

#define CLOSS_TAKE_SLOPES(slope)                                                             \
  do {                                                                                       \
    size_t i = 0;                                                                            \
    for (; i + VF_LANES <= count; i += VF_LANES) {                                           \
      vf_store(dy + i, vf_load(dy + i) * slope(vf_load(x + i)));                             \
    }                                                                                        \
    if (i == count) return;                                                                  \
    vfloat last = vf_load_first(dy + i, count - i) * slope(vf_load_first(x + i, count - i)); \
    vf_store_first(dy + i, last, count - i);                                                 \
  } while (0)

static void CLOSS_NAME(activate_backward_in_place)(closs_activation activation, const float *x,
                                                   size_t count, float *dy) {
  switch (activation) {
    case CLOSS_RELU: CLOSS_TAKE_SLOPES(vf_relu_slope); break;
    case CLOSS_SILU: CLOSS_TAKE_SLOPES(vf_silu_slope); break;
    case CLOSS_GELU: CLOSS_TAKE_SLOPES(vf_gelu_slope); break;
    case CLOSS_GELU_TANH: CLOSS_TAKE_SLOPES(vf_gelu_tanh_slope); break;
  }
}

#undef CLOSS_TAKE_SLOPES

static void CLOSS_NAME(swiglu)(const float *gate, const float *up, size_t count, float *y) {
  size_t i = 0;
  for (; i + VF_LANES <= count; i += VF_LANES) {
    vf_store(y + i, vf_silu(vf_load(gate + i)) * vf_load(up + i));
  }
  if (i == count) return;
  vfloat y_last = vf_silu(vf_load_first(gate + i, count - i)) * vf_load_first(up + i, count - i);
  vf_store_first(y + i, y_last, count - i);
}

// y = silu(g) u: dg += dy u silu'(g); du += dy silu(g).
CLOSS_INLINE void swiglu_slopes(vfloat g, vfloat u, vfloat dy, vfloat *dg, vfloat *du) {
  vfloat slope, silu = vf_silu_pair(g, &slope);
  *dg = vf_fma(dy * u, slope, *dg);
  *du = vf_fma(dy, silu, *du);
}

static void CLOSS_NAME(swiglu_backward)(const float *gate, const float *up, const float *dy,
                                        size_t count, float *dgate, float *dup) {
  size_t i = 0;
  for (; i + VF_LANES <= count; i += VF_LANES) {
    vfloat dg = vf_load(dgate + i), du = vf_load(dup + i);
    swiglu_slopes(vf_load(gate + i), vf_load(up + i), vf_load(dy + i), &dg, &du);
    vf_store(dgate + i, dg);
    vf_store(dup + i, du);
  }
  if (i == count) return;
  size_t left = count - i;
  vfloat dg = vf_load_first(dgate + i, left), du = vf_load_first(dup + i, left);
  swiglu_slopes(vf_load_first(gate + i, left), vf_load_first(up + i, left),
                vf_load_first(dy + i, left), &dg, &du);
  vf_store_first(dgate + i, dg, left);
  vf_store_first(dup + i, du, left);
}

// The same where nothing is there to be added to: dg = dy u silu'(g), and dy silu(g) in the place of dy.
static void CLOSS_NAME(swiglu_backward_in_place)(const float *gate, const float *up, size_t count,
                                                 float *dgate, float *dy) {
  size_t i = 0;
  for (; i + VF_LANES <= count; i += VF_LANES) {
    vfloat slope, silu = vf_silu_pair(vf_load(gate + i), &slope), gradient = vf_load(dy + i);
    vf_store(dgate + i, gradient * vf_load(up + i) * slope);
    vf_store(dy + i, gradient * silu);
  }
  if (i == count) return;
  size_t left = count - i;
  vfloat slope, silu = vf_silu_pair(vf_load_first(gate + i, left), &slope);
  vfloat gradient = vf_load_first(dy + i, left);
  vf_store_first(dgate + i, gradient * vf_load_first(up + i, left) * slope, left);
  vf_store_first(dy + i, gradient * silu, left);
}
