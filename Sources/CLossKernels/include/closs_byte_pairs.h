// Byte-pair encoding: pieces of a text to the ids of a vocabulary, exactly.
//
// A vocabulary's tables are made once and then only read, by any number of threads. An encoder has
// the memory of one thread: scratch for merging and a cache of pieces. What it returns depends on
// the tables and the text alone, never on what it saw before.

#ifndef CLOSS_BYTE_PAIRS_H
#define CLOSS_BYTE_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// No token, no pair.
#define CLOSS_NO_ID UINT32_MAX

// Ids and ranks are below this, so that a pair and its rank fit one word of 64 bits.
#define CLOSS_IDS_MOST ((1u << 21) - 1)

// What an encoder returns where the system gives no memory.
#define CLOSS_NO_MEMORY SIZE_MAX

typedef struct closs_byte_pairs closs_byte_pairs;
typedef struct closs_pair_encoder closs_pair_encoder;

// The tokens of a vocabulary. Token `i` has the bytes from `starts[i]` to `starts[i + 1]`; 16 bytes
// must be readable after the last. Both arrays must outlive the tables; `is_ordinary` is copied.
typedef struct {
  const uint8_t *bytes;
  const uint32_t *starts;
  size_t count;               // at most CLOSS_IDS_MOST
  const uint8_t *is_ordinary; // by token: whether text can become it
  uint64_t seed;              // any number: keeps a chosen vocabulary from making hashes collide
} closs_token_bytes;

// Makes tables without merges; NULL where the system gives no memory.
closs_byte_pairs *closs_byte_pairs_create(const closs_token_bytes *tokens);

void closs_byte_pairs_destroy(closs_byte_pairs *pairs);

// The ordinary token with these bytes, the one of the lowest id; CLOSS_NO_ID if there is none.
uint32_t closs_token_find(const closs_byte_pairs *pairs, const uint8_t *bytes, size_t count);

// Finds two ordinary tokens with the same bytes; false if there are none.
bool closs_tokens_find_duplicate(
    const closs_byte_pairs *pairs, uint32_t *first, uint32_t *second);

// Adds merges of two tokens into one, three ids for each: left, right, result. A later one has a
// higher rank, and replaces an earlier one of the same pair. At most CLOSS_IDS_MOST in all. False
// where the system gives no memory.
bool closs_merges_add(closs_byte_pairs *pairs, const uint32_t *merges, size_t count);

// Adds the merges of a vocabulary that ranks tokens: two neighbours merge if their bytes are a
// token's, that of the lowest rank first. `ranks` has a rank below CLOSS_IDS_MOST for each token, no
// two ordinary tokens the same; with NULL ids are ranks. Of all pairs that spell a token only one
// can ever stand side by side: that which the token's own bytes come to before the last merge.
// Writes it to `left` and `right` at the token's id, or CLOSS_NO_ID for a token that no merges reach,
// where these are not NULL.
bool closs_merges_from_ranks(
    closs_byte_pairs *pairs, const uint32_t *ranks, uint32_t *left, uint32_t *right);

// Makes characters, not bytes, what merging begins with. A character that is no token becomes the
// tokens that `fallback` has for its bytes or, if one has none there, `unknown`; the unknown that
// follow each other become one. Either may be CLOSS_NO_ID, which leaves the character out.
void closs_use_characters(
    closs_byte_pairs *pairs, const uint32_t fallback[256], uint32_t unknown);

// Whether each merge ranks above all that make its parts. Orders of merging within a rank are then
// the same but for runs of one token, which the fast way with long pieces relies on.
bool closs_merges_are_monotone(const closs_byte_pairs *pairs);

// Makes an encoder with a cache of 2^`cache_bits` lines of 64 bytes; NULL where the system gives no
// memory. `looks_up` says whether a piece that is a token's bytes becomes that token unmerged.
closs_pair_encoder *closs_pair_encoder_create(
    const closs_byte_pairs *pairs, bool looks_up, unsigned cache_bits);

void closs_pair_encoder_destroy(closs_pair_encoder *encoder);

// Pair look-ups and steps of a scan so far: a measure of work for tests.
uint64_t closs_pair_encoder_work(const closs_pair_encoder *encoder);

// Encodes the pieces of `text` that end at `ends[0]`, `ends[1]`..., the first beginning at `start`.
// Writes their ids to `ids`, which has room for the bytes of all pieces and 4 more, and returns how
// many there are; with NULL only counts. A byte without a token has no id.
size_t closs_pieces_encode(
    closs_pair_encoder *encoder, const uint8_t *text, size_t text_count, size_t start,
    const intptr_t *ends, size_t piece_count, uint32_t *ids);

// Merges tokens in place and returns how many are left.
size_t closs_tokens_merge(closs_pair_encoder *encoder, uint32_t *ids, size_t count);

// Writes the bytes of tokens to `out`, which has room for them and 16 more. Ids must be valid.
void closs_tokens_decode(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ids, size_t count, uint8_t *out);

// The bytes of tokens together; SIZE_MAX if an id is not below `token_count`.
size_t closs_tokens_length(
    const uint32_t *starts, size_t token_count, const uint32_t *ids, size_t count);

#endif
