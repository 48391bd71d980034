// AdamW in one pass, and the sum of squares that its clipping needs.

#ifndef CLOSS_OPTIMIZER_H
#define CLOSS_OPTIMIZER_H

#include <stddef.h>

#include "closs_variant.h"

// The factors of a step, worked in double by the caller and rounded once.
typedef struct closs_adamw {
  float gradient_scale;  // times the gradient, before anything else
  float first_rate;      // 1 - beta1
  float second_rate;     // 1 - beta2
  float step;            // rate / (1 - beta1^t)
  float root_scale;      // 1 / sqrt(1 - beta2^t)
  float epsilon;
  float decay;           // rate * weight decay
} closs_adamw;

// g = gradient_scale * gradient
// first  += first_rate  * (g - first)
// second += second_rate * (g * g - second)
// parameters -= decay * parameters + step * first / (sqrt(second) * root_scale + epsilon)
void closs_adamw_step(
    closs_variant variant, const closs_adamw *factors, const float *gradient, size_t count,
    float *parameters, float *first, float *second);

// The sum of squares in double, over 8 lanes in four accumulators.
double closs_sum_of_squares(closs_variant variant, const float *x, size_t count);

#endif
