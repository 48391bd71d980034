// One allocation holds the whole model; see closs_adaptive_memory.c.

#ifndef CLOSS_ADAPTIVE_MEMORY_H
#define CLOSS_ADAPTIVE_MEMORY_H

#include "closs_adaptive_model.h"

// A model of at most `memory_bytes`, its tables laid out and zero but for the constant ones; NULL
// when that is too little or the system refuses. `closs_release` gives it back.
closs_adaptive *closs_allocate(size_t memory_bytes, closs_shape shape);
void closs_release(closs_adaptive *model);

// In closs_adaptive_reset.c: sets all that does not begin as zero, and makes zero what has to.
void closs_initialize(closs_adaptive *model);
void closs_clear_tables(closs_adaptive *model);

#endif
