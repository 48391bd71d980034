// What the patterns of byte-pair tokenizers ask of a scalar, by Unicode 16.0.

#ifndef CLOSS_UNICODE_H
#define CLOSS_UNICODE_H

#include <stdint.h>

/// The classes of scalars that the patterns tell apart; those from CLOSS_UPPER on are letters.
typedef enum closs_unicode_class {
  CLOSS_OTHER = 0,   // none of the below: punctuation, symbols, controls, unassigned
  CLOSS_MARK = 1,    // \p{M}
  CLOSS_NUMBER = 2,  // \p{N}
  CLOSS_SPACE = 3,   // \s, which is White_Space
  CLOSS_UPPER = 4,   // \p{Lu} \p{Lt}
  CLOSS_LOWER = 5,   // \p{Ll}
  CLOSS_UNCASED = 6, // \p{Lm} \p{Lo}
} closs_unicode_class;

// For each 128 scalars the number of their block, and the blocks as digits.
extern const uint8_t closs_unicode_class_index[0x32400 / 128];
extern const char closs_unicode_class_blocks[];

/// The class of a scalar below 0x32400.
static inline uint32_t closs_unicode_class_of_low(uint32_t scalar) {
  const uint32_t block = closs_unicode_class_index[scalar >> 7];
  return (uint32_t)(closs_unicode_class_blocks[block << 7 | (scalar & 127)] - '0');
}

/// The class of any scalar.
static inline uint32_t closs_unicode_class_of(uint32_t scalar) {
  if (scalar < 0x32400) return closs_unicode_class_of_low(scalar);
  // Beyond are only the variation selectors, which are marks.
  return scalar - 0xE0100 < 240 ? CLOSS_MARK : CLOSS_OTHER;
}

#endif
