#ifndef CLOSS_ADAPTIVE_MEMORY_H
#define CLOSS_ADAPTIVE_MEMORY_H
#include "closs_adaptive_model.h"
closs_adaptive *closs_allocate(size_t memory_bytes, closs_shape shape);
void closs_double_lines(closs_adaptive *model);
#ifndef LPB
#define LPB 2
#endif
CLOSS_INLINE void closs_grow(closs_adaptive *model) {
  if (model->position * LPB > model->line_mask && model->line_mask + 1 < model->line_capacity) closs_double_lines(model);
}
#endif
