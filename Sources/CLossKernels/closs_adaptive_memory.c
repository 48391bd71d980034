#define _DEFAULT_SOURCE 1
#include "closs_adaptive_memory.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "closs_adaptive_bit.h"

enum { FIRST_LINES = 1 << 22 };

static size_t floor_power(size_t v) { size_t p = 1; while (p <= v / 2) p *= 2; return p; }

closs_adaptive *closs_allocate(size_t memory_bytes, closs_shape shape) {
  size_t rows = floor_power(memory_bytes / 256);
  if (rows > 65536) rows = 65536;
  if (rows < 1024) rows = 1024;
  size_t ring = floor_power(memory_bytes / 16);
  if (ring > (1u << 30)) ring = 1u << 30;
  size_t heads = ring / 4;
  size_t sizes[16]; int n = 0;
  sizes[n++] = sizeof(closs_adaptive);
  sizes[n++] = 256 * 17 * 16;
  for (int s = 0; s < shape.sets; s++) sizes[n++] = 256 * 4 * (size_t)shape.inputs;
  for (int s = 0; s < 2; s++) sizes[n++] = rows * 32;
  sizes[n++] = ring;
  for (int s = 0; s < shape.matches; s++) sizes[n++] = heads * 4;
  size_t fixed = 0;
  for (int i = 0; i < n; i++) { sizes[i] = (sizes[i] + 63) & ~(size_t)63; fixed += sizes[i]; }
  if (memory_bytes < fixed + 64 * 1024) return NULL;
  size_t lines = floor_power((memory_bytes - fixed) / 64);
  if (lines > 0x80000000u) lines = 0x80000000u;
  size_t total = fixed + lines * 64;
  uint8_t *base = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return NULL;
  if (!getenv("NOHUGE")) madvise(base, total, MADV_HUGEPAGE);
  closs_adaptive *m = (void *)base;
  m->allocated = total; m->shape = shape;
  n = 0; base += sizes[n++];
  m->order1 = base; base += sizes[n++];
  for (int s = 0; s < shape.sets; s++) { m->weights[s] = (void *)base; base += sizes[n++]; }
  for (int s = 0; s < 2; s++) { m->refinements[s] = (void *)base; base += sizes[n++]; }
  m->ring = base; base += sizes[n++]; m->ring_mask = ring - 1;
  for (int s = 0; s < shape.matches; s++) { m->matches[s].heads = (void *)base; base += sizes[n++]; }
  m->head_mask = heads - 1; m->refinement_mask = rows - 256;
  m->lines = base; m->line_capacity = lines; m->line_mask = (lines < FIRST_LINES ? lines : FIRST_LINES) - 1;
  closs_build_logistic(&m->tables); closs_build_histories(&m->tables);
  return m;
}
void closs_double_lines(closs_adaptive *m) {
  size_t size = (size_t)(m->line_mask + 1) * 64;
  memcpy(m->lines + size, m->lines, size);
  m->line_mask = m->line_mask * 2 + 1;
}
void closs_adaptive_reset(closs_adaptive *m) {
  closs_shape shape = m->shape;
  int inputs = 2 * (shape.contexts + 2 + shape.matches);
  for (int i = 0; i < shape.contexts + 2; i++)
    for (int s = 0; s < 256; s++) m->histories[i][s] = (uint32_t)m->tables.prior[s] << 16;
  for (int i = 0; i < shape.matches; i++)
    for (int s = 0; s < 64; s++) m->match_cells[i][s] = (uint32_t)(65535 * (s + 1) / (s + 2)) << 16;
  for (int s = 0; s < shape.sets; s++)
    for (int r = 0; r < 256; r++)
      for (int k = 0; k < shape.inputs; k++) m->weights[s][r * shape.inputs + k] = k < inputs && !(k & 1) ? 1 << 26 : 0;
  for (int r = 0; r < 256; r++) for (int s = 0; s < shape.sets; s++) m->final_weights[r][s] = (1 << 28) / shape.sets;
  for (int t = 0; t < 2; t++) for (size_t r = 0; r < m->refinement_mask + 256; r++) for (int j = 0; j < 16; j++)
    m->refinements[t][r][j] = closs_squash(&m->tables, (2 * j - 15) * 2047 / 15);
  m->rate = 36;
  for (int i = 0; i < shape.contexts; i++) m->contexts[i].nodes = m->lines + 4;
  m->order1_nodes = m->order1;
}
void closs_adaptive_destroy(closs_adaptive *m) { if (m) munmap(m, m->allocated); }
#include <math.h>
double closs_natural_log(double x) { return log(x); }
