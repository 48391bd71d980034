// A model of bytes that learns while it reads: how many nats each byte costs, given all before.
//
// The probability of a byte is the product of eight binary probabilities, each a multiple of 2^-16
// strictly between zero and one; the 256 probabilities of a position therefore sum to one. The
// arithmetic of the model is on integers: its results are the same on every processor.
//
// A model belongs to one thread at a time; different models are independent of each other.

#ifndef CLOSS_ADAPTIVE_H
#define CLOSS_ADAPTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct closs_adaptive closs_adaptive;

// Makes a model that has read nothing. The caller owns it; `closs_adaptive_destroy` ends it.
//
// `memory_bytes` bounds all that the model ever allocates, its memory of the text included; the
// table of contexts takes the largest power of two that fits, so 100 MiB is a good choice (64 MiB
// of table). The result depends on it. Pages are taken from the system when they are first used.
// `effort` is 0 for the standard model and 1 for a larger, slower and better one; other values mean
// standard. NULL if `memory_bytes` is below the minimum or the system refuses.
closs_adaptive *closs_adaptive_create(size_t memory_bytes, int effort);

// The least `memory_bytes` that `closs_adaptive_create` accepts.
size_t closs_adaptive_minimum_memory(int effort);

// The bytes that `model` has allocated (address space; what is touched counts as used).
size_t closs_adaptive_memory(const closs_adaptive *model);

// Ends a model; NULL is ignored.
void closs_adaptive_destroy(closs_adaptive *model);

// Forgets everything: the model is then as if just created. Costs a pass over its memory.
void closs_adaptive_reset(closs_adaptive *model);

// Reads `count` bytes, learning from each: `nats[i]` becomes -ln p(bytes[i] | all bytes before).
// Where the text is cut into calls makes no difference. `bytes` and `nats` may be NULL if `count`
// is 0.
void closs_adaptive_score(
    closs_adaptive *model, const uint8_t *bytes, size_t count, double *nats);

// The probability of each value of the next byte. The model is unchanged, bit for bit, afterwards.
// The following score of one byte is -ln of its entry.
void closs_adaptive_distribution(closs_adaptive *model, double probabilities[256]);

// For tests: scores with or without AVX2, with the same result. Not to be set where it is missing.
void closs_adaptive_set_wide(closs_adaptive *model, bool wide);

#endif
