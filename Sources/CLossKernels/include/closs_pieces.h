// Where the pieces end into which byte-pair tokenizers cut a text.

#ifndef CLOSS_PIECES_H
#define CLOSS_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "closs_variant.h"

/// The patterns of Tokenization's SplitPattern, in its order.
typedef enum closs_split_pattern {
  CLOSS_SPLIT_GPT2 = 0,
  CLOSS_SPLIT_CL100K = 1,
  CLOSS_SPLIT_O200K = 2,
  CLOSS_SPLIT_LLAMA3 = 3,
  CLOSS_SPLIT_QWEN2 = 4,
} closs_split_pattern;

/// Writes the ends of the pieces that follow one another from `start`, where one begins, on: until
/// `capacity` of them are written or the text of `count` bytes ends. Returns how many.
///
/// Every variant gives the same ends.
size_t closs_find_piece_ends(
    closs_variant variant, closs_split_pattern pattern, const uint8_t *bytes, size_t count,
    size_t start, size_t *ends, size_t capacity);

#endif
