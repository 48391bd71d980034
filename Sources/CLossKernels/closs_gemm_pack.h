// Copies blocks of the operands into the order in which the tiles read them.

#include "closs_transpose.h"

#define gemm_pack_columns CLOSS_NAME(gemm_pack_columns)
#define gemm_pack_turned CLOSS_NAME(gemm_pack_turned)
#define gemm_pack CLOSS_NAME(gemm_pack)

// Packs `width` (at most `stride`) neighbors at each of `depth` steps, `source_depth` apart.
CLOSS_INLINE void gemm_pack_columns(
    size_t width, size_t depth, const float *source, size_t source_depth, float *target,
    const size_t stride) {
  for (size_t k = 0; k < depth; k++) {
    size_t j = 0;
    for (; j + VF_LANES <= width; j += VF_LANES) vf_store(target + j, vf_load(source + j));
    if (j < width) vf_store(target + j, vf_load_first(source + j, width - j));
    source += source_depth;
    target += stride;
  }
}

// Packs `width` (at most `stride`) runs of `depth` neighbors, `source_column` apart, turned by squares
// of sixteen.
//
// Whole vectors are stored; where the stride is no multiple of sixteen they reach into the next
// step, which is written after. So the target needs room for a vector behind its end.
CLOSS_INLINE void gemm_pack_turned(
    size_t width, size_t depth, const float *source, size_t source_column, float *target,
    const size_t stride) {
  for (size_t j = 0; j < width; j += VF_LANES) {
    const size_t count = width - j < VF_LANES ? width - j : VF_LANES;
    const float *from = source + j * source_column;
    for (size_t k = 0; k < depth; k += VF_LANES) {
      const size_t steps = depth - k < VF_LANES ? depth - k : VF_LANES;
      vfloat square[VF_LANES];
      if (count == VF_LANES && steps == VF_LANES) {
        CLOSS_UNROLL
        for (size_t i = 0; i < VF_LANES; i++) square[i] = vf_load(from + i * source_column + k);
      } else {
        for (size_t i = 0; i < VF_LANES; i++) {
          square[i] = i < count ? vf_load_first(from + i * source_column + k, steps) : vf_splat(0);
        }
      }
      vf_transpose(square);
      if (steps == VF_LANES) {
        CLOSS_UNROLL
        for (size_t i = 0; i < VF_LANES; i++) vf_store(target + (k + i) * stride + j, square[i]);
      } else {
        for (size_t i = 0; i < steps; i++) vf_store(target + (k + i) * stride + j, square[i]);
      }
    }
  }
}

// Packs `width` neighbors over `depth` steps, whichever of the strides is one.
CLOSS_INLINE void gemm_pack(
    size_t width, size_t depth, const float *source, size_t across, size_t along, float *target,
    const size_t stride) {
  if (across == 1) {
    gemm_pack_columns(width, depth, source, along, target, stride);
  } else {
    gemm_pack_turned(width, depth, source, across, target, stride);
  }
}
