// Layer norm and root-mean-square norm of rows, each with its gradient.
//
// Rows are (R, C), contiguous. A row's results depend on that row alone. A NaN or an infinity in a
// row makes its results NaN (for the root mean square an infinity is NaN and the rest of the row 0).
// Squares that overflow (elements beyond about 1e19) give zeros.

#ifndef CLOSS_NORMS_H
#define CLOSS_NORMS_H

#include <stddef.h>

#include "closs_variant.h"

// What the forward pass of a layer norm keeps of each row: the mean m rounded to a float, a shift s,
// and the reciprocal standard deviation r, so that (x - m) r + s is the normalized element. The shift is
// what rounding the mean left out, in deviations.
enum { CLOSS_LAYER_NORM_STATISTICS = 3 };

// One matrix of rows through a norm, forward. `residual` and `sum` are both NULL, or both (R, C): then
// sum = x + residual is written and normalized in the place of x. `weight` and `bias` are (C) or NULL.
typedef struct closs_norm {
  const float *x;
  const float *residual;
  float *sum;
  const float *weight;
  const float *bias;
  size_t rows;
  size_t columns;
  float epsilon;
  float *out;
  float *statistics;
} closs_norm;

// out = (x - mean) / sqrt(variance + epsilon) * weight + bias; `statistics` is (R, 3).
void closs_layer_norm(closs_variant variant, const closs_norm *norm);

// out = x / sqrt(mean of squares + epsilon) * weight; `statistics` is (R): the reciprocal root. The
// bias is not used.
void closs_rms_norm(closs_variant variant, const closs_norm *norm);

// The gradients of a norm. All outputs are added to; `dweight` and `dbias` are (C) or NULL.
typedef struct closs_norm_gradient {
  const float *dout;
  const float *x;
  const float *weight;
  const float *statistics;
  size_t rows;
  size_t columns;
  float *dx;
  float *dweight;
  float *dbias;
} closs_norm_gradient;

void closs_layer_norm_backward(closs_variant variant, const closs_norm_gradient *gradient);
void closs_rms_norm_backward(closs_variant variant, const closs_norm_gradient *gradient);

#endif
