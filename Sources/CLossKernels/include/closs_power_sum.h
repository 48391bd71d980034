// A sum of powers fitted to observations: the penalty of all residuals with its derivatives, in one pass.

#ifndef CLOSS_POWER_SUM_H
#define CLOSS_POWER_SUM_H

#include <stdbool.h>
#include <stddef.h>

#include "closs_variant.h"

enum { CLOSS_POWER_TERMS_MOST = 4 };

// Observations and how their residuals count.
//
// The model is z = ln sum_k exp(a_k - e_k x_k) with x_k a logarithm that row and term have. A
// residual r, observed less z (or less exp z), costs weight * s * r^2/2 up to the threshold and
// weight * s * threshold * (|r| - threshold/2) beyond, with s `above` for r > 0 and `below` else.
typedef struct closs_power_rows {
  size_t count;
  size_t terms;              // 1 to CLOSS_POWER_TERMS_MOST
  const double *logarithms;  // x_k of row i at [k * count + i]
  const double *observed;    // a logarithm, or with `is_value` what it is the logarithm of
  const double *weights;
  bool is_value;
  double threshold;  // may be infinite
  double above;
  double below;
} closs_power_rows;

// How many sums there are for so many terms: the penalty; for each term k the sums of F' p_k,
// F' p_k x_k, F' p_k x_k^2, |F' p_k| and |F' p_k x_k|; and of (F'' - F') v_i v_j for i <= j, row by row of the triangle, with
// v = (p_1, p_1 x_1, p_2, p_2 x_2, ...). p_k is the share of term k in exp z, and F' and F'' are the
// derivatives of a row's penalty by z. Gradient and Hessian of the penalty by all a_k and e_k are
// linear in these.
static inline size_t closs_power_sum_count(size_t terms) {
  return 1 + 5 * terms + terms * (2 * terms + 1);
}

void closs_power_sum(
    closs_variant variant, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, double *sums);

#endif
