#include "closs_rotary.h"

#define CLOSS_BODY "closs_rotary_body.h"
#include "closs_every_variant.h"

void closs_rotate(closs_variant variant, const closs_rotary *rotary, size_t tokens, float *x) {
  CLOSS_CHOOSE(variant, rotate)(rotary, tokens, x);
}
