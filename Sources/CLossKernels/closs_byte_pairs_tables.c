// The tables of a byte-pair vocabulary: tokens by their bytes, ranks by pairs of tokens.

#include "closs_byte_pairs.h"

#include <stdlib.h>
#include <string.h>

void *closs_scratch(pair_scratch *scratch, size_t size) {
  if (scratch->size >= size) return scratch->memory;
  free(scratch->memory);
  scratch->memory = malloc(size);
  scratch->size = scratch->memory == NULL ? 0 : size;
  return scratch->memory;
}

// MARK: - Tokens

static const uint64_t long_mark = 0x8000000000000000u;

byte_key closs_key(const closs_byte_pairs *pairs, const uint8_t *bytes, size_t count) {
  if (count <= KEY_MOST) {
    uint8_t copy[16] = {0};
    memcpy(copy, bytes, count);
    return short_key(copy, count);
  }
  uint64_t state = pairs->tokens.seed ^ count, block;
  for (size_t i = 0; i + 8 < count; i += 8) {
    memcpy(&block, bytes + i, 8);
    state = folded_product(state ^ block, 0x9E3779B97F4A7C15u) ^ pairs->tokens.seed;
  }
  memcpy(&block, bytes + count - 8, 8);
  return (byte_key){folded_product(state ^ block, 0xD1B54A32D192ED03u), long_mark | count};
}

static size_t place_of(const closs_byte_pairs *pairs, byte_key key) {
  const uint64_t seed = pairs->tokens.seed;
  const uint64_t mixed = folded_product(key.first ^ seed, 0x9E3779B97F4A7C15u) ^ key.second;
  return (size_t)folded_product(mixed, seed | 1) & pairs->place_mask;
}

// Where the token with these bytes stands, or would.
PAIR_INLINE token_place *find_place(
    const closs_byte_pairs *pairs, byte_key key, const uint8_t *bytes, size_t count) {
  size_t at = place_of(pairs, key);
  while (true) {
    token_place *place = pairs->places + at;
    if (place->id == CLOSS_NO_ID) return place;
    const bool is_long = count > KEY_MOST;
    if (has_key(place->key, key)
        && (!is_long || memcmp(pairs->tokens.bytes + place->start, bytes, count) == 0)) {
      return place;
    }
    at = (at + 1) & pairs->place_mask;
  }
}

uint32_t closs_token_find_key(
    const closs_byte_pairs *pairs, byte_key key, const uint8_t *bytes, size_t count) {
  return find_place(pairs, key, bytes, count)->id;
}

uint32_t closs_token_find(const closs_byte_pairs *pairs, const uint8_t *bytes, size_t count) {
  return closs_token_find_key(pairs, closs_key(pairs, bytes, count), bytes, count);
}

static bool enter_tokens(closs_byte_pairs *pairs) {
  size_t size = 1024;
  while (2 * size < 3 * pairs->tokens.count) size *= 2;
  pairs->places = malloc(size * sizeof *pairs->places);
  if (pairs->places == NULL) return false;
  memset(pairs->places, 0xFF, size * sizeof *pairs->places);
  pairs->place_mask = size - 1;
  memset(pairs->byte_ids, 0xFF, sizeof pairs->byte_ids);
  const closs_token_bytes *tokens = &pairs->tokens;
  for (size_t id = 0; id < tokens->count; id++) {
    const size_t length = tokens->starts[id + 1] - tokens->starts[id];
    if (!tokens->is_ordinary[id] || length == 0) continue;
    const uint8_t *bytes = tokens->bytes + tokens->starts[id];
    // 16 bytes are readable wherever a token begins.
    const byte_key key =
        length <= KEY_MOST ? short_key(bytes, length) : closs_key(pairs, bytes, length);
    token_place *place = find_place(pairs, key, bytes, length);
    if (place->id == CLOSS_NO_ID) {
      *place = (token_place){key, (uint32_t)id, tokens->starts[id]};
      if (length == 1) pairs->byte_ids[bytes[0]] = (uint32_t)id;
    } else if (!pairs->has_duplicate) {
      pairs->has_duplicate = true;
      pairs->duplicates[0] = place->id;
      pairs->duplicates[1] = (uint32_t)id;
    }
  }
  return true;
}

bool closs_tokens_find_duplicate(
    const closs_byte_pairs *pairs, uint32_t *first, uint32_t *second) {
  *first = pairs->duplicates[0];
  *second = pairs->duplicates[1];
  return pairs->has_duplicate;
}

// MARK: - First tokens

// The bytes of the character that begins here: a lead byte and what continues it. A sequence that is
// not well-formed is no token, and its bytes count one by one anyway.
static size_t character_length(const uint8_t *bytes, size_t count) {
  const uint8_t lead = bytes[0];
  size_t wanted = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  wanted = wanted < count ? wanted : count;
  size_t length = 1;
  while (length < wanted && (bytes[length] & 0xC0) == 0x80) length++;
  return length;
}

// The tokens of a character that is none.
static size_t fall_back(
    const closs_byte_pairs *pairs, const uint8_t *bytes, size_t count, uint32_t *ids, bool follows) {
  for (size_t i = 0; i < count; i++) {
    ids[i] = pairs->byte_ids[bytes[i]];
    if (ids[i] != CLOSS_NO_ID) continue;
    if (pairs->unknown == CLOSS_NO_ID || follows) return 0;
    ids[0] = pairs->unknown;
    return 1;
  }
  return count;
}

size_t closs_first_tokens(
    const closs_byte_pairs *pairs, const uint8_t *bytes, size_t count, uint32_t *ids) {
  size_t known = 0;
  if (!pairs->by_character) {
    for (size_t i = 0; i < count; i++) {
      ids[known] = pairs->byte_ids[bytes[i]];
      known += ids[known] != CLOSS_NO_ID;
    }
    return known;
  }
  for (size_t i = 0; i < count;) {
    const size_t length = character_length(bytes + i, count - i);
    const uint32_t id = closs_token_find(pairs, bytes + i, length);
    if (id != CLOSS_NO_ID) {
      ids[known++] = id;
    } else {
      const bool follows = known > 0 && ids[known - 1] == pairs->unknown;
      known += fall_back(pairs, bytes + i, length, ids + known, follows);
    }
    i += length;
  }
  return known;
}

void closs_use_characters(
    closs_byte_pairs *pairs, const uint32_t fallback[256], uint32_t unknown) {
  pairs->by_character = true;
  memcpy(pairs->byte_ids, fallback, sizeof pairs->byte_ids);
  pairs->unknown = unknown;
}

// MARK: - Pairs

static bool make_pairs(closs_byte_pairs *pairs, size_t most) {
  unsigned bits = 10;
  while ((size_t)1 << bits < 2 * most) bits++;
  const unsigned filter_bits = bits + 2;
  uint64_t *const entries = malloc(sizeof *entries << bits);
  uint64_t *const filter = calloc((size_t)1 << filter_bits >> 6, sizeof *filter);
  if (entries == NULL || filter == NULL) {
    free(entries);
    free(filter);
    return false;
  }
  pairs->pairs = entries;
  pairs->pair_filter = filter;
  pairs->filter_shift = 64 - filter_bits;
  memset(pairs->pairs, 0xFF, sizeof *pairs->pairs << bits);
  pairs->pair_mask = ((size_t)1 << bits) - 1;
  pairs->pair_shift = 64 - bits;
  pairs->pair_count = 0;
  return true;
}

static void put_pair(closs_byte_pairs *pairs, uint64_t entry) {
  const uint64_t mask = CLOSS_IDS_MOST, key = entry & ~mask, hash = key * pairs->pair_factor;
  const uint64_t bit = hash >> pairs->filter_shift;
  pairs->pair_filter[bit / 64] |= 1ull << bit % 64;
  size_t place = (size_t)(hash >> pairs->pair_shift);
  while (pairs->pairs[place] != EMPTY_PAIR && (pairs->pairs[place] & ~mask) != key) {
    place = (place + 1) & pairs->pair_mask;
  }
  pairs->pair_count += pairs->pairs[place] == EMPTY_PAIR;
  pairs->pairs[place] = entry;
}

// Makes room for `more` pairs.
static bool reserve_pairs(closs_byte_pairs *pairs, size_t more) {
  const size_t wanted = pairs->pair_count + more;
  if (2 * wanted <= pairs->pair_mask + 1) return true;
  uint64_t *const old = pairs->pairs, *const old_filter = pairs->pair_filter;
  const size_t size = pairs->pair_mask + 1;
  if (!make_pairs(pairs, wanted)) return false;
  for (size_t i = 0; i < size; i++) {
    if (old[i] != EMPTY_PAIR) put_pair(pairs, old[i]);
  }
  free(old);
  free(old_filter);
  return true;
}

// Notes whether results follow their ranks, once no more pairs come.
static void note_result_offset(closs_byte_pairs *pairs) {
  bool is_known = false;
  pairs->follows_ranks = true;
  for (size_t place = 0; place <= pairs->pair_mask && pairs->follows_ranks; place++) {
    if (pairs->pairs[place] == EMPTY_PAIR) continue;
    const uint32_t rank = (uint32_t)(pairs->pairs[place] & CLOSS_IDS_MOST);
    const uint32_t offset = pairs->results[rank] - rank;
    if (!is_known) pairs->result_offset = offset;
    is_known = true;
    pairs->follows_ranks = offset == pairs->result_offset;
  }
}

// Notes the ranks of all pairs of bytes, once no more come.
static bool note_first_ranks(closs_byte_pairs *pairs) {
  if (pairs->by_character) return true;
  if (pairs->first_ranks == NULL) pairs->first_ranks = malloc((1 << 16) * sizeof(uint32_t));
  if (pairs->first_ranks == NULL) return false;
  for (size_t i = 0; i < 1 << 16; i++) {
    const uint32_t left = pairs->byte_ids[i >> 8], right = pairs->byte_ids[i & 255];
    const bool are_tokens = left != CLOSS_NO_ID && right != CLOSS_NO_ID;
    pairs->first_ranks[i] = are_tokens ? pair_rank(pairs, left, right) : CLOSS_NO_ID;
  }
  return true;
}

static bool reserve_ranks(closs_byte_pairs *pairs, size_t count) {
  uint32_t *results = realloc(pairs->results, (count + 1) * sizeof *results);
  if (results == NULL) return false;
  pairs->results = results;
  return true;
}

bool closs_merges_add(closs_byte_pairs *pairs, const uint32_t *merges, size_t count) {
  if (!reserve_pairs(pairs, count) || !reserve_ranks(pairs, pairs->rank_count + count)) {
    return false;
  }
  uint32_t *const highest = malloc((pairs->tokens.count + 1) * sizeof *highest);
  if (highest == NULL) return false;
  for (size_t i = 0; i < count; i++) {
    const uint64_t rank = pairs->rank_count++;
    pairs->results[rank] = merges[3 * i + 2];
    put_pair(pairs, pair_key(merges[3 * i], merges[3 * i + 1]) | rank);
  }
  // The highest rank that makes each token, plus one.
  memset(highest, 0, pairs->tokens.count * sizeof *highest);
  for (size_t i = 0; i < pairs->rank_count; i++) highest[pairs->results[i]] = (uint32_t)i + 1;
  for (size_t place = 0; place <= pairs->pair_mask; place++) {
    const uint64_t entry = pairs->pairs[place];
    if (entry == EMPTY_PAIR) continue;
    const uint64_t mask = CLOSS_IDS_MOST;
    const uint64_t rank = entry & mask;
    pairs->is_monotone = pairs->is_monotone && highest[entry >> 2 * ID_BITS & mask] <= rank
        && highest[entry >> ID_BITS & mask] <= rank;
  }
  free(highest);
  note_result_offset(pairs);
  return note_first_ranks(pairs);
}

bool closs_merges_are_monotone(const closs_byte_pairs *pairs) { return pairs->is_monotone; }

// MARK: - Ranks

PAIR_INLINE size_t token_length(const closs_token_bytes *tokens, size_t id) {
  return tokens->starts[id + 1] - tokens->starts[id];
}

// The ids of the ordinary tokens of two bytes or more, the shortest first.
static uint32_t *ids_by_length(const closs_token_bytes *tokens, size_t *count) {
  size_t longest = 0;
  for (size_t id = 0; id < tokens->count; id++) {
    const size_t length = token_length(tokens, id);
    longest = length > longest ? length : longest;
  }
  // Where the ids of each length begin: first their numbers, one place further up.
  size_t *const begins = calloc(longest + 2, sizeof *begins);
  uint32_t *const ids = malloc((tokens->count + 1) * sizeof *ids);
  if (begins == NULL || ids == NULL) {
    free(begins);
    free(ids);
    return NULL;
  }
  for (size_t id = 0; id < tokens->count; id++) {
    const size_t length = token_length(tokens, id);
    if (tokens->is_ordinary[id] && length > 1) begins[length + 1]++;
  }
  for (size_t length = 1; length < longest + 2; length++) begins[length] += begins[length - 1];
  *count = begins[longest + 1];
  for (size_t id = 0; id < tokens->count; id++) {
    const size_t length = token_length(tokens, id);
    if (tokens->is_ordinary[id] && length > 1) ids[begins[length]++] = (uint32_t)id;
  }
  free(begins);
  return ids;
}

// Merges the bytes of a token until two parts are left; how many there are in the end.
static size_t split_token(
    const closs_byte_pairs *pairs, pair_scratch scratch[2], uint32_t id, uint32_t parts[2]) {
  const closs_token_bytes *tokens = &pairs->tokens;
  const uint8_t *bytes = tokens->bytes + tokens->starts[id];
  const size_t length = tokens->starts[id + 1] - tokens->starts[id];
  uint32_t few[SCANNED_MOST], *ids = few;
  uint64_t work = 0;
  if (length > SCANNED_MOST) ids = closs_scratch(scratch, length * sizeof *ids);
  if (ids == NULL) return CLOSS_NO_MEMORY;
  const size_t first = closs_first_tokens(pairs, bytes, length, ids);
  const size_t left = first > SCANNED_MOST
      ? closs_merge_by_heap(pairs, scratch + 1, ids, first, 2, &work)
      : pairs->by_character || first < length
      ? closs_merge_scanning(pairs, ids, first, 2, &work)
      : closs_merge_bytes(pairs, bytes, ids, first, 2, &work);
  if (left != 2) return left;
  // Bytes that are no tokens may have left less than the whole.
  const uint32_t *starts = tokens->starts;
  const size_t spelled = starts[ids[0] + 1] - starts[ids[0]] + starts[ids[1] + 1] - starts[ids[1]];
  if (spelled != length) return 0;
  parts[0] = ids[0];
  parts[1] = ids[1];
  return left;
}

bool closs_merges_from_ranks(
    closs_byte_pairs *pairs, const uint32_t *ranks, uint32_t *left, uint32_t *right) {
  const closs_token_bytes *tokens = &pairs->tokens;
  const size_t count = tokens->count;
  pair_scratch scratch[2] = {{NULL, 0}, {NULL, 0}};
  size_t token_count = 0;
  uint32_t *const ids = ids_by_length(tokens, &token_count);
  bool *const made = calloc(count + 1, sizeof *made);
  bool is_done = ids != NULL && made != NULL && reserve_pairs(pairs, token_count);
  if (is_done) {
    if (left != NULL) memset(left, 0xFF, count * sizeof *left);
    if (right != NULL) memset(right, 0xFF, count * sizeof *right);
    pairs->rank_count = 0;
    for (size_t i = 0; i < token_count; i++) {
      const size_t rank = ranks == NULL ? ids[i] : ranks[ids[i]];
      if (rank >= pairs->rank_count) pairs->rank_count = rank + 1;
    }
    is_done = reserve_ranks(pairs, pairs->rank_count);
  }
  for (size_t i = 0; is_done && i < token_count; i++) {
    pairs->results[ranks == NULL ? ids[i] : ranks[ids[i]]] = ids[i];
  }
  free(pairs->first_ranks);
  pairs->first_ranks = NULL;
  // Shorter tokens first: all merges within a token are those of shorter ones.
  for (size_t i = 0; is_done && i < token_count; i++) {
    uint32_t parts[2];
    if (i > 0 && token_length(tokens, ids[i]) == 3 && token_length(tokens, ids[i - 1]) == 2) {
      is_done = note_first_ranks(pairs);
    }
    const size_t part_count = split_token(pairs, scratch, ids[i], parts);
    if (part_count == CLOSS_NO_MEMORY) is_done = false;
    if (part_count != 2) continue;
    const uint32_t rank = ranks == NULL ? ids[i] : ranks[ids[i]];
    put_pair(pairs, pair_key(parts[0], parts[1]) | rank);
    made[ids[i]] = true;
    for (int k = 0; k < 2; k++) {
      const uint32_t part_rank = ranks == NULL ? parts[k] : ranks[parts[k]];
      if (made[parts[k]] && part_rank > rank) pairs->is_monotone = false;
    }
    if (left != NULL) left[ids[i]] = parts[0];
    if (right != NULL) right[ids[i]] = parts[1];
  }
  is_done = is_done && note_first_ranks(pairs);
  if (is_done) note_result_offset(pairs);
  for (int k = 0; k < 2; k++) free(scratch[k].memory);
  free(ids);
  free(made);
  return is_done;
}

// MARK: - Life

closs_byte_pairs *closs_byte_pairs_create(const closs_token_bytes *tokens) {
  closs_byte_pairs *pairs = calloc(1, sizeof *pairs);
  if (pairs == NULL) return NULL;
  pairs->tokens = *tokens;
  pairs->is_ordinary = malloc(tokens->count + 1);
  if (pairs->is_ordinary == NULL) {
    closs_byte_pairs_destroy(pairs);
    return NULL;
  }
  memcpy(pairs->is_ordinary, tokens->is_ordinary, tokens->count);
  pairs->tokens.is_ordinary = pairs->is_ordinary;
  pairs->is_monotone = true;
  pairs->pair_factor = (tokens->seed * 0x9E3779B97F4A7C15u) | 1;
  if (!enter_tokens(pairs) || !make_pairs(pairs, 512)) {
    closs_byte_pairs_destroy(pairs);
    return NULL;
  }
  return pairs;
}

void closs_byte_pairs_destroy(closs_byte_pairs *pairs) {
  if (pairs == NULL) return;
  free(pairs->is_ordinary);
  free(pairs->places);
  free(pairs->pairs);
  free(pairs->pair_filter);
  free(pairs->results);
  free(pairs->first_ranks);
  free(pairs);
}
