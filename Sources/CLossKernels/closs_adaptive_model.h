// The parts of the adaptive model and the constants they share. Private to these files.
//
// Reading order: this file, closs_adaptive_logistic.h (probabilities as integers),
// closs_adaptive_history.c (what a node remembers), closs_adaptive_slots.h (where nodes live),
// closs_adaptive_contexts.h (which contexts exist), closs_adaptive_layout.h (lines and words),
// closs_adaptive_match.h, closs_adaptive_mixer.h, closs_adaptive_final.h (the second layer),
// closs_adaptive_refine.h, closs_adaptive_bit.h (one binary decision), closs_adaptive.c (bytes).

#ifndef CLOSS_ADAPTIVE_MODEL_H
#define CLOSS_ADAPTIVE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "closs_adaptive.h"

// Every function of the hot path is inlined into one body, which is compiled once for each effort
// and instruction set; the shape's members are constants there.
#define CLOSS_INLINE static inline __attribute__((always_inline))
#define CLOSS_UNROLL _Pragma("clang loop unroll(full)")

enum {
  CLOSS_MAX_CONTEXTS = 12,
  CLOSS_MAX_MATCHES = 2,
  CLOSS_MAX_SETS = 6,
  CLOSS_FINALS = 2,
  CLOSS_MAX_VECTORS = 6,
  CLOSS_MAX_REFINEMENTS = 3,
  CLOSS_CACHE_LINE = 64,
  CLOSS_ORDER1_SIZE = 256 * 17 * 16,  // for each byte a slot of 16 for each nibble state
};

// What distinguishes the efforts. Passed by value into inlined functions, so that it costs nothing.
typedef struct {
  int contexts;  // hashed contexts
  int matches;   // match models
  int sets;      // weight sets mixed by the second layer
  int vectors;   // of mixer inputs, eight each
  int refinements;  // maps that correct the mixed probability
  bool maximal;  // else: order five and order zero are left out, cells learn at one rate for all,
                 // and a history gives one mixer input
} closs_shape;

// An adaptive probability: 22 bits of probability above 10 bits of count, or (standard) 32 bits
// of probability.
typedef uint32_t closs_cell;

// Eight mixer inputs or weights.
typedef int32_t closs_int8 __attribute__((vector_size(32)));

// How a chain of contexts continues after one history: 16 fractional bits.
typedef struct {
  int32_t follow;  // weight of the logit so far
  int32_t bias;
} closs_link;

// One context's table row for the current nibble and the bytes that locate it.
typedef struct {
  uint64_t prefix;   // hash of the context without the byte that is being read
  uint64_t hash;     // hash with that byte, as far as it selects a line
  uint8_t *nodes;    // the 15 nodes of the current nibble
} closs_context;

typedef struct {
  uint32_t pointer;  // position in the text (modulo 2^32) of the byte predicted next
  uint32_t length;   // bytes matched so far, 0 for none
  uint32_t class;    // of the length
  uint32_t expected; // the byte predicted next, plus 256
  uint64_t prefix;   // hash of the bytes before the one being read
  uint32_t *heads;   // most recent position for each hash
} closs_match;

// Tables that depend on nothing: built once per instance so that the library has no global state.
typedef struct {
  uint32_t inputs[4096];      // pair of mixer inputs, by the upper 12 bits of a probability
  int16_t stretch[4096];      // the logit alone
  uint16_t squash[5633];      // by logit + CLOSS_LOGIT_LIMIT
  uint16_t reciprocal[1024];  // 65536 / (count + 1.6)
  uint8_t next[256][2];       // history after a bit
  uint16_t prior[256];        // probability of a one that a history suggests before any learning
} closs_tables;

struct closs_adaptive {
  closs_tables tables;
  closs_shape shape;
  size_t allocated;  // bytes
  bool wide;         // AVX2 is there and may be used

  // The text so far.
  uint64_t recent;        // the last eight bytes, the latest lowest
  uint64_t position;      // bytes read
  uint64_t word;          // hash of the letters of the current word, folded to lower case
  uint64_t previous_word, word_before;
  // For the maximal effort: bytes read of the line and letters of the word, up to a bound, and the
  // first byte of the latest line that is not empty.
  uint32_t column, word_length, line_start;
  uint8_t *ring;
  uint32_t ring_mask;

  closs_context contexts[CLOSS_MAX_CONTEXTS];
  closs_match matches[CLOSS_MAX_MATCHES];
  uint32_t head_mask;

  uint8_t *lines;         // hash lines, `line_mask + 1` of them
  uint32_t line_mask;
  uint8_t *order1;        // direct nodes of order one: 256 bytes, 17 nibble slots of 16
  uint8_t order0[256];
  uint8_t *order1_nodes;

  closs_cell histories[CLOSS_MAX_CONTEXTS + 2][256];
  closs_link chain[CLOSS_MAX_CONTEXTS + 1][256];
  closs_cell match_cells[CLOSS_MAX_MATCHES][64];  // twice the length class plus the expected bit

  closs_int8 *weights[CLOSS_MAX_SETS];
  int32_t final_weights[CLOSS_FINALS][256][8];  // maximal
  int rate;               // of the first layer, falling to its floor
  int final_rate;         // of the second layer of the maximal effort
  int cell_shift;         // standard: cells move by 2^-shift of their error

  uint16_t (*refinements[CLOSS_MAX_REFINEMENTS])[16];
  int32_t confidence;     // in the mixed logit, of 2^24
  int32_t trust;          // in refinement, of 2^24
  uint32_t refinement_row[CLOSS_MAX_REFINEMENTS];
  uint32_t refinement_mask;
};

#endif
