// A square of sixteen by sixteen floats, turned in registers.

#define vf_transpose CLOSS_NAME(vf_transpose)

CLOSS_INLINE void vf_transpose(vfloat x[VF_LANES]) {
  // Within groups of four lanes: 4 x 4 squares of every four rows are turned.
  vfloat y[VF_LANES];
  CLOSS_UNROLL
  for (int g = 0; g < 16; g += 4) {
    vfloat a = __builtin_shufflevector(
        x[g], x[g + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    vfloat b = __builtin_shufflevector(
        x[g], x[g + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    vfloat c = __builtin_shufflevector(
        x[g + 2], x[g + 3], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    vfloat d = __builtin_shufflevector(
        x[g + 2], x[g + 3], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    y[g] = __builtin_shufflevector(
        a, c, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    y[g + 1] = __builtin_shufflevector(
        a, c, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    y[g + 2] = __builtin_shufflevector(
        b, d, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    y[g + 3] = __builtin_shufflevector(
        b, d, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
  // Between the groups: the 4 x 4 squares themselves change places.
  CLOSS_UNROLL
  for (int j = 0; j < 4; j++) {
    vfloat a = __builtin_shufflevector(
        y[j], y[j + 4], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
    vfloat b = __builtin_shufflevector(
        y[j], y[j + 4], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    vfloat c = __builtin_shufflevector(
        y[j + 8], y[j + 12], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
    vfloat d = __builtin_shufflevector(
        y[j + 8], y[j + 12], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    x[j] = __builtin_shufflevector(
        a, c, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    x[j + 4] = __builtin_shufflevector(
        b, d, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    x[j + 8] = __builtin_shufflevector(
        a, c, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    x[j + 12] = __builtin_shufflevector(
        b, d, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }
}
