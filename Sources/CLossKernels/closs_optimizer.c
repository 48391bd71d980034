#include "closs_optimizer.h"

#define CLOSS_BODY "closs_optimizer_body.h"
#include "closs_every_variant.h"

void closs_adamw_step(
    closs_variant variant, const closs_adamw *factors, const float *gradient, size_t count,
    float *parameters, float *first, float *second) {
  CLOSS_CHOOSE(variant, adamw_step)(factors, gradient, count, parameters, first, second);
}

double closs_sum_of_squares(closs_variant variant, const float *x, size_t count) {
  return CLOSS_CHOOSE(variant, sum_of_squares)(x, count);
}
