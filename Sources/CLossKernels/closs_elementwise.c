// Elementary functions of arrays, compiled for each instruction set.

#include "closs_elementwise.h"

#define CLOSS_BODY "closs_elementwise_body.h"
#include "closs_every_variant.h"

void closs_apply_floats(closs_variant variant, closs_function function, const float *x,
                        size_t count, float *y) {
  CLOSS_CHOOSE(variant, apply_floats)(function, x, count, y);
}

void closs_apply_doubles(closs_variant variant, closs_function function, const double *x,
                         size_t count, double *y) {
  CLOSS_CHOOSE(variant, apply_doubles)(function, x, count, y);
}
