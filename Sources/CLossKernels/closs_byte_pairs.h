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

enum { KEY_MOST = 15 };  // bytes that a key holds whole

// Up to 15 bytes with their length in the last one, or a hash of more bytes and their length.
typedef struct {
  uint64_t first, second;
} byte_key;

// A place of the table of tokens by their bytes. A short token is found by its key alone.
typedef struct {
  byte_key key;
  uint32_t id, start;
} token_place;

struct closs_byte_pairs {
  closs_token_bytes tokens;
  uint8_t *is_ordinary;
  uint32_t byte_ids[256];  // what merging begins with or, with characters, their bytes fall back to
  bool by_character;
  bool has_duplicate;
  uint32_t duplicates[2];
  uint32_t unknown;

  token_place *places;  // open-addressed, at most two thirds full
  size_t place_mask;

  uint64_t *pairs;  // left, right and rank, 21 bits each; open-addressed, at most half full
  unsigned pair_shift;
  size_t pair_mask, pair_count;
  uint64_t pair_factor;
  // A bit for each hash of a pair, with some eight times as many as there are pairs. Most pairs of
  // tokens never merge, and this tells most of them from memory that the caches hold.
  uint64_t *pair_filter;
  unsigned filter_shift;

  uint32_t *first_ranks;  // of two bytes as a number, the first the higher; NULL with characters

  uint32_t *results;  // of each rank
  size_t rank_count;
  // Whether each result is its rank and one number more, as in most vocabularies: then it is not
  // looked up.
  bool follows_ranks;
  uint32_t result_offset;
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
  const uint64_t hash = key * pairs->pair_factor;
  const uint64_t bit = hash >> pairs->filter_shift;
  if ((pairs->pair_filter[bit / 64] >> bit % 64 & 1) == 0) return CLOSS_NO_ID;
  size_t place = (size_t)(hash >> pairs->pair_shift);
  while (true) {
    const uint64_t found = pairs->pairs[place];
    if ((found & ~mask) == key) return (uint32_t)(found & mask);
    if (found == EMPTY_PAIR) return CLOSS_NO_ID;
    place = (place + 1) & pairs->pair_mask;
  }
}

// The token that a merge makes.
PAIR_INLINE uint32_t merge_result(const closs_byte_pairs *pairs, uint32_t rank) {
  return pairs->follows_ranks ? rank + pairs->result_offset : pairs->results[rank];
}

PAIR_INLINE uint64_t folded_product(uint64_t a, uint64_t b) {
  const unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

PAIR_INLINE bool has_key(byte_key a, byte_key b) {
  return ((a.first ^ b.first) | (a.second ^ b.second)) == 0;
}

// What a key keeps of 16 bytes, by the length.
static const uint64_t key_masks[16][2] = {
  {0, 0}, {0xFF, 0}, {0xFFFF, 0}, {0xFFFFFF, 0}, {0xFFFFFFFF, 0}, {0xFFFFFFFFFF, 0},
  {0xFFFFFFFFFFFF, 0}, {0xFFFFFFFFFFFFFF, 0}, {UINT64_MAX, 0}, {UINT64_MAX, 0xFF},
  {UINT64_MAX, 0xFFFF}, {UINT64_MAX, 0xFFFFFF}, {UINT64_MAX, 0xFFFFFFFF},
  {UINT64_MAX, 0xFFFFFFFFFF}, {UINT64_MAX, 0xFFFFFFFFFFFF}, {UINT64_MAX, 0xFFFFFFFFFFFFFF}};

// The key of at most 15 bytes, of which 16 can be read.
PAIR_INLINE byte_key short_key(const uint8_t *bytes, size_t count) {
  byte_key key;
  __builtin_memcpy(&key.first, bytes, 8);
  __builtin_memcpy(&key.second, bytes + 8, 8);
  key.first &= key_masks[count][0];
  key.second = (key.second & key_masks[count][1]) | (uint64_t)count << 56;
  return key;
}

// The key of bytes of any number, of which no more can be read.
byte_key closs_key(const closs_byte_pairs *pairs, const uint8_t *bytes, size_t count);

// The token with these bytes and their key.
uint32_t closs_token_find_key(
    const closs_byte_pairs *pairs, byte_key key, const uint8_t *bytes, size_t count);

// The tokens that merging begins with; there is room for as many as there are bytes.
size_t closs_first_tokens(
    const closs_byte_pairs *pairs, const uint8_t *bytes, size_t count, uint32_t *ids);

// Merges bytes that are tokens, at most SCANNED_MOST, by scanning; `ids` are theirs.
size_t closs_merge_bytes(
    const closs_byte_pairs *pairs, const uint8_t *bytes, uint32_t *ids, size_t count, size_t least,
    uint64_t *work);

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
