// The logistic function and its inverse as tables.

#include <string.h>

#include "closs_adaptive_logistic.h"

#pragma STDC FP_CONTRACT OFF

// e^(1/256), the ratio of odds of neighbouring logits.
static const double odds_step = 1.0039138893383475734436096039034;

// Only products, quotients and comparisons of doubles, which IEEE 754 rounds alike everywhere.
static void build_squash(closs_tables *tables) {
  double odds = 1.0;
  for (int logit = 0; logit <= CLOSS_LOGIT_LIMIT; logit++) {
    int one = (int)(CLOSS_ONE * (odds / (1.0 + odds)) + 0.5);
    if (one > CLOSS_ONE - 1) one = CLOSS_ONE - 1;
    tables->squash[CLOSS_LOGIT_LIMIT + logit] = (uint16_t)one;
    tables->squash[CLOSS_LOGIT_LIMIT - logit] = (uint16_t)(CLOSS_ONE - one);
    odds *= odds_step;
  }
}

// Copied as bytes, the pair keeps its order in a vector register whatever the byte order.
static void put_pair(uint32_t *word, int logit, int distance) {
  int16_t pair[2] = {(int16_t)logit, (int16_t)distance};
  memcpy(word, pair, sizeof pair);
}

// The middle of each bin of 16 probabilities, inverted by walking up the odds.
static void build_stretch(closs_tables *tables) {
  double odds = 1.0;
  int logit = 0;
  for (int bin = 2048; bin < 4096; bin++) {
    double middle = (bin + 0.5) / 4096.0;
    double target = middle / (1.0 - middle);
    while (odds * odds_step <= target) {
      odds *= odds_step;
      logit++;
    }
    tables->stretch[bin] = (int16_t)logit;
    tables->stretch[4095 - bin] = (int16_t)-logit;
    int distance = (bin - 2048) >> 2;
    put_pair(&tables->inputs[bin], logit, distance);
    put_pair(&tables->inputs[4095 - bin], -logit, -distance);
  }
}

void closs_build_logistic(closs_tables *tables) {
  build_squash(tables);
  build_stretch(tables);
  for (int count = 0; count <= CLOSS_COUNT_MASK; count++) {
    tables->reciprocal[count] = (uint16_t)(65536 * 10 / (count * 10 + 16));
  }
}
