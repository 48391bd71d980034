// Softmax and log-sum-exp of rows; cross-entropy with its gradient, whole or in chunks of columns.
//
// Rows are contiguous; where a chunk of columns can be taken out of wider rows, there is a `stride`, in
// floats. A row's results depend on that row alone. Sums of exponentials run over blocks of
// CLOSS_LOGITS_BLOCK columns, relative to the largest value so far, and are added in double from the
// first block to the last; chunks that begin at multiples of the block therefore give the bits of the
// whole. The largest value's own exponential, one, is left out of the sum of a row of logits: beside it
// the others, which are the loss of a row that is nearly certain, would lose their digits. A row with
// a NaN or with plus infinity gives NaN; minus infinities are logits of probability zero, and a row
// of nothing else gives NaN (its log-sum-exp minus infinity).

#ifndef CLOSS_SOFTMAX_H
#define CLOSS_SOFTMAX_H

#include <stddef.h>
#include <stdint.h>

#include "closs_variant.h"

enum { CLOSS_LOGITS_BLOCK = 1024 };

// out = softmax(scale * x), (R, C) each and contiguous.
void closs_softmax(
    closs_variant variant, const float *x, size_t rows, size_t columns, float scale, float *out);

// dx += scale * out * (dout - sum(dout * out)).
void closs_softmax_backward(
    closs_variant variant, const float *dout, const float *out, size_t rows, size_t columns,
    float scale, float *dx);

// What is known of rows of logits whose columns 0 to `first_column` have been taken. All arrays are
// (R); to begin with, largest is minus infinity and the rest zero.
typedef struct closs_logit_rows {
  float *largest;
  double *rest;          // sum of exp(logit - largest) over all but one largest
  double *total;         // of the logits; NULL unless labels are smoothed
  float *target_logit;   // NULL where there are no targets
  const int32_t *targets;  // negative: the row does not count
} closs_logit_rows;

// Takes columns first_column ..< first_column + columns of the logits.
void closs_logits_take(
    closs_variant variant, const closs_logit_rows *state, const float *logits, size_t stride,
    size_t rows, size_t first_column, size_t columns);

// The natural logarithm of the sum of exponentials, largest + log(sum), of each row.
void closs_logits_log_sum_exp(const closs_logit_rows *state, size_t rows, float *results);

// How a loss is made of logits.
typedef struct closs_cross_entropy {
  size_t vocabulary;   // columns in all
  double smoothing;    // share of the target spread evenly over the vocabulary
  double z_weight;     // weight of the squared log-sum-exp
  double scale;        // of the gradient
} closs_cross_entropy;

// The losses in nats of rows whose every column has been taken; 0 where the target is negative.
void closs_cross_entropy_losses(
    const closs_logit_rows *state, const closs_cross_entropy *loss, size_t rows, float *losses);

// Puts the gradient in the place of the logits of a chunk of columns.
void closs_cross_entropy_gradient(
    closs_variant variant, const closs_logit_rows *state, const closs_cross_entropy *loss,
    float *logits, size_t stride, size_t rows, size_t first_column, size_t columns);

// All three for whole rows, row after row while each is in the cache. `state` needs no beginning
// values.
void closs_cross_entropy_in_place(
    closs_variant variant, const closs_logit_rows *state, const closs_cross_entropy *loss,
    float *logits, size_t rows, float *losses);

#endif
