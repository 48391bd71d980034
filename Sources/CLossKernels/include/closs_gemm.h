// The matrix product in single precision: C = A · B, or C += A · B.

#ifndef CLOSS_GEMM_H
#define CLOSS_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "closs_activations.h"
#include "closs_variant.h"

// The depth is cut into blocks of this many terms. An element of the result is
//
//     ((block 0 + block 1) + block 2) + …, then + bias
//
// where each block is one chain of multiply-adds in order, from zero; a result that is added to
// comes first. This is a promise: it holds for every shape, cut and variant, but that the portable
// variant rounds a multiply-add twice.
enum { CLOSS_GEMM_DEPTH = 256 };

// The operands of a product, each a matrix of floats with unit stride in one direction.
typedef struct closs_gemm {
  size_t rows, columns, depth;

  // Element (i, k) of A is a[i * a_row + k * a_depth]; one of the strides is 1.
  const float *a;
  size_t a_row, a_depth;

  // Element (k, j) of B is b[k * b_depth + j * b_column]; one of the strides is 1.
  const float *b;
  size_t b_depth, b_column;

  // B as closs_gemm_pack_right packs it, all columns and the whole depth; then `b` is not read.
  const float *packed_b;

  // Element (i, j) of C is c[i * c_row + j].
  float *c;
  size_t c_row;

  // One value a column, added at the end; or NULL.
  const float *bias;

  // Whether C is added to instead of set.
  bool adds;

  // Whether the result, bias included, then passes through `activation`.
  bool activates;
  closs_activation activation;
} closs_gemm;

// How many columns a panel of the packed right operand has.
size_t closs_gemm_panel_columns(closs_variant variant);

// How many floats of scratch memory closs_gemm_block needs for blocks of at most this size.
size_t closs_gemm_scratch(
    closs_variant variant, const closs_gemm *product, size_t rows, size_t columns);

// How many floats closs_gemm_pack_right writes: the columns are filled up to whole panels.
size_t closs_gemm_packed_count(closs_variant variant, size_t columns, size_t depth);

// Packs all of B in the order in which the product reads it.
void closs_gemm_pack_right(
    closs_variant variant, size_t columns, size_t depth, const float *b, size_t b_depth,
    size_t b_column, float *packed);

// Computes the rows and columns of C that begin at (row, column), over the whole depth.
//
// `scratch` is aligned to 64 bytes. With a packed right operand `column` is a multiple of the
// panel's columns. Blocks that share no element of C may be computed at once.
void closs_gemm_block(
    closs_variant variant, const closs_gemm *product, size_t row, size_t rows, size_t column,
    size_t columns, float *scratch);

#endif
