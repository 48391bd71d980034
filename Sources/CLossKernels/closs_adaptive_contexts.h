// Which contexts the model keeps statistics for, and how they become lines of the table.

#ifndef CLOSS_ADAPTIVE_CONTEXTS_H
#define CLOSS_ADAPTIVE_CONTEXTS_H

#include "closs_adaptive_slots.h"

// Contexts below this index are short and branch widely: the whole byte and the first nibble
// select their lines. They are few and stay in the caches.
enum { CLOSS_SHORT_CONTEXTS = 3 };

// The multipliers are odd and have their bits spread evenly.
#define CLOSS_HASH_1 UINT64_C(0x9E3779B97F4A7C15)
#define CLOSS_HASH_2 UINT64_C(0xD6E8FEB86659FD93)
#define CLOSS_HASH_3 UINT64_C(0xC2B2AE3D27D4EB4F)

CLOSS_INLINE uint64_t closs_mix(uint64_t value) {
  value *= CLOSS_HASH_1;
  return value ^ value >> 32;
}

CLOSS_INLINE uint64_t closs_last_bytes(const closs_adaptive *model, int count) {
  return model->recent & ((UINT64_C(1) << 8 * count) - 1);
}

// Upper and lower case alike; `@ [ \ ] ^ _` fall on other signs, which does no harm.
CLOSS_INLINE uint32_t closs_fold(uint32_t byte) {
  return (byte & 0xC0) == 0x40 ? byte | 0x20 : byte;
}

CLOSS_INLINE bool closs_is_letter(uint32_t folded) {
  return (folded >= 'a' && folded <= 'z') || folded >= 0x80;
}

// The standard effort leaves out order five.
CLOSS_INLINE int closs_kind(closs_shape shape, int context) {
  return context < 3 || shape.maximal ? context : context + 1;
}

// Word contexts, 5 to 8, take up the byte that has just been read without regard to its case.
CLOSS_INLINE uint32_t closs_byte_in_context(closs_shape shape, int context, uint32_t byte) {
  int kind = closs_kind(shape, context);
  return kind >= 5 && kind <= 8 ? closs_fold(byte) : byte;
}

// Takes `byte` into the word state, then hashes every context up to that byte; the byte that
// follows is added when it is known.
CLOSS_INLINE void closs_update_prefixes(closs_adaptive *model, closs_shape shape, uint32_t byte) {
  uint32_t folded = closs_fold(byte);
  if (closs_is_letter(folded)) {
    model->word = closs_mix(model->word + folded + 1);
  } else if (model->word) {
    model->word_before = model->previous_word;
    model->previous_word = model->word;
    model->word = 0;
  }
  uint64_t word = model->word, previous = model->previous_word, before = model->word_before;
  const uint64_t values[CLOSS_MAX_CONTEXTS] = {
    closs_last_bytes(model, 1),  // with the byte to come, order two
    closs_last_bytes(model, 2),
    closs_last_bytes(model, 3),
    closs_last_bytes(model, 4),
    closs_last_bytes(model, 5),
    word,
    word + previous * CLOSS_HASH_2,
    // From here on for the maximal effort only.
    word + before * CLOSS_HASH_2,
    word + closs_mix(previous + before * CLOSS_HASH_2),
    closs_last_bytes(model, 7),
    model->column,
    model->recent & UINT64_C(0xE0E0E0E0FFFF),  // two bytes and the kinds of the four before
  };
  CLOSS_UNROLL
  for (int i = 0; i < shape.contexts; i++) {
    int kind = closs_kind(shape, i);
    model->contexts[i].prefix = closs_mix(values[kind] + (uint64_t)(kind + 1) * CLOSS_HASH_3);
  }
}

// The check tells apart what shares a line by design (a bit of the last byte, the nibble) and,
// by the hash, most of what shares it by chance.
CLOSS_INLINE uint32_t closs_check(uint64_t hash, uint32_t last, uint32_t nibble) {
  return ((uint32_t)(hash >> 24) + (last & 1) * 17 + nibble) & 0xFF;
}

// Locates the lines of the long contexts from the first seven bits of the byte being read.
CLOSS_INLINE void closs_prefetch_lines(closs_adaptive *model, closs_shape shape, uint32_t byte) {
  CLOSS_UNROLL
  for (int i = CLOSS_SHORT_CONTEXTS; i < shape.contexts; i++) {
    closs_context *context = &model->contexts[i];
    uint64_t hash = (context->prefix + (closs_byte_in_context(shape, i, byte) >> 1)) * CLOSS_HASH_2;
    context->hash = hash;
    __builtin_prefetch(closs_line(model, hash));
  }
}

// Slots for the first nibble after `byte`.
CLOSS_INLINE void closs_select_first(closs_adaptive *model, closs_shape shape, uint32_t byte) {
  CLOSS_UNROLL
  for (int i = 0; i < CLOSS_SHORT_CONTEXTS; i++) {
    closs_context *context = &model->contexts[i];
    context->hash = (context->prefix + byte) * CLOSS_HASH_2;
    __builtin_prefetch(closs_line(model, context->hash));
  }
  CLOSS_UNROLL
  for (int i = 0; i < shape.contexts; i++) {
    closs_context *context = &model->contexts[i];
    uint32_t last = i < CLOSS_SHORT_CONTEXTS ? 0 : closs_byte_in_context(shape, i, byte);
    uint32_t check = closs_check(context->hash, last, 0);
    context->nodes = closs_find_slot(closs_line(model, context->hash), check, NULL);
  }
  model->order1_nodes = model->order1 + byte * 17 * 16;
}

// Slots for the second nibble; `node` is 16 plus the first nibble.
CLOSS_INLINE void closs_select_second(
    closs_adaptive *model, closs_shape shape, uint32_t node, closs_journal *journal) {
  uint64_t hashes[CLOSS_SHORT_CONTEXTS];
  uint32_t byte = (uint32_t)model->recent & 0xFF;
  CLOSS_UNROLL
  for (int i = 0; i < CLOSS_SHORT_CONTEXTS; i++) {
    hashes[i] = closs_mix(model->contexts[i].hash + node * CLOSS_HASH_3);
    __builtin_prefetch(closs_line(model, hashes[i]));
  }
  CLOSS_UNROLL
  for (int i = 0; i < shape.contexts; i++) {
    bool is_short = i < CLOSS_SHORT_CONTEXTS;
    uint64_t hash = is_short ? hashes[i] : model->contexts[i].hash;
    uint32_t last = is_short ? 0 : closs_byte_in_context(shape, i, byte);
    uint32_t check = closs_check(hash, last, node - 15);
    model->contexts[i].nodes = closs_find_slot(closs_line(model, hash), check, journal);
  }
  model->order1_nodes = model->order1 + (byte * 17 + node - 15) * 16;
}

#endif
