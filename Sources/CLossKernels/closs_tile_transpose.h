// Sixteen rows become sixteen columns.
//
// No include guard: included once for each instruction set, after closs_vector.h.

#define tile_transpose CLOSS_NAME(tile_transpose)

// Transposes in place. Step by step blocks of 8, 4, 2 and 1 lanes change places across the diagonal.
CLOSS_INLINE void tile_transpose(vfloat x[16]) {
#define CLOSS_EXCHANGE(distance, ...)                                            \
  do {                                                                           \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) {            \
      if (i & (distance)) continue;                                              \
      vfloat upper = x[i], lower = x[i + (distance)];                            \
      x[i] = __builtin_shufflevector(upper, lower, CLOSS_FIRST_##distance);      \
      x[i + (distance)] = __builtin_shufflevector(upper, lower, CLOSS_SECOND_##distance); \
    }                                                                            \
  } while (0)
#define CLOSS_FIRST_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define CLOSS_SECOND_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define CLOSS_FIRST_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define CLOSS_SECOND_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define CLOSS_FIRST_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define CLOSS_SECOND_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define CLOSS_FIRST_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define CLOSS_SECOND_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
  CLOSS_EXCHANGE(8);
  CLOSS_EXCHANGE(4);
  CLOSS_EXCHANGE(2);
  CLOSS_EXCHANGE(1);
#undef CLOSS_EXCHANGE
#undef CLOSS_FIRST_8
#undef CLOSS_SECOND_8
#undef CLOSS_FIRST_4
#undef CLOSS_SECOND_4
#undef CLOSS_FIRST_2
#undef CLOSS_SECOND_2
#undef CLOSS_FIRST_1
#undef CLOSS_SECOND_1
}
