#include "closs_power_sum.h"

#define CLOSS_BODY "closs_power_sum_body.h"
#include "closs_every_variant.h"

void closs_power_sum(
    closs_variant variant, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, double *sums) {
  CLOSS_CHOOSE(variant, power_sum)(rows, amplitudes, exponents, sums);
}

void closs_power_squares(
    closs_variant variant, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, double *shares, double *sums) {
  CLOSS_CHOOSE(variant, power_squares)(rows, amplitudes, exponents, shares, sums);
}

void closs_power_bend(
    closs_variant variant, const closs_power_rows *rows, const double *shares,
    const double *amplitude_changes, const double *exponent_changes, double *sums) {
  CLOSS_CHOOSE(variant, power_bend)(rows, shares, amplitude_changes, exponent_changes, sums);
}

void closs_power_amplitudes(
    closs_variant variant, const closs_power_rows *rows, const double *const *powers,
    const double *amplitudes, double *sums) {
  CLOSS_CHOOSE(variant, power_amplitudes)(rows, powers, amplitudes, sums);
}
