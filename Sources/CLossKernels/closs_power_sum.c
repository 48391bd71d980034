#include "closs_power_sum.h"

#define CLOSS_BODY "closs_power_sum_body.h"
#include "closs_every_variant.h"

void closs_power_sum(
    closs_variant variant, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, double *sums) {
  CLOSS_CHOOSE(variant, power_sum)(rows, amplitudes, exponents, sums);
}
