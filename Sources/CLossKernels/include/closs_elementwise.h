// Elementary functions of every number of an array.
//
// Largest errors in units in the last place, of floats over all 2^32 of them (portable variant in
// brackets), of doubles over 49 million special, uniform and random ones:
//
//              float          double
//   exp        1.013 (0.989)  0.991 (0.963)
//   log        0.881 (0.888)  0.889 (0.906)
//   tanh       1.958 (1.958)  1.917 (1.937)
//   logistic   1.967 (1.967)  -
//   erf        1.295 (1.470)  -
//
// Results that are subnormal are rounded as such, a NaN gives a NaN, exp overflows to infinity,
// log is minus infinity at zero of either sign and NaN below, tanh, logistic and erf keep the
// sign of zero where they are zero there. A number's result depends on that number alone.

#ifndef CLOSS_ELEMENTWISE_H
#define CLOSS_ELEMENTWISE_H

#include <stddef.h>

#include "closs_variant.h"

typedef enum closs_function {
  CLOSS_EXP = 0,
  CLOSS_LOG = 1,
  CLOSS_TANH = 2,
  CLOSS_LOGISTIC = 3,
  CLOSS_ERF = 4,
} closs_function;

// y[i] = function(x[i]) for i below `count`; `y` may be `x`, but must not overlap it otherwise.
void closs_apply_floats(closs_variant variant, closs_function function, const float *x,
                        size_t count, float *y);

// The same for doubles: CLOSS_EXP, CLOSS_LOG or CLOSS_TANH.
void closs_apply_doubles(closs_variant variant, closs_function function, const double *x,
                         size_t count, double *y);

#endif
