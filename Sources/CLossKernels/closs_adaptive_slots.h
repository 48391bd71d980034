// Where the histories of a context live: lines of a hash table, one cache line each.
//
// A line is four checks (a byte each) and four slots of 15 histories: one slot holds the nodes of
// one nibble in one context. The slots of both nibbles of a context, and those of two contexts
// that differ in the last bit only, share a line: one cache miss serves a whole byte, and the
// prefetch can start a bit before the byte is complete.

#ifndef CLOSS_ADAPTIVE_SLOTS_H
#define CLOSS_ADAPTIVE_SLOTS_H

#include <string.h>

#include "closs_adaptive_model.h"

enum {
  CLOSS_SLOTS = 4,
  CLOSS_NODES = 15,
};

// The lines that were changed while the model looked at a byte it will not read.
typedef struct {
  int count;
  uint8_t *lines[CLOSS_MAX_CONTEXTS];
  uint8_t contents[CLOSS_MAX_CONTEXTS][CLOSS_CACHE_LINE];
} closs_journal;

CLOSS_INLINE void closs_journal_undo(closs_journal *journal) {
  while (journal->count > 0) {
    journal->count--;
    memcpy(journal->lines[journal->count], journal->contents[journal->count], CLOSS_CACHE_LINE);
  }
}

CLOSS_INLINE uint8_t *closs_line(const closs_adaptive *model, uint64_t hash) {
  return model->lines + (size_t)((uint32_t)(hash >> 32) & model->line_mask) * CLOSS_CACHE_LINE;
}

// Gives the least used slot of the line to a new context.
static inline __attribute__((noinline)) uint8_t *closs_replace_slot(uint8_t *line, uint32_t check) {
  int victim = 0;
  for (int slot = 1; slot < CLOSS_SLOTS; slot++) {
    // A slot's first history has seen every visit, and histories are numbered by their counts.
    const uint8_t *first = line + CLOSS_SLOTS;
    if (first[slot * CLOSS_NODES] < first[victim * CLOSS_NODES]) victim = slot;
  }
  uint8_t *nodes = line + CLOSS_SLOTS + victim * CLOSS_NODES;
  line[victim] = (uint8_t)check;
  memset(nodes, 0, CLOSS_NODES);
  return nodes;
}

// The nodes whose slot bears `check`, or a fresh slot. Of several equal checks the first counts.
CLOSS_INLINE uint8_t *closs_find_slot(uint8_t *line, uint32_t check, closs_journal *journal) {
  uint32_t checks = (uint32_t)line[0] | (uint32_t)line[1] << 8 | (uint32_t)line[2] << 16 |
                    (uint32_t)line[3] << 24;
  // The lowest zero byte of the difference is the first slot that matches.
  uint32_t difference = checks ^ check * 0x01010101u;
  uint32_t zeros = (difference - 0x01010101u) & ~difference & 0x80808080u;
  if (__builtin_expect(zeros != 0, 1)) {
    return line + CLOSS_SLOTS + (__builtin_ctz(zeros) >> 3) * CLOSS_NODES;
  }
  if (journal) {
    journal->lines[journal->count] = line;
    memcpy(journal->contents[journal->count++], line, CLOSS_CACHE_LINE);
  }
  return closs_replace_slot(line, check);
}

#endif
