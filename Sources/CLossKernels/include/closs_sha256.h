#ifndef CLOSS_SHA256_H
#define CLOSS_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// SHA-256 (FIPS 180-4) of bytes that arrive in chunks of any size.
///
/// A plain value: copying it forks the computation.
typedef struct closs_sha256 {
  uint32_t state[8];       // the eight working words after the last whole block
  uint64_t byte_count;     // bytes taken so far
  uint8_t pending[64];     // the first byte_count % 64 bytes of the next block
  bool uses_instructions;  // whether blocks go to the processor's SHA instructions
} closs_sha256;

/// Whether this processor has SHA-256 instructions that the build can use.
bool closs_sha256_has_instructions(void);

/// Starts a hash; without `uses_instructions`, or where there are none, in portable C.
void closs_sha256_init(closs_sha256 *hash, bool uses_instructions);

/// Takes the next `count` bytes; `bytes` may be null when `count` is 0.
void closs_sha256_update(closs_sha256 *hash, const uint8_t *bytes, size_t count);

/// Writes the hash of everything taken so far; `hash` itself can take more afterwards.
void closs_sha256_finish(const closs_sha256 *hash, uint8_t digest[32]);

#endif
