// Where in its line and its word the text stands, and what follows from it for the maximal effort.
//
// Plays, verse, lists, tables and source code begin their lines in a way of their own, and the
// letters of a long word are surer than those of a short one: such contexts are too coarse to
// predict bytes alone, but they tell which of the other predictions to believe.

#ifndef CLOSS_ADAPTIVE_LAYOUT_H
#define CLOSS_ADAPTIVE_LAYOUT_H

#include "closs_adaptive_contexts.h"

enum {
  CLOSS_LAST_COLUMN = 255,
  CLOSS_COLUMN_CLASSES = 32,  // for the choice of weights; times eight depths a row each
  CLOSS_WORD_CLASSES = 8,
  // The sets of mixer weights after those of the partial byte and the byte before.
  CLOSS_MATCH_SET = 2,
  CLOSS_LINE_SET,
  CLOSS_WORD_SET,
  CLOSS_COLUMN_SET,
  CLOSS_KNOWN_CLASSES = 7,  // none to all of the six contexts counted by closs_known_orders
};

CLOSS_INLINE void closs_update_layout(closs_adaptive *model, uint32_t byte) {
  if (byte == '\n') {
    model->column = 0;
  } else {
    if (model->column == 0) model->line_start = byte;
    model->column += model->column < CLOSS_LAST_COLUMN;
  }
  bool is_letter = closs_is_letter(closs_fold(byte));
  uint32_t longer = model->word_length + (model->word_length < CLOSS_WORD_CLASSES - 1);
  model->word_length = is_letter ? longer : 0;
}

// How many of the orders 2 to 6 and 8 have seen their node before.
CLOSS_INLINE uint32_t closs_known_orders(uint8_t *const *nodes) {
  return (uint32_t)((*nodes[0] != 0) + (*nodes[1] != 0) + (*nodes[2] != 0) + (*nodes[3] != 0) +
                    (*nodes[4] != 0) + (*nodes[9] != 0));
}

// Selects weights by how much is known and how far the word has come.
CLOSS_INLINE uint32_t closs_word_row(const closs_adaptive *model, uint8_t *const *nodes) {
  return model->word_length * CLOSS_KNOWN_CLASSES + closs_known_orders(nodes);
}

CLOSS_INLINE uint32_t closs_column_row(const closs_adaptive *model, int depth) {
  uint32_t last = CLOSS_COLUMN_CLASSES - 1;
  return (model->column < last ? model->column : last) * 8 + (uint32_t)depth;
}

// The context of the third refinement: the byte that the shorter match expects, or else the column.
CLOSS_INLINE uint32_t closs_refinement_context(const closs_adaptive *model) {
  return model->matches[0].class ? model->matches[0].expected : model->column;
}

#endif
