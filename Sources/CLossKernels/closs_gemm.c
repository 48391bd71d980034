// The matrix product for each instruction set.

#include "closs_gemm.h"

#define CLOSS_BODY "closs_gemm_body.h"
#include "closs_every_variant.h"

size_t closs_gemm_panel_columns(closs_variant variant) {
  return CLOSS_CHOOSE(variant, gemm_panel_columns)();
}

size_t closs_gemm_scratch(
    closs_variant variant, const closs_gemm *product, size_t rows, size_t columns) {
  return CLOSS_CHOOSE(variant, gemm_scratch)(product, rows, columns);
}

size_t closs_gemm_packed_count(closs_variant variant, size_t columns, size_t depth) {
  const size_t panel = closs_gemm_panel_columns(variant);
  return (columns + panel - 1) / panel * panel * depth;
}

void closs_gemm_pack_right(
    closs_variant variant, size_t columns, size_t depth, const float *b, size_t b_depth,
    size_t b_column, float *packed) {
  CLOSS_CHOOSE(variant, gemm_pack_right)(columns, depth, b, b_depth, b_column, packed);
}

void closs_gemm_block(
    closs_variant variant, const closs_gemm *product, size_t row, size_t rows, size_t column,
    size_t columns, float *scratch) {
  CLOSS_CHOOSE(variant, gemm_block)(product, row, rows, column, columns, scratch);
}
