// One scalar of UTF-8, by table 3-7 of the Unicode Standard.

#ifndef CLOSS_UTF8_H
#define CLOSS_UTF8_H

#include <stddef.h>
#include <stdint.h>

// The length of the valid sequence above ASCII that begins at `p`, where `left` bytes can be read,
// and its scalar; 0 where no valid sequence begins.
static inline __attribute__((always_inline, unused)) unsigned closs_utf8_scalar(
    const uint8_t *p, size_t left, uint32_t *scalar) {
  const uint32_t lead = p[0];
  if (lead < 0xE0) {
    if (lead < 0xC2 || left < 2) return 0;
    const uint32_t second = p[1] ^ 0x80u;  // below 64 for a continuation byte
    *scalar = (lead & 0x1F) << 6 | second;
    return second < 0x40 ? 2 : 0;
  }
  if (lead < 0xF0) {
    if (left < 3) return 0;
    const uint32_t second = p[1] ^ 0x80u, third = p[2] ^ 0x80u;
    *scalar = (lead & 0x0F) << 12 | second << 6 | third;
    if ((second | third) >= 0x40 || *scalar < 0x800 || (*scalar & 0xF800) == 0xD800) return 0;
    return 3;
  }
  if (left < 4) return 0;
  const uint32_t second = p[1] ^ 0x80u, third = p[2] ^ 0x80u, fourth = p[3] ^ 0x80u;
  *scalar = (lead & 0x0F) << 18 | second << 12 | third << 6 | fourth;
  return (second | third | fourth) < 0x40 && *scalar - 0x10000 < 0x100000 ? 4 : 0;
}

#endif
