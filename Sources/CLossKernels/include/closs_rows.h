// Small passes over rows: sums of columns, adding, scaling; rows fetched from and added to tables.

#ifndef CLOSS_ROWS_H
#define CLOSS_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "closs_variant.h"

// out += x, `count` elements.
void closs_add(closs_variant variant, const float *x, size_t count, float *out);

// x *= factor.
void closs_scale(closs_variant variant, float factor, size_t count, float *x);

// sums += the rows of x (R, C), in their order.
void closs_column_sums(
    closs_variant variant, const float *x, size_t rows, size_t columns, float *sums);

// out += the sum of `blocks` rows of `columns` partial sums, added in double in their order.
void closs_add_blocks(
    closs_variant variant, const float *partials, size_t blocks, size_t columns, float *out);

// out[t] = table[ids[t]] + addend[addend_ids[t]], rows of `columns` floats; no second term if
// `addend` is NULL.
void closs_gather_rows(
    closs_variant variant, const float *table, const int32_t *ids, const float *addend,
    const int32_t *addend_ids, size_t count, size_t columns, float *out);

// table[ids[t]] += rows[t] for t from 0 on, columns first ..< first + width of `columns`.
void closs_scatter_add_rows(
    closs_variant variant, const float *rows, const int32_t *ids, size_t count, size_t columns,
    size_t first, size_t width, float *table);

#endif
