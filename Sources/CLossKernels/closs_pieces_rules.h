// Where pieces begin in a block of 64 bytes, by algebra on its masks.
//
// What each pattern says of a character and the one before it turns into a few operations on whole
// masks. Runs are followed by addition: a one added to the first bit of a run of ones carries to
// the first bit after it. Nothing but the class before, an open count or an open question passes
// from a block to the next.

#ifndef CLOSS_PIECES_RULES_H
#define CLOSS_PIECES_RULES_H

#include "closs_pieces.h"
#include "closs_pieces_block.h"

// Of each mask the last bit of the block before, as 0 or 1, unless said otherwise.
typedef struct pieces_carry {
  uint64_t letter, number, space, blank, other, line_end, prefix;
  uint64_t absorbed, lone, mark_symbol, mark;
  uint64_t lower, after_lower, uncased, contraction;
  uint64_t contraction_bits;  // first bits of the next block: of a contraction, or where one ended
  uint64_t cleared_bits;      // first bits of the next block where no piece begins
  unsigned digits;            // numbers since the last group of three began, 0 if none is open
  // Where a piece begins unless something follows the run it opens, which goes on in the next block
  // (0: no such place), and whether the run is of capitals rather than of white space.
  size_t pending;
  bool pending_is_word;
  size_t settled;  // where the run that was pending turns out to begin a piece; 0 if nowhere
} pieces_carry;

PIECES_INLINE uint64_t pieces_before(uint64_t mask, uint64_t carry) { return mask << 1 | carry; }

PIECES_INLINE uint64_t pieces_highest(uint64_t mask) {
  return mask ? (uint64_t)1 << (63 - __builtin_clzll(mask)) : 0;
}

// The bits of the runs of `runs` from each seed on; seeds are bits of the runs.
PIECES_INLINE uint64_t pieces_fill(uint64_t runs, uint64_t seeds) {
  return runs & (~(runs + seeds) | seeds);
}

// Of `starts`, each the first bit of a run, those whose run no bit of `stop` follows. One whose run
// may go on in the next block becomes pending; one that is pending is settled where its run ends.
PIECES_INLINE uint64_t pieces_not_followed(
    uint64_t runs, uint64_t starts, uint64_t stop, bool may_go_on, size_t position, bool is_word,
    pieces_carry *carry) {
  if (carry->pending && carry->pending_is_word == is_word && (~runs || !may_go_on)) {
    const uint64_t end = ~runs & (runs + 1);
    if (!(stop & end)) carry->settled = carry->pending;
    carry->pending = 0;
  }
  if (!starts) return 0;
  const uint64_t sum = runs + starts;
  for (uint64_t bad = sum & ~runs & stop; bad; bad &= bad - 1) {
    starts ^= pieces_highest(starts & ((bad & -bad) - 1));
  }
  if (sum < runs && may_go_on) {  // the addition carried out of the block
    const uint64_t open = pieces_highest(starts);
    starts ^= open;
    carry->pending = position + (size_t)__builtin_ctzll(open);
    carry->pending_is_word = is_word;
  }
  return starts;
}

// The length of the contraction that an apostrophe begins; 0 for none.
PIECES_INLINE unsigned pieces_contraction(const uint8_t *p, size_t left, bool ignores_case) {
  if (left < 2) return 0;
  const uint8_t fold = ignores_case ? 0x20 : 0, first = p[1] | fold;
  if (first == 's' || first == 't' || first == 'd' || first == 'm') return 2;
  if (left < 3) return 0;
  const uint8_t second = p[2] | fold;
  if (first == 'l') return second == 'l' ? 3 : 0;
  if (first == 'r' || first == 'v') return second == 'e' ? 3 : 0;
  return ignores_case && p[1] == 0xC5 && p[2] == 0xBF ? 3 : 0;  // the long s, U+017F
}

// MARK: - Numbers

// Where groups of at most three numbers begin.
PIECES_INLINE uint64_t pieces_number_groups(const pieces_block *block, pieces_carry *carry) {
  const uint64_t number = block->number, before = pieces_before(number, carry->number);
  unsigned digits = carry->digits;
  uint64_t groups = 0;
  if (number & ~block->begin) {  // characters of several bytes
    for (uint64_t rest = number & block->begin; rest; rest &= rest - 1) {
      const uint64_t bit = rest & -rest;
      if (!(before & bit) || digits == 3) digits = 0;
      if (digits++ == 0) groups |= bit;
    }
  } else if (number) {
    uint64_t group = number & ~before;
    if (digits) {
      // The open group has 3 - digits more, if so many numbers follow; then the next begins.
      const uint64_t next = (uint64_t)8 >> digits, through = 2 * next - 1;
      if ((number & through) == through) group |= next;
    }
    const uint64_t three = number & number << 1 & number << 2;
    for (; group; group = group << 3 & three) groups |= group;
    if (groups) digits = (unsigned)__builtin_clzll(groups) + 1;
  }
  carry->digits = number >> 63 ? digits : 0;
  return groups;
}

// MARK: - Symbols

// The line ends, and for o200k slashes, that a run of symbols takes along.
PIECES_INLINE uint64_t pieces_absorbed(
    const pieces_block *block, uint64_t other, bool cased, const pieces_carry *carry) {
  const uint64_t followers = cased ? block->line_end | block->slash : block->line_end;
  const uint64_t seeds =
      (block->line_end & pieces_before(other, carry->other)) | (followers & carry->absorbed);
  return pieces_fill(followers, seeds);
}

// The bytes of symbols that begin a piece and have no symbol after them in it: what may stand before
// a word. (They may have one after them; then what comes next is no word.)
PIECES_INLINE uint64_t pieces_lone(
    const pieces_block *block, uint64_t other, const pieces_carry *carry) {
  const uint64_t starts = other & block->begin & ~pieces_before(other, carry->other)
                          & ~pieces_before(block->blank, carry->blank);
  const uint64_t continuing = other & ~block->begin;
  if (!continuing) return starts;
  return starts | pieces_fill(continuing, continuing & pieces_before(starts, carry->lone));
}

// The bytes of marks that stand in a run of symbols rather than in a word: o200k counts marks as
// both, and what the run's first character is decides.
PIECES_INLINE uint64_t pieces_mark_symbols(const pieces_block *block, pieces_carry *carry) {
  const uint64_t mark = block->mark;
  if (!mark) return 0;
  const uint64_t other = ~(block->letter | block->number | block->space | mark);
  uint64_t seeds = mark & carry->mark_symbol;
  uint64_t asked = mark & ~pieces_before(mark, carry->mark) & pieces_before(other, carry->other);
  // Each answer bears on what follows it, so they are found in order.
  for (; asked; asked &= asked - 1) {
    const uint64_t all = other | pieces_fill(mark, seeds);
    const uint64_t symbols = all & ~pieces_absorbed(block, all, true, carry);
    const uint64_t alone = pieces_before(pieces_lone(block, symbols, carry), carry->lone);
    seeds |= asked & -asked & pieces_before(symbols, carry->other) & ~alone;
  }
  return pieces_fill(mark, seeds);
}

// MARK: - White space

// Where pieces begin in white space. `space` is what no run of symbols has taken along.
PIECES_INLINE uint64_t pieces_in_space(
    const pieces_block *block, uint64_t space, bool splits_lines, pieces_text text, size_t position,
    const pieces_spill *spill, pieces_carry *carry) {
  // The last character of a run stays with what follows it, unless the text ends there.
  const uint64_t of_1 = block->space & block->begin & ~block->space_of_2 & ~block->space_of_3;
  uint64_t followed = (of_1 & block->space >> 1) | (block->space_of_2 & block->space >> 2)
                      | (block->space_of_3 & block->space >> 3);
  const bool goes_on = pieces_space_or_end(text, position + 64 + spill->length);
  if (goes_on) followed |= pieces_highest(block->begin);
  const uint64_t last = block->space & block->begin & ~followed;
  const uint64_t runs = space & ~pieces_before(space, carry->space);
  carry->space = space >> 63;
  if (!splits_lines) return runs | last;
  // After a line end a run of other white space begins a piece, unless a line end follows.
  const uint64_t line_end = block->line_end & space, inside = space & ~line_end;
  const uint64_t after = inside & pieces_before(line_end, carry->line_end);
  carry->line_end = line_end >> 63;
  return runs | (last & ~block->line_end)
         | pieces_not_followed(inside, after, block->line_end, goes_on, position, false, carry);
}

// MARK: - Contractions

// For all but o200k: contractions that begin a piece. Sets the bits after them, where letters would
// otherwise go on, and clears those of their letters.
PIECES_INLINE void pieces_contractions(
    uint64_t candidates, bool ignores_case, pieces_text text, size_t position, uint64_t *after,
    uint64_t *letters, pieces_carry *carry) {
  *after = carry->contraction_bits;
  *letters = carry->cleared_bits;
  carry->contraction_bits = carry->cleared_bits = 0;
  for (; candidates; candidates &= candidates - 1) {
    const unsigned at = (unsigned)__builtin_ctzll(candidates);
    const size_t apostrophe = position + at;
    const unsigned length = pieces_contraction(
        text.bytes + apostrophe, text.count - apostrophe, ignores_case);
    if (length == 0) continue;
    if (at + 1 < 64) *letters |= (uint64_t)2 << at; else carry->cleared_bits |= 1;
    if (at + length < 64) {
      *after |= (uint64_t)1 << (at + length);
    } else {
      carry->contraction_bits |= (uint64_t)1 << (at + length - 64);
    }
  }
}

// For o200k: the bytes of contractions, each of which ends the word before it.
PIECES_INLINE uint64_t pieces_word_contractions(
    const pieces_block *block, uint64_t word, pieces_text text, size_t position,
    pieces_carry *carry) {
  uint64_t found = carry->contraction_bits, next = 0;
  uint64_t candidates = block->apostrophe & pieces_before(word, carry->letter);
  for (; candidates; candidates &= candidates - 1) {
    const unsigned at = (unsigned)__builtin_ctzll(candidates);
    // What follows a contraction is no part of the word.
    if (pieces_before(found, carry->contraction) >> at & 1) continue;
    const size_t apostrophe = position + at;
    const unsigned length =
        pieces_contraction(text.bytes + apostrophe, text.count - apostrophe, true);
    const uint64_t bytes = ((uint64_t)1 << length) - 1;
    found |= bytes << at;
    if (at + length > 64) next = bytes >> (64 - at);
  }
  carry->contraction = found >> 63;
  carry->contraction_bits = next;
  return found;
}

// MARK: - Words of o200k

// Where a word goes on in another piece: at a capital after small letters, and at capitals that end
// the word after a letter without case or a mark.
PIECES_INLINE uint64_t pieces_in_cased_words(
    const pieces_block *block, uint64_t word, size_t position, pieces_carry *carry) {
  const uint64_t upper = block->upper & word, lower = block->lower & word;
  const uint64_t uncased = word & ~upper & ~lower;
  const uint64_t before_lower = pieces_before(lower, carry->lower);
  const uint64_t after_lower =
      pieces_fill(uncased, uncased & (before_lower | carry->after_lower));
  const uint64_t turns = upper & (before_lower | pieces_before(after_lower, carry->after_lower));
  const uint64_t ending = upper & pieces_before(uncased, carry->uncased) & ~turns;
  carry->lower = lower >> 63;
  carry->after_lower = after_lower >> 63;
  carry->uncased = uncased >> 63;
  return turns | pieces_not_followed(upper, ending, word, true, position, true, carry);
}

#endif
