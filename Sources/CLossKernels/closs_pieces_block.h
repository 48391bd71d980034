// 64 bytes of text as bit masks: bit i of each speaks of byte i of the block.
//
// All bytes of a character carry its class, so that shifting a mask by one asks for the class of
// the character before. ASCII is classified by vectors (closs_pieces_body.h), the rest here.

#ifndef CLOSS_PIECES_BLOCK_H
#define CLOSS_PIECES_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "closs_unicode.h"
#include "closs_utf8.h"

#define PIECES_INLINE static inline __attribute__((always_inline, unused))

typedef struct pieces_text {
  const uint8_t *bytes;
  size_t count;
} pieces_text;

typedef struct pieces_block {
  uint64_t begin;  // first bytes of characters
  uint64_t letter, upper, lower, uncased, mark, number, space;
  uint64_t line_end, blank, slash, apostrophe;
  uint64_t space_of_2, space_of_3;  // first bytes of white space of two and three bytes
} pieces_block;

// What reaches from one block into the next.
typedef struct pieces_spill {
  unsigned length;     // how many bytes of the next block belong to this one's last character
  uint32_t class;      // its class
  uint64_t is_invalid; // whether the byte before the next block is in no valid sequence
} pieces_spill;

// The length of the valid sequence that begins at a byte above 0x7F and its class; 0 for none.
PIECES_INLINE unsigned pieces_character(const uint8_t *p, size_t left, uint32_t *class) {
  uint32_t scalar;
  const unsigned length = closs_utf8_scalar(p, left, &scalar);
  if (length > 0) *class = closs_unicode_class_of(scalar);
  return length;
}

// Whether white space, or the end of the text, stands at a position.
PIECES_INLINE bool pieces_space_or_end(pieces_text text, size_t position) {
  if (position >= text.count) return true;
  const uint8_t byte = text.bytes[position];
  if (byte < 0x80) return byte == 0x20 || (uint8_t)(byte - 9) < 5;
  uint32_t class = CLOSS_OTHER;
  pieces_character(text.bytes + position, text.count - position, &class);
  return class == CLOSS_SPACE;
}

// The same where four bytes can be read, with few questions for most letters of most scripts.
PIECES_INLINE unsigned pieces_common_character(const uint8_t *p, uint32_t *class) {
  uint32_t four;  // the first byte lowest, as on all processors the package is written for
  __builtin_memcpy(&four, p, sizeof four);
  if ((four & 0xC0C0F0) == 0x8080E0) {
    const uint32_t scalar = (four & 0x0F) << 12 | (four >> 2 & 0xFC0) | (four >> 16 & 0x3F);
    if (scalar - 0x800 < 0xD000) {  // neither too long a form nor a surrogate nor beyond
      *class = closs_unicode_class_of_low(scalar);
      return 3;
    }
  } else if ((four & 0xC0E0) == 0x80C0) {
    const uint32_t scalar = (four & 0x1F) << 6 | (four >> 8 & 0x3F);
    if (scalar >= 0x80) {
      *class = closs_unicode_class_of_low(scalar);
      return 2;
    }
  }
  return pieces_character(p, 4, class);
}

// Adds the characters that are not ASCII, whose bytes are those of `high`, to a block that knows
// its ASCII ones.
PIECES_INLINE void pieces_add_others(
    pieces_block *block, uint64_t high, pieces_text text, size_t position, pieces_spill *spill) {
  uint64_t classes[8] = {0};
  uint64_t continuing = ((uint64_t)1 << spill->length) - 1, invalid = 0;
  classes[spill->class] = continuing;
  high &= ~continuing;
  const bool is_inside = text.count - position >= 64 + 4;
  unsigned end = 0;
  uint32_t class = CLOSS_OTHER;
  while (high) {
    const unsigned at = (unsigned)__builtin_ctzll(high);
    const uint8_t *p = text.bytes + position + at;
    const unsigned length = is_inside ? pieces_common_character(p, &class)
                                      : pieces_character(p, text.count - position - at, &class);
    const uint64_t first = high & -high;
    if (length == 0) {
      invalid |= first;
      high ^= first;
      continue;
    }
    end = at + length;
    const uint64_t rest = ((first << (length - 1)) - first) << 1;
    classes[class] |= first | rest;
    continuing |= rest;
    high ^= first | rest;  // all of them were set
  }
  // A run of invalid bytes is one character.
  block->begin = ~(continuing | (invalid & (invalid << 1 | spill->is_invalid)));
  spill->is_invalid = invalid >> 63;
  spill->length = end > 64 ? end - 64 : 0;
  spill->class = class;
  block->mark = classes[CLOSS_MARK];
  block->number |= classes[CLOSS_NUMBER];
  block->upper |= classes[CLOSS_UPPER];
  block->lower |= classes[CLOSS_LOWER];
  block->uncased = classes[CLOSS_UNCASED];
  block->letter |= classes[CLOSS_UPPER] | classes[CLOSS_LOWER] | classes[CLOSS_UNCASED];
  if (classes[CLOSS_SPACE]) {
    const uint64_t spaces = classes[CLOSS_SPACE] & ~continuing;
    const uint64_t third = continuing >> 2 | (((uint64_t)1 << spill->length) - 1) << 62;
    block->space_of_2 = spaces & ~third;
    block->space_of_3 = spaces & third;
    block->space |= classes[CLOSS_SPACE];
  }
}

#endif
