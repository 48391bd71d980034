// Copies blocks of the operands into the order in which the tiles read them.

#include "closs_transpose.h"

#define gemm_turn CLOSS_NAME(gemm_turn)
#define gemm_turn_ragged CLOSS_NAME(gemm_turn_ragged)
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

// Turns a whole square of sixteen by sixteen. Apart from the ragged ones, whose loops of unknown
// length would keep the square in memory.
CLOSS_INLINE void gemm_turn(
    const float *source, size_t source_column, float *target, size_t stride) {
  vfloat square[VF_LANES];
  CLOSS_UNROLL
  for (size_t i = 0; i < VF_LANES; i++) square[i] = vf_load(source + i * source_column);
  vf_transpose(square);
  CLOSS_UNROLL
  for (size_t i = 0; i < VF_LANES; i++) vf_store(target + i * stride, square[i]);
}

// Turns `count` runs of `steps` neighbors, each at most sixteen.
CLOSS_INLINE void gemm_turn_ragged(
    size_t count, size_t steps, const float *source, size_t source_column, float *target,
    size_t stride) {
  vfloat square[VF_LANES];
  for (size_t i = 0; i < VF_LANES; i++) {
    square[i] = i < count ? vf_load_first(source + i * source_column, steps) : vf_splat(0);
  }
  vf_transpose(square);
  for (size_t i = 0; i < steps; i++) vf_store(target + i * stride, square[i]);
}

// Packs `width` (at most `stride`) runs of `depth` neighbors, `source_column` apart, turned by
// squares.
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
      if (count == VF_LANES && steps == VF_LANES) {
        gemm_turn(from + k, source_column, target + k * stride + j, stride);
      } else {
        gemm_turn_ragged(count, steps, from + k, source_column, target + k * stride + j, stride);
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
