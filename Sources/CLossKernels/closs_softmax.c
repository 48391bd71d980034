#include "closs_softmax.h"

#include "closs_natural_log.h"

static void closs_loss_of_row(
    const closs_logit_rows *state, const closs_cross_entropy *loss, size_t row, float *losses) {
  if (state->targets[row] < 0) {
    losses[row] = 0;
    return;
  }
  // The small term is added last: at logits near 1000 the other order would lose its digits.
  const double log_sum = closs_natural_log_1p(state->rest[row]);
  const double largest = (double)state->largest[row];
  double nats = (largest - (double)state->target_logit[row]) + log_sum;
  if (loss->smoothing > 0) {
    const double mean = state->total[row] / (double)loss->vocabulary;
    nats = (1 - loss->smoothing) * nats + loss->smoothing * ((largest - mean) + log_sum);
  }
  if (loss->z_weight > 0) {
    const double log_sum_exp = largest + log_sum;
    nats += loss->z_weight * (log_sum_exp * log_sum_exp);
  }
  losses[row] = (float)nats;
}

#define CLOSS_BODY "closs_softmax_body.h"
#include "closs_every_variant.h"

void closs_softmax(
    closs_variant variant, const float *x, size_t rows, size_t columns, float scale, float *out) {
  CLOSS_CHOOSE(variant, softmax)(x, rows, columns, scale, out);
}

void closs_softmax_backward(
    closs_variant variant, const float *dout, const float *out, size_t rows, size_t columns,
    float scale, float *dx) {
  CLOSS_CHOOSE(variant, softmax_backward)(dout, out, rows, columns, scale, dx);
}

void closs_logits_take(
    closs_variant variant, const closs_logit_rows *state, const float *logits, size_t stride,
    size_t rows, size_t first_column, size_t columns) {
  CLOSS_CHOOSE(variant, logits_take)(state, logits, stride, rows, first_column, columns);
}

void closs_logits_log_sum_exp(const closs_logit_rows *state, size_t rows, float *results) {
  for (size_t row = 0; row < rows; row++) {
    results[row] = (float)((double)state->largest[row] + closs_natural_log_1p(state->rest[row]));
  }
}

void closs_cross_entropy_losses(
    const closs_logit_rows *state, const closs_cross_entropy *loss, size_t rows, float *losses) {
  for (size_t row = 0; row < rows; row++) closs_loss_of_row(state, loss, row, losses);
}

void closs_cross_entropy_gradient(
    closs_variant variant, const closs_logit_rows *state, const closs_cross_entropy *loss,
    float *logits, size_t stride, size_t rows, size_t first_column, size_t columns) {
  CLOSS_CHOOSE(variant, cross_entropy_gradient)
  (state, loss, logits, stride, rows, first_column, columns);
}

void closs_cross_entropy_in_place(
    closs_variant variant, const closs_logit_rows *state, const closs_cross_entropy *loss,
    float *logits, size_t rows, float *losses) {
  CLOSS_CHOOSE(variant, cross_entropy_in_place)(state, loss, logits, rows, losses);
}
