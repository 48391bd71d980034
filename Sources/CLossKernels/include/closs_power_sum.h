// A sum of powers fitted to observations: the penalty of all residuals with its derivatives, in one pass.

#ifndef CLOSS_POWER_SUM_H
#define CLOSS_POWER_SUM_H

#include <stdbool.h>
#include <stddef.h>

#include "closs_variant.h"

enum { CLOSS_POWER_TERMS_MOST = 3 };

// Observations and how their residuals count.
//
// The model is z = ln sum_k exp(a_k - e_k x_k) with x_k a logarithm that row and term have. A
// residual r, observed less z (or less exp z), costs weight * s * r^2/2 up to the threshold and
// weight * s * threshold * (|r| - threshold/2) beyond, with s `above` for r > 0 and `below` else.
typedef struct closs_power_rows {
  size_t count;
  size_t terms;              // 1 to CLOSS_POWER_TERMS_MOST
  bool has_floor;            // whether the first of several terms is constant: its x are not read
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
// linear in these. Those with the x of a floor are zero.
static inline size_t closs_power_sum_count(size_t terms) {
  return 1 + 5 * terms + terms * (2 * terms + 1);
}

void closs_power_sum(
    closs_variant variant, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, double *sums);

// How many sums a pass of least squares of logarithms has: sum w r^2/2, then the sums of w r v_i and
// of w v_i v_j for i <= j, with v as above.
static inline size_t closs_power_square_count(size_t terms) {
  return 1 + 2 * terms + terms * (2 * terms + 1);
}

// Least squares of the residuals of logarithms, whatever the penalty; `observed` are logarithms.
// `shares` gets p_k of row i at [k * count + i].
void closs_power_squares(
    closs_variant variant, const closs_power_rows *rows, const double *amplitudes,
    const double *exponents, double *shares, double *sums);

// The sums of w z'' v_i, with z'' the second derivative of z as amplitudes and exponents move
// along a line: sum_k p_k d_k^2 - (sum_k p_k d_k)^2 for d_k the change of a_k - e_k x_k.
void closs_power_bend(
    closs_variant variant, const closs_power_rows *rows, const double *shares,
    const double *amplitude_changes, const double *exponent_changes, double *sums);

// The number of sums of a pass over amplitudes alone.
static inline size_t closs_power_amplitude_count(size_t terms) {
  return 1 + terms + terms * (terms + 1) / 2;
}

// The penalty with exponents held, for which no exponentials are needed: the model is
// z = ln sum_k b_k u_k with u_k of row i at powers[k][i], all one for a floor. The sums are the
// penalty, those of F' p_k and those of M p_i p_j for i <= j: the gradient by relative changes of
// the b, in which the sum is linear, and the second derivatives of a bowl that touches the penalty
// from above, so that its bottom lies lower. M is the bend of a parabola on the penalty's sides.
void closs_power_amplitudes(
    closs_variant variant, const closs_power_rows *rows, const double *const *powers,
    const double *amplitudes, double *sums);

#endif
