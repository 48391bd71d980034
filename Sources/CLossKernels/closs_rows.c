#include "closs_rows.h"

#define CLOSS_BODY "closs_rows_body.h"
#include "closs_every_variant.h"

void closs_add(closs_variant variant, const float *x, size_t count, float *out) {
  CLOSS_CHOOSE(variant, add)(x, count, out);
}

void closs_scale(closs_variant variant, float factor, size_t count, float *x) {
  CLOSS_CHOOSE(variant, scale)(factor, count, x);
}

void closs_column_sums(
    closs_variant variant, const float *x, size_t rows, size_t columns, float *sums) {
  CLOSS_CHOOSE(variant, column_sums)(x, rows, columns, sums);
}

void closs_add_blocks(
    closs_variant variant, const float *partials, size_t blocks, size_t columns, float *out) {
  CLOSS_CHOOSE(variant, add_blocks)(partials, blocks, columns, out);
}

void closs_gather_rows(
    closs_variant variant, const float *table, const int32_t *ids, const float *addend,
    const int32_t *addend_ids, size_t count, size_t columns, float *out) {
  CLOSS_CHOOSE(variant, gather_rows)(table, ids, addend, addend_ids, count, columns, out);
}

void closs_scatter_add_rows(
    closs_variant variant, const float *rows, const int32_t *ids, size_t count, size_t columns,
    size_t first, size_t width, float *table) {
  CLOSS_CHOOSE(variant, scatter_add_rows)(rows, ids, count, columns, first, width, table);
}
