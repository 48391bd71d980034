// closs_find_piece_ends, compiled once for each instruction set and pattern.

#define pieces_vector_mask CLOSS_NAME(pieces_vector_mask)
#define pieces_load CLOSS_NAME(pieces_load)
#define pieces_begin CLOSS_NAME(pieces_begin)
#define pieces_find CLOSS_NAME(pieces_find)
#define find_piece_ends CLOSS_NAME(find_piece_ends)

#ifndef PIECES_VECTOR
#define PIECES_VECTOR
typedef uint8_t pieces_bytes __attribute__((ext_vector_type(64)));
typedef char pieces_truths __attribute__((ext_vector_type(64)));
typedef bool pieces_bits __attribute__((ext_vector_type(64)));
#endif

PIECES_INLINE uint64_t pieces_vector_mask(pieces_truths truths) {
  const pieces_bits bits = __builtin_convertvector(truths, pieces_bits);
  uint64_t mask;
  __builtin_memcpy(&mask, &bits, sizeof mask);
  return mask;
}

// The block at `position`, which is inside the text; beyond the end it holds spaces.
PIECES_INLINE pieces_block pieces_load(
    pieces_text text, size_t position, bool cased, pieces_spill *spill) {
  pieces_bytes x;
  if (text.count - position >= 64) {
    __builtin_memcpy(&x, text.bytes + position, sizeof x);
  } else {
    uint8_t padded[64];
    __builtin_memset(padded, ' ', sizeof padded);
    for (size_t i = position; i < text.count; i++) padded[i - position] = text.bytes[i];
    __builtin_memcpy(&x, padded, sizeof x);
  }
  pieces_block block = {.begin = ~(uint64_t)0};
  const pieces_truths is_letter = (x | 0x20) - 'a' < 26;
  block.letter = pieces_vector_mask(is_letter);
  if (cased) {
    block.lower = pieces_vector_mask(x - 'a' < 26);
    block.upper = block.letter & ~block.lower;
    block.slash = pieces_vector_mask(x == '/');
  }
  block.number = pieces_vector_mask(x - '0' < 10);
  block.blank = pieces_vector_mask(x == ' ');
  block.space = pieces_vector_mask(x - '\t' < 5) | block.blank;
  block.line_end = pieces_vector_mask((x == '\n') | (x == '\r'));
  block.apostrophe = pieces_vector_mask(x == '\'');
  const uint64_t high = pieces_vector_mask(x >= 0x80);
  if (high | spill->is_invalid) pieces_add_others(&block, high, text, position, spill);
  return block;
}

// Where pieces begin in a block; where one that was pending begins is in `carry->settled`.
PIECES_INLINE uint64_t pieces_begin(
    closs_split_pattern pattern, const pieces_block *block, pieces_text text, size_t position,
    const pieces_spill *spill, pieces_carry *carry) {
  const bool joins_space = pattern == CLOSS_SPLIT_GPT2, cased = pattern == CLOSS_SPLIT_O200K;
  const uint64_t symbol_marks = cased ? pieces_mark_symbols(block, carry) : 0;
  const uint64_t word_marks = cased ? block->mark & ~symbol_marks : 0;
  uint64_t word = block->letter | word_marks;
  uint64_t other = ~(word | block->number | block->space);
  const uint64_t absorbed = joins_space ? 0 : pieces_absorbed(block, other, cased, carry);
  other &= ~absorbed;
  if (cased) {
    const uint64_t contraction = pieces_word_contractions(block, word, text, position, carry);
    word &= ~contraction;
    other &= ~contraction;
  }
  const uint64_t space = block->space & ~absorbed, blank = block->blank;
  const uint64_t after_blank = pieces_before(blank, carry->blank);
  const uint64_t symbols = other & ~pieces_before(other, carry->other) & ~after_blank;
  const uint64_t lone = joins_space ? 0 : pieces_lone(block, other, carry);
  const uint64_t prefix = lone | (space & ~block->line_end);
  const uint64_t prefixed = joins_space ? after_blank : pieces_before(prefix, carry->prefix);
  uint64_t words = word & ~pieces_before(word, carry->letter) & ~prefixed;
  if (cased) {
    words |= pieces_in_cased_words(block, word, position, carry);
  } else {
    const uint64_t candidates = block->apostrophe & symbols;
    if (candidates | carry->contraction_bits | carry->cleared_bits) {
      uint64_t after, letters;
      pieces_contractions(candidates, !joins_space, text, position, &after, &letters, carry);
      words = (words & ~letters) | (after & word);
    }
  }
  uint64_t numbers = block->number;
  if (pattern == CLOSS_SPLIT_GPT2) {
    numbers &= ~pieces_before(numbers, carry->number) & ~after_blank;
  } else if (pattern == CLOSS_SPLIT_QWEN2) {
    numbers &= block->begin;
  } else {
    numbers = pieces_number_groups(block, carry);
  }
  const uint64_t spaces =
      pieces_in_space(block, space, !joins_space, text, position, spill, carry);
  carry->letter = word >> 63;
  carry->number = block->number >> 63;
  carry->blank = blank >> 63;
  carry->other = other >> 63;
  carry->prefix = prefix >> 63;
  carry->absorbed = absorbed >> 63;
  carry->lone = lone >> 63;
  carry->mark = block->mark >> 63;
  carry->mark_symbol = symbol_marks >> 63;
  return words | numbers | symbols | spaces;
}

PIECES_INLINE size_t pieces_find(
    closs_split_pattern pattern, pieces_text text, size_t start, size_t *ends, size_t capacity) {
  pieces_carry carry = {0};
  pieces_spill spill = {0};
  size_t found = 0;
  for (size_t position = start; position < text.count; position += 64) {
    const pieces_block block =
        pieces_load(text, position, pattern == CLOSS_SPLIT_O200K, &spill);
    uint64_t begins = pieces_begin(pattern, &block, text, position, &spill, &carry);
    if (position == start) begins &= ~(uint64_t)1;
    if (text.count - position < 64) begins &= ((uint64_t)1 << (text.count - position)) - 1;
    if (carry.settled && carry.settled < text.count) {
      if (found == capacity) return found;
      ends[found++] = carry.settled;
    }
    carry.settled = 0;
    const size_t count = (size_t)__builtin_popcountll(begins);
    size_t room = capacity - found;
    for (size_t i = 0; i < count; i++, begins &= begins - 1) {
      if (room-- == 0) return found;
      ends[found++] = position + (size_t)__builtin_ctzll(begins);
    }
  }
  const bool joins_last = pattern == CLOSS_SPLIT_CL100K && !carry.pending_is_word;
  if (carry.pending && carry.pending < text.count && !joins_last) {
    if (found == capacity) return found;
    ends[found++] = carry.pending;
  }
  if (start < text.count && found < capacity) ends[found++] = text.count;
  return found;
}

static size_t find_piece_ends(
    closs_split_pattern pattern, pieces_text text, size_t start, size_t *ends, size_t capacity) {
  switch (pattern) {
    case CLOSS_SPLIT_GPT2:
      return pieces_find(CLOSS_SPLIT_GPT2, text, start, ends, capacity);
    case CLOSS_SPLIT_CL100K:
      return pieces_find(CLOSS_SPLIT_CL100K, text, start, ends, capacity);
    case CLOSS_SPLIT_O200K:
      return pieces_find(CLOSS_SPLIT_O200K, text, start, ends, capacity);
    case CLOSS_SPLIT_LLAMA3:
      return pieces_find(CLOSS_SPLIT_LLAMA3, text, start, ends, capacity);
    case CLOSS_SPLIT_QWEN2:
      return pieces_find(CLOSS_SPLIT_QWEN2, text, start, ends, capacity);
  }
  return 0;
}

#undef pieces_vector_mask
#undef pieces_load
#undef pieces_begin
#undef pieces_find
#undef find_piece_ends
