// The nonlinear functions between the layers of a network, and their gradients.
//
// Each value depends on its own inputs alone. At minus infinity the functions have their limits,
// which are zero (of negative sign but for RELU); a NaN gives a NaN.

#ifndef CLOSS_ACTIVATIONS_H
#define CLOSS_ACTIVATIONS_H

#include <stddef.h>

#include "closs_variant.h"

typedef enum closs_activation {
  CLOSS_RELU = 0,       // max(x, 0)
  CLOSS_SILU = 1,       // x logistic(x)
  CLOSS_GELU = 2,       // x Phi(x), Phi the normal distribution
  CLOSS_GELU_TANH = 3,  // x logistic(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3)
} closs_activation;

// y[i] = activation(x[i]); `y` may be `x`.
void closs_activate(closs_variant variant, closs_activation activation, const float *x,
                    size_t count, float *y);

// dx[i] += dy[i] activation'(x[i]); the slope of RELU at zero is zero.
void closs_activate_backward(closs_variant variant, closs_activation activation, const float *x,
                             const float *dy, size_t count, float *dx);

// dy[i] *= activation'(x[i]).
void closs_activate_backward_in_place(closs_variant variant, closs_activation activation,
                                      const float *x, size_t count, float *dy);

// y[i] = silu(gate[i]) up[i]; `y` may be either.
void closs_swiglu(closs_variant variant, const float *gate, const float *up, size_t count,
                  float *y);

// dgate[i] += dy[i] up[i] silu'(gate[i]); dup[i] += dy[i] silu(gate[i]).
void closs_swiglu_backward(closs_variant variant, const float *gate, const float *up,
                           const float *dy, size_t count, float *dgate, float *dup);

// dgate[i] = dy[i] up[i] silu'(gate[i]), and dy[i] silu(gate[i]), the gradient of up, replaces dy[i].
void closs_swiglu_backward_in_place(closs_variant variant, const float *gate, const float *up,
                                    size_t count, float *dgate, float *dy);

#endif
