#include "closs_dropout.h"

#define CLOSS_BODY "closs_dropout_body.h"
#include "closs_every_variant.h"

void closs_dropout_apply(
    closs_variant variant, const closs_dropout *dropout, size_t first, size_t count,
    const float *x, float *out) {
  CLOSS_CHOOSE(variant, dropout_apply)(dropout, first, count, x, out);
}

void closs_dropout_backward(
    closs_variant variant, const closs_dropout *dropout, size_t first, size_t count,
    const float *dout, float *dx) {
  CLOSS_CHOOSE(variant, dropout_backward)(dropout, first, count, dout, dx);
}

void closs_dropout_words(
    closs_variant variant, uint64_t seed, uint64_t counter, uint64_t stream, uint32_t words[64]) {
  CLOSS_CHOOSE(variant, dropout_words)(seed, counter, stream, words);
}
