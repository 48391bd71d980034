// Normalization Form C by Unicode 16.0 (UAX #15): what scalars are and turn into, and the search for
// text that is not in it.

#ifndef CLOSS_NFC_H
#define CLOSS_NFC_H

#include <stddef.h>
#include <stdint.h>

enum { CLOSS_NFC_SINGLETONS = 1035, CLOSS_NFC_PAIRS = 1046 };

/// A canonical decomposition into two scalars, of which the second has none itself.
typedef struct closs_nfc_pair {
  uint32_t first, second, whole;
  uint32_t composes;  // whether the two turn into the whole, or only the whole into them
} closs_nfc_pair;

// For each 128 scalars below 0x30000 their block, and the blocks, a character for each kind of
// scalar; for each kind its combining class and flags.
extern const uint8_t closs_nfc_index[0x30000 / 128];
extern const char closs_nfc_blocks[];
extern const uint8_t closs_nfc_combining[128];
extern const uint8_t closs_nfc_flags[128];

extern const uint32_t closs_nfc_singletons[CLOSS_NFC_SINGLETONS][2];
extern const closs_nfc_pair closs_nfc_pairs[CLOSS_NFC_PAIRS];          // by first, second
extern const uint16_t closs_nfc_pairs_by_whole[CLOSS_NFC_PAIRS];       // positions there

enum {
  CLOSS_NFC_STABLE = 1,  // not changed by normalization, whatever stands before (NFC_QC = Yes)
  CLOSS_NFC_BEGINS = 2,  // nothing before it is changed by it, or changes it
};

static inline char closs_nfc_kind(uint32_t scalar) {
  return scalar < 0x30000
             ? closs_nfc_blocks[closs_nfc_index[scalar >> 7] << 7 | (scalar & 127)]
             : '0';
}

/// The canonical combining class of a scalar, 0 for starters.
static inline uint8_t closs_nfc_combining_class(uint32_t scalar) {
  return closs_nfc_combining[(uint8_t)closs_nfc_kind(scalar)];
}

/// One step of the canonical decomposition: the first scalar of it, and the second or 0; the scalar
/// itself where it has none.
uint32_t closs_nfc_decompose(uint32_t scalar, uint32_t *second);

/// The scalar that two of them compose to; 0 for none.
uint32_t closs_nfc_compose(uint32_t first, uint32_t second);

/// From where on a text may not be normalized: the first byte of the first stretch that has to be
/// looked at, or `count`. The stretch of a byte begins at the last character up to it that begins
/// one; `start` is taken for such a place.
size_t closs_nfc_checked_end(const uint8_t *bytes, size_t count, size_t start);

/// Where the first stretch after the one that begins at `start` begins, or `count`.
size_t closs_nfc_stretch_end(const uint8_t *bytes, size_t count, size_t start);

#endif
