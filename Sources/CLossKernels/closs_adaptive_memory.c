// Where the memory of a model comes from and how it is divided.
//
// Everything is one block of zero pages, of which the system provides only what is touched. The
// table is touched at random, so large pages are asked for where that is possible: they save most
// of the page faults of a short text and most of the address translation of a long one.

#if defined(__linux__)
#define _DEFAULT_SOURCE 1  // MAP_ANONYMOUS and madvise
#endif

#include "closs_adaptive_memory.h"

#include <stdlib.h>

#include "closs_adaptive_mixer.h"
#include "closs_adaptive_refine.h"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>

static void *zero_pages(size_t size) {
  void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (block == MAP_FAILED) return NULL;
#if defined(MADV_HUGEPAGE)
  (void)madvise(block, size, MADV_HUGEPAGE);  // advice: the model works without
#endif
  return block;
}

static void free_pages(void *block, size_t size) { munmap(block, size); }

#else

static void *zero_pages(size_t size) { return calloc(1, size); }

static void free_pages(void *block, size_t size) {
  (void)size;
  free(block);
}

#endif

enum {
  LEAST_MEMORY = 1 << 20,
  MOST_ROWS = 1 << 16,  // of a refinement: one for each byte and node
};

// The sizes of all parts, and the sum of those but the lines.
typedef struct {
  size_t rows, ring, heads, lines, fixed;
} layout;

static size_t rounded_to_line(size_t size) {
  return (size + CLOSS_CACHE_LINE - 1) & ~(size_t)(CLOSS_CACHE_LINE - 1);
}

// The largest power of two that is at most `value` and `most`.
static size_t power_within(size_t value, size_t most) {
  size_t power = 1;
  while (power <= value / 2 && power < most) power *= 2;
  return power;
}

static size_t weights_size(closs_shape shape) {
  return (size_t)CLOSS_ROWS * (size_t)shape.vectors * sizeof(closs_int8);
}

// A sixteenth of the memory remembers text, as much finds matches in it, and the lines take the
// largest power of two that remains.
static layout plan(size_t memory_bytes, closs_shape shape) {
  layout parts;
  parts.rows = power_within(memory_bytes / (shape.maximal ? 512 : 256), MOST_ROWS);
  parts.ring = power_within(memory_bytes / 16, (size_t)1 << 30);
  parts.heads = parts.ring / 4;
  parts.fixed = rounded_to_line(sizeof(closs_adaptive)) + CLOSS_ORDER1_SIZE +
                (size_t)shape.sets * weights_size(shape) + parts.ring +
                (size_t)shape.refinements * parts.rows * CLOSS_REFINE_POINTS * sizeof(uint16_t) +
                (size_t)shape.matches * parts.heads * sizeof(uint32_t);
  parts.lines = power_within((memory_bytes - parts.fixed) / CLOSS_CACHE_LINE, (size_t)1 << 31);
  return parts;
}

static void *take(uint8_t **next, size_t size) {
  void *part = *next;
  *next += size;
  return part;
}

closs_adaptive *closs_allocate(size_t memory_bytes, closs_shape shape) {
  if (memory_bytes < LEAST_MEMORY) return NULL;
  layout parts = plan(memory_bytes, shape);
  size_t total = parts.fixed + parts.lines * CLOSS_CACHE_LINE;
  uint8_t *next = zero_pages(total);
  if (!next) return NULL;
  closs_adaptive *model = take(&next, rounded_to_line(sizeof(closs_adaptive)));
  model->allocated = total;
  model->shape = shape;
  model->order1 = take(&next, CLOSS_ORDER1_SIZE);
  for (int i = 0; i < shape.sets; i++) model->weights[i] = take(&next, weights_size(shape));
  for (int i = 0; i < shape.refinements; i++) {
    model->refinements[i] = take(&next, parts.rows * CLOSS_REFINE_POINTS * sizeof(uint16_t));
  }
  model->refinement_mask = (uint32_t)parts.rows - 256;
  model->ring = take(&next, parts.ring);
  model->ring_mask = (uint32_t)parts.ring - 1;
  for (int i = 0; i < shape.matches; i++) {
    model->matches[i].heads = take(&next, parts.heads * sizeof(uint32_t));
  }
  model->head_mask = (uint32_t)parts.heads - 1;
  model->lines = take(&next, parts.lines * CLOSS_CACHE_LINE);
  model->line_mask = (uint32_t)(parts.lines - 1);
  return model;
}

void closs_release(closs_adaptive *model) { free_pages(model, model->allocated); }

size_t closs_adaptive_minimum_memory(int effort) {
  (void)effort;
  return LEAST_MEMORY;
}
