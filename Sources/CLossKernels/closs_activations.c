// Activations and their gradients, compiled for each instruction set.

#include "closs_activations.h"

#define CLOSS_BODY "closs_activations_body.h"
#include "closs_every_variant.h"

void closs_activate(closs_variant variant, closs_activation activation, const float *x,
                    size_t count, float *y) {
  CLOSS_CHOOSE(variant, activate)(activation, x, count, y);
}

void closs_activate_backward(closs_variant variant, closs_activation activation, const float *x,
                             const float *dy, size_t count, float *dx) {
  CLOSS_CHOOSE(variant, activate_backward)(activation, x, dy, count, dx);
}

void closs_activate_backward_in_place(closs_variant variant, closs_activation activation,
                                      const float *x, size_t count, float *dy) {
  CLOSS_CHOOSE(variant, activate_backward_in_place)(activation, x, count, dy);
}

void closs_swiglu(closs_variant variant, const float *gate, const float *up, size_t count,
                  float *y) {
  CLOSS_CHOOSE(variant, swiglu)(gate, up, count, y);
}

void closs_swiglu_backward(closs_variant variant, const float *gate, const float *up,
                           const float *dy, size_t count, float *dgate, float *dup) {
  CLOSS_CHOOSE(variant, swiglu_backward)(gate, up, dy, count, dgate, dup);
}

void closs_swiglu_backward_in_place(closs_variant variant, const float *gate, const float *up,
                                    size_t count, float *dgate, float *dy) {
  CLOSS_CHOOSE(variant, swiglu_backward_in_place)(gate, up, count, dgate, dy);
}
