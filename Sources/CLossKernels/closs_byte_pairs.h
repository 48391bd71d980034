// The tables of a byte-pair vocabulary as its parts see them.

#ifndef CLOSS_BYTE_PAIRS_PARTS_H
#define CLOSS_BYTE_PAIRS_PARTS_H

#include "include/closs_byte_pairs.h"

#define PAIR_INLINE static inline __attribute__((always_inline))

enum {
  ID_BITS = 21,
  SCANNED_MOST = 128,  // symbols of a piece that is merged by scanning for the lowest rank
};

#define EMPTY_PAIR UINT64_MAX

// A place of the table of tokens by their bytes.
typedef struct {
  uint32_t id, tag;
} token_place;

struct closs_byte_pairs {
  closs_token_bytes tokens;
  uint8_t *is_ordinary;
  uint32_t byte_ids[256];  // what merging begins with or, with characters, their bytes fall back to
  bool by_character;
  bool has_duplicate;
  uint32_t duplicates[2];
  uint32_t unknown;

  token_place *places;  // open-addressed, at most half full
  size_t place_mask;

  uint64_t *pairs;  // left, right and rank, 21 bits each; open-addressed, at most half full
  unsigned pair_shift;
  size_t pair_mask, pair_count;
  uint64_t pair_factor;

  uint32_t *results;  // of each rank
  size_t rank_count;
  bool is_monotone;
};

// Scratch that grows to what the longest piece needs.
typedef struct {
  void *memory;
  size_t size;
} pair_scratch;

// The array that scratch holds, at least `size` bytes; NULL where the system gives none.
void *closs_scratch(pair_scratch *scratch, size_t size);

PAIR_INLINE uint64_t pair_key(uint32_t left, uint32_t right) {
  return (uint64_t)left << 2 * ID_BITS | (uint64_t)right << ID_BITS;
}

// The rank at which two tokens merge; CLOSS_NO_ID if they do not.
PAIR_INLINE uint32_t pair_rank(const closs_byte_pairs *pairs, uint32_t left, uint32_t right) {
  const uint64_t key = pair_key(left, right);
  const uint64_t mask = CLOSS_IDS_MOST;
  size_t place = (size_t)(key * pairs->pair_factor >> pairs->pair_shift);
  while (true) {
    const uint64_t found = pairs->pairs[place];
    if ((found & ~mask) == key) return (uint32_t)(found & mask);
    if (found == EMPTY_PAIR) return CLOSS_NO_ID;
    place = (place + 1) & pairs->pair_mask;
  }
}

PAIR_INLINE uint64_t folded_product(uint64_t a, uint64_t b) {
  const unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// The tokens that merging begins with; there is room for as many as there are bytes.
size_t closs_first_tokens(
    const closs_byte_pairs *pairs, const uint8_t *bytes, size_t count, uint32_t *ids);

// Merging, all with the same result: the lowest rank first, of one rank the leftmost. Each takes ids
// in place, stops when `least` are left, and returns how many are; CLOSS_NO_MEMORY on failure.
size_t closs_merge_scanning(
    const closs_byte_pairs *pairs, uint32_t *ids, size_t count, size_t least, uint64_t *work);
size_t closs_merge_by_heap(
    const closs_byte_pairs *pairs, pair_scratch *scratch, uint32_t *ids, size_t count, size_t least,
    uint64_t *work);
// For monotone merges, and to the end.
size_t closs_merge_by_rank(
    const closs_byte_pairs *pairs, pair_scratch *scratch, uint32_t *ids, size_t count,
    uint64_t *work);

#endif
