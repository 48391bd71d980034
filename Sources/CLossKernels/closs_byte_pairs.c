// Pieces to ids, through a cache of pieces.

#define _DEFAULT_SOURCE 1  // posix_memalign and madvise

#include "closs_byte_pairs.h"

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

enum {
  BATCH = 32,              // pieces whose cache lines are fetched together
  CACHED_MOST = 512,       // bytes of a piece that is cached
  INLINE_IDS = 3,          // of a piece, in its entry
  ARENA_LEAST = 1 << 16,   // words
  ARENA_MOST = 1 << 22,
};

// Pieces are known by their keys; a long one also by its bytes, which stand in the arena behind its
// ids.
typedef struct {
  byte_key key;
  uint32_t ids[INLINE_IDS];  // the ids, or where they begin in the arena
  uint32_t count;            // with `elsewhere` where they stand in the arena
} cache_entry;

typedef struct {
  cache_entry ways[2];
} cache_line;

struct closs_pair_encoder {
  const closs_byte_pairs *pairs;
  bool looks_up;
  cache_line *lines;
  unsigned line_shift;
  uint32_t *arena;
  size_t arena_count, arena_size;
  pair_scratch symbols, merging;
  uint64_t work;
};

static const uint32_t elsewhere = 0x80000000u;

PAIR_INLINE byte_key key_of(
    const closs_pair_encoder *encoder, const uint8_t *bytes, size_t count, bool is_readable) {
  const bool is_short = count <= KEY_MOST && is_readable;
  if (__builtin_expect(is_short, 1)) return short_key(bytes, count);
  return closs_key(encoder->pairs, bytes, count);
}

PAIR_INLINE size_t line_of(const closs_pair_encoder *encoder, byte_key key) {
  const uint64_t mixed = key.first * 0x9E3779B97F4A7C15u ^ key.second * 0xD1B54A32D192ED03u;
  return (size_t)((mixed ^ mixed << 32) >> encoder->line_shift);
}

// MARK: - Misses

// The ids of a piece, without the cache; there is room for as many as it has bytes. `key` is its key
// if that was made of all its bytes.
static size_t encode_anew(
    closs_pair_encoder *encoder, const byte_key *key, const uint8_t *bytes, size_t count,
    uint32_t *ids) {
  const closs_byte_pairs *pairs = encoder->pairs;
  if (encoder->looks_up) {
    const uint32_t id = key == NULL ? closs_token_find(pairs, bytes, count)
                                    : closs_token_find_key(pairs, *key, bytes, count);
    if (id != CLOSS_NO_ID) {
      ids[0] = id;
      return 1;
    }
  }
  const size_t first = closs_first_tokens(pairs, bytes, count, ids);
  if (!pairs->by_character && first == count && count <= SCANNED_MOST) {
    return closs_merge_bytes(pairs, bytes, ids, count, 1, &encoder->work);
  }
  return closs_tokens_merge(encoder, ids, first);
}

size_t closs_tokens_merge(closs_pair_encoder *encoder, uint32_t *ids, size_t count) {
  const closs_byte_pairs *pairs = encoder->pairs;
  if (count <= SCANNED_MOST) return closs_merge_scanning(pairs, ids, count, 1, &encoder->work);
  const size_t kept = 1 << 22;
  const size_t left = pairs->is_monotone
      ? closs_merge_by_rank(pairs, &encoder->merging, ids, count, &encoder->work)
      : closs_merge_by_heap(pairs, &encoder->merging, ids, count, 1, &encoder->work);
  if (encoder->merging.size > kept) {
    free(encoder->merging.memory);
    encoder->merging = (pair_scratch){NULL, 0};
  }
  return left;
}

// Forgets all pieces, when the arena is full.
static void forget(closs_pair_encoder *encoder) {
  memset(encoder->lines, 0, sizeof(cache_line) << (64 - encoder->line_shift));
  encoder->arena_count = 0;
}

// Makes room for words in the arena.
static bool reserve_arena(closs_pair_encoder *encoder, size_t count) {
  const size_t wanted = encoder->arena_count + count;
  if (wanted <= encoder->arena_size) return true;
  if (wanted > ARENA_MOST) {
    forget(encoder);
    return true;
  }
  size_t size = encoder->arena_size * 2;
  while (size < wanted) size *= 2;
  uint32_t *const arena = realloc(encoder->arena, size * sizeof *arena);
  if (arena == NULL) return false;
  encoder->arena = arena;
  encoder->arena_size = size;
  return true;
}

static void remember(
    closs_pair_encoder *encoder, cache_line *line, byte_key key, const uint8_t *bytes,
    size_t byte_count, const uint32_t *ids, size_t count) {
  cache_entry entry = {.key = key, .count = (uint32_t)count};
  const bool is_long = byte_count > KEY_MOST;
  if (count <= INLINE_IDS && !is_long) {
    for (size_t i = 0; i < count; i++) entry.ids[i] = ids[i];
  } else {
    entry.count |= elsewhere;
    const size_t words = count + (is_long ? (byte_count + 3) / 4 : 0);
    if (!reserve_arena(encoder, words)) return;  // it is then encoded anew the next time
    uint32_t *const record = encoder->arena + encoder->arena_count;
    memcpy(record, ids, count * sizeof *ids);
    if (is_long) memcpy(record + count, bytes, byte_count);
    entry.ids[0] = (uint32_t)encoder->arena_count;
    encoder->arena_count += words;
  }
  line->ways[1] = line->ways[0];
  line->ways[0] = entry;
}

// Encodes a piece whose ids are not inline in its line.
static __attribute__((noinline)) size_t encode_piece(
    closs_pair_encoder *encoder, size_t line_index, byte_key key, const uint8_t *bytes,
    size_t byte_count, uint32_t *ids) {
  if (byte_count > CACHED_MOST) return encode_anew(encoder, NULL, bytes, byte_count, ids);
  cache_line *line = encoder->lines + line_index;
  for (int way = 0; way < 2; way++) {
    const cache_entry *entry = line->ways + way;
    if (!has_key(entry->key, key)) continue;
    const uint32_t *found = encoder->arena + entry->ids[0];
    const uint32_t count = entry->count & ~elsewhere;
    if (byte_count > KEY_MOST && memcmp(found + count, bytes, byte_count) != 0) continue;
    for (uint32_t i = 0; i < count; i++) ids[i] = found[i];
    return count;
  }
  const size_t count = encode_anew(encoder, &key, bytes, byte_count, ids);
  if (count != CLOSS_NO_MEMORY) remember(encoder, line, key, bytes, byte_count, ids, count);
  return count;
}

// MARK: - Pieces

// Scratch for the ids of a piece that is only counted.
static uint32_t *counting_scratch(
    closs_pair_encoder *encoder, size_t start, const intptr_t *ends, size_t piece_count) {
  size_t longest = 0;
  for (size_t i = 0; i < piece_count; i++) {
    const size_t length = (size_t)ends[i] - start;
    longest = length > longest ? length : longest;
    start = (size_t)ends[i];
  }
  return closs_scratch(&encoder->symbols, (longest + 4) * sizeof(uint32_t));
}

PAIR_INLINE size_t pieces_encode(
    closs_pair_encoder *encoder, const uint8_t *text, size_t text_count, size_t start,
    const intptr_t *ends, size_t piece_count, uint32_t *ids, bool is_counting) {
  size_t total = 0;
  byte_key keys[BATCH];
  size_t lines[BATCH];
  while (piece_count > 0) {
    const size_t batch = piece_count < BATCH ? piece_count : BATCH;
    const bool is_readable = (size_t)ends[batch - 1] + sizeof(byte_key) <= text_count;
    size_t at = start;
    for (size_t i = 0; i < batch; i++) {
      const size_t length = (size_t)ends[i] - at;
      keys[i] = key_of(encoder, text + at, length < CACHED_MOST ? length : CACHED_MOST, is_readable);
      lines[i] = line_of(encoder, keys[i]);
      __builtin_prefetch(encoder->lines + lines[i]);
      at = (size_t)ends[i];
    }
    for (size_t i = 0; i < batch; i++) {
      const cache_entry *ways = encoder->lines[lines[i]].ways;
      const cache_entry *entry = has_key(ways->key, keys[i]) ? ways : ways + 1;
      uint32_t *const out = is_counting ? ids : ids + total;
      if (__builtin_expect(has_key(entry->key, keys[i]) && entry->count <= INLINE_IDS, 1)) {
        if (!is_counting) memcpy(out, entry->ids, 4 * sizeof *out);
        total += entry->count;
      } else {
        const size_t length = (size_t)ends[i] - start;
        const size_t count = encode_piece(encoder, lines[i], keys[i], text + start, length, out);
        if (count == CLOSS_NO_MEMORY) return CLOSS_NO_MEMORY;
        total += count;
      }
      start = (size_t)ends[i];
    }
    ends += batch;
    piece_count -= batch;
  }
  return total;
}

size_t closs_pieces_encode(
    closs_pair_encoder *encoder, const uint8_t *text, size_t text_count, size_t start,
    const intptr_t *ends, size_t piece_count, uint32_t *ids) {
  if (ids != NULL) {
    return pieces_encode(encoder, text, text_count, start, ends, piece_count, ids, false);
  }
  ids = counting_scratch(encoder, start, ends, piece_count);
  if (ids == NULL) return CLOSS_NO_MEMORY;
  return pieces_encode(encoder, text, text_count, start, ends, piece_count, ids, true);
}

// MARK: - Decoding

// Tokens are copied 16 bytes at a step, and what that writes too much the next one overwrites.
void closs_tokens_decode(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ids, size_t count, uint8_t *out) {
  for (size_t i = 0; i < count; i++) {
    const size_t start = starts[ids[i]], length = starts[ids[i] + 1] - start;
    memcpy(out, bytes + start, 16);
    if (length > 16) memcpy(out + 16, bytes + start + 16, length - 16);
    out += length;
  }
}

size_t closs_tokens_length(
    const uint32_t *starts, size_t token_count, const uint32_t *ids, size_t count) {
  size_t total = 0;
  for (size_t i = 0; i < count; i++) {
    if (ids[i] >= token_count) return SIZE_MAX;
    total += starts[ids[i] + 1] - starts[ids[i]];
  }
  return total;
}

// MARK: - Life

// Lines that are all zero. They begin where cache lines do, so that a look-up touches one, and lie on
// large pages where the system has them. They are written here and not left to the system, which
// would give a page at its first reading and another at its first writing.
static cache_line *make_lines(size_t count) {
  const size_t large_page = 1 << 21, size = count * sizeof(cache_line);
  void *lines = NULL;
  if (posix_memalign(&lines, size < large_page ? sizeof(cache_line) : large_page, size) != 0) {
    return NULL;
  }
#ifdef __linux__
  if (size >= large_page) (void)madvise(lines, size, MADV_HUGEPAGE);  // a refusal is fine
#endif
  return memset(lines, 0, size);
}

closs_pair_encoder *closs_pair_encoder_create(
    const closs_byte_pairs *pairs, bool looks_up, unsigned cache_bits) {
  closs_pair_encoder *encoder = calloc(1, sizeof *encoder);
  if (encoder == NULL) return NULL;
  encoder->pairs = pairs;
  encoder->looks_up = looks_up;
  encoder->line_shift = 64 - cache_bits;
  encoder->lines = make_lines((size_t)1 << cache_bits);
  encoder->arena = malloc(ARENA_LEAST * sizeof *encoder->arena);
  encoder->arena_size = ARENA_LEAST;
  if (encoder->lines == NULL || encoder->arena == NULL) {
    closs_pair_encoder_destroy(encoder);
    return NULL;
  }
  return encoder;
}

void closs_pair_encoder_destroy(closs_pair_encoder *encoder) {
  if (encoder == NULL) return;
  free(encoder->lines);
  free(encoder->arena);
  free(encoder->symbols.memory);
  free(encoder->merging.memory);
  free(encoder);
}

uint64_t closs_pair_encoder_work(const closs_pair_encoder *encoder) { return encoder->work; }
