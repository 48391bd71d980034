#include "closs_nfc.h"

#include <stdbool.h>

#include "closs_utf8.h"

// MARK: - Mappings

// Hangul syllables (section 3.12 of the Unicode Standard).
enum {
  SYLLABLES = 0xAC00, LEADS = 0x1100, VOWELS = 0x1161, TRAILS = 0x11A7,
  LEAD_COUNT = 19, VOWEL_COUNT = 21, TRAIL_COUNT = 28,
  SYLLABLE_COUNT = LEAD_COUNT * VOWEL_COUNT * TRAIL_COUNT,
};

uint32_t closs_nfc_decompose(uint32_t scalar, uint32_t *second) {
  *second = 0;
  if (scalar < 0xC0) return scalar;
  const uint32_t syllable = scalar - SYLLABLES;
  if (syllable < SYLLABLE_COUNT) {
    const uint32_t trail = syllable % TRAIL_COUNT;
    if (trail > 0) {
      *second = TRAILS + trail;
      return scalar - trail;
    }
    *second = VOWELS + syllable / TRAIL_COUNT % VOWEL_COUNT;
    return LEADS + syllable / TRAIL_COUNT / VOWEL_COUNT;
  }
  size_t low = 0, high = CLOSS_NFC_PAIRS;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const closs_nfc_pair *pair = &closs_nfc_pairs[closs_nfc_pairs_by_whole[middle]];
    if (pair->whole == scalar) {
      *second = pair->second;
      return pair->first;
    }
    if (pair->whole < scalar) low = middle + 1; else high = middle;
  }
  low = 0, high = CLOSS_NFC_SINGLETONS;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (closs_nfc_singletons[middle][0] == scalar) return closs_nfc_singletons[middle][1];
    if (closs_nfc_singletons[middle][0] < scalar) low = middle + 1; else high = middle;
  }
  return scalar;
}

uint32_t closs_nfc_compose(uint32_t first, uint32_t second) {
  if (first - LEADS < LEAD_COUNT && second - VOWELS < VOWEL_COUNT) {
    return SYLLABLES + ((first - LEADS) * VOWEL_COUNT + (second - VOWELS)) * TRAIL_COUNT;
  }
  if (first - SYLLABLES < SYLLABLE_COUNT && (first - SYLLABLES) % TRAIL_COUNT == 0
      && second - TRAILS - 1 < TRAIL_COUNT - 1) {
    return first + (second - TRAILS);
  }
  size_t low = 0, high = CLOSS_NFC_PAIRS;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const closs_nfc_pair *pair = &closs_nfc_pairs[middle];
    if (pair->first == first && pair->second == second) return pair->composes ? pair->whole : 0;
    const bool is_before = pair->first < first || (pair->first == first && pair->second < second);
    if (is_before) low = middle + 1; else high = middle;
  }
  return 0;
}

// MARK: - Quick check

// The first of 32 bytes at a step that is not ASCII, or of the last ones, each.
static size_t ascii_end(const uint8_t *bytes, size_t count, size_t position) {
  for (; count - position >= 32; position += 32) {
    uint64_t words[4];
    __builtin_memcpy(words, bytes + position, sizeof words);
    if ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080) break;
  }
  while (position < count && bytes[position] < 0x80) position++;
  return position;
}

size_t closs_nfc_checked_end(const uint8_t *bytes, size_t count, size_t start) {
  size_t position = start, stretch = start;
  uint8_t last_class = 0;
  while (position < count) {
    if (bytes[position] < 0x80) {
      position = ascii_end(bytes, count, position);
      stretch = position - 1;
      last_class = 0;
      continue;
    }
    uint32_t scalar;
    const unsigned length = closs_utf8_scalar(bytes + position, count - position, &scalar);
    if (length == 0) {  // passes through, and lets nothing pass over it
      stretch = position++;
      last_class = 0;
      continue;
    }
    const uint8_t kind = (uint8_t)closs_nfc_kind(scalar);
    if (closs_nfc_flags[kind] & CLOSS_NFC_BEGINS) stretch = position;
    const uint8_t class = closs_nfc_combining[kind];
    const bool is_ordered = class == 0 || class >= last_class;
    if (!(closs_nfc_flags[kind] & CLOSS_NFC_STABLE) || !is_ordered) return stretch;
    last_class = class;
    position += length;
  }
  return count;
}

size_t closs_nfc_stretch_end(const uint8_t *bytes, size_t count, size_t start) {
  for (size_t position = start; position < count;) {
    unsigned length = 1;
    bool begins = true;
    if (bytes[position] >= 0x80) {
      uint32_t scalar;
      length = closs_utf8_scalar(bytes + position, count - position, &scalar);
      if (length > 0) {
        begins = closs_nfc_flags[(uint8_t)closs_nfc_kind(scalar)] & CLOSS_NFC_BEGINS;
      } else {
        length = 1;
      }
    }
    if (begins && position > start) return position;
    position += length;
  }
  return count;
}
