#include "closs_pieces.h"

#include "closs_pieces_rules.h"

#define CLOSS_BODY "closs_pieces_body.h"
#include "closs_every_variant.h"

size_t closs_find_piece_ends(
    closs_variant variant, closs_split_pattern pattern, const uint8_t *bytes, size_t count,
    size_t start, size_t *ends, size_t capacity) {
  const pieces_text text = {bytes, count};
  return CLOSS_CHOOSE(variant, find_piece_ends)(pattern, text, start, ends, capacity);
}
