// What the machine can do at most.

#include "closs_machine_limits.h"

#define CLOSS_BODY "closs_machine_limits_body.h"
#include "closs_every_variant.h"

size_t closs_peak_width(closs_variant variant) { return CLOSS_CHOOSE(variant, peak_width)(); }

float closs_peak(closs_variant variant, size_t rounds, float factor, float term) {
  return CLOSS_CHOOSE(variant, peak)(rounds, factor, term);
}

float closs_read_sum(closs_variant variant, const float *x, size_t count) {
  return CLOSS_CHOOSE(variant, read_sum)(x, count);
}

void closs_triad(
    closs_variant variant, float *out, const float *a, const float *b, float factor, size_t count) {
  CLOSS_CHOOSE(variant, triad)(out, a, b, factor, count);
}

void closs_triad_streaming(
    closs_variant variant, float *out, const float *a, const float *b, float factor, size_t count) {
  CLOSS_CHOOSE(variant, triad_streaming)(out, a, b, factor, count);
}
