// The model before it has read anything.

#include <string.h>

#include "closs_adaptive_final.h"
#include "closs_adaptive_logistic.h"
#include "closs_adaptive_match.h"
#include "closs_adaptive_memory.h"
#include "closs_adaptive_mixer.h"
#include "closs_adaptive_refine.h"

// Every history starts with its prior.
static void reset_histories(closs_adaptive *model) {
  for (int i = 0; i < model->shape.contexts + 2; i++) {
    for (int number = 0; number < 256; number++) {
      model->histories[i][number] = (closs_cell)model->tables.prior[number] << 16;
    }
  }
}

// At first a link follows the logit before it and adds half of its history's own.
static void reset_chain(closs_adaptive *model) {
  for (int i = 0; i < model->shape.contexts + 1; i++) {
    for (int number = 0; number < 256; number++) {
      int own = closs_logit(&model->tables, (closs_cell)model->tables.prior[number] << 16);
      model->chain[i][number] = (closs_link){CLOSS_ONE, own * (CLOSS_ONE / CLOSS_CHAIN_BIAS / 2)};
    }
  }
}

// The longer the match, the more the expected bit is believed.
static void reset_matches(closs_adaptive *model) {
  for (int i = 0; i < model->shape.matches; i++) {
    for (uint32_t class = 0; class < CLOSS_LENGTH_CLASSES; class++) {
      uint32_t right = (CLOSS_ONE - 1) * (class + 1) / (class + 2);
      model->match_cells[i][2 * class] = (CLOSS_ONE - 1 - right) << 16;
      model->match_cells[i][2 * class + 1] = right << 16;
    }
    closs_match *match = &model->matches[i];
    *match = (closs_match){.expected = 256, .heads = match->heads};
  }
}

// The same for each logit, nothing for the other input of each pair; the sets count alike. So
// little that all inputs together are not too sure of themselves: the first bytes cost eight bits
// or little more.
static void reset_weights(closs_adaptive *model) {
  closs_shape shape = model->shape;
  const int32_t one = INT32_C(1) << CLOSS_WEIGHT_BITS;
  // Standard adds two rows up and has fewer inputs.
  const int32_t first = shape.maximal ? one / 16 : one / 8;
  const int32_t second = shape.maximal ? 0 : first;
  const closs_int8 initial = {first, second, first, second, first, second, first, second};
  for (int set = 0; set < shape.sets; set++) {
    for (int i = 0; i < CLOSS_ROWS * shape.vectors; i++) model->weights[set][i] = initial;
  }
  for (int row = 0; row < CLOSS_ROWS; row++) {
    for (int set = 0; set < shape.sets; set++) {
      int32_t share = (INT32_C(1) << CLOSS_WEIGHT_BITS) / shape.sets;
      for (int i = 0; i < CLOSS_FINALS; i++) model->final_weights[i][row][set] = share;
    }
  }
  model->rate = shape.maximal ? CLOSS_FIRST_RATE : CLOSS_FIRST_SUM_RATE;
  model->final_rate = closs_final_rate(0);
  model->confidence = CLOSS_MOST_CONFIDENCE;
  model->cell_shift = CLOSS_FIRST_SHIFT;
}

// Refinement starts as the identity.
static void reset_refinements(closs_adaptive *model) {
  model->trust = CLOSS_MOST_TRUST;
  uint16_t identity[CLOSS_REFINE_POINTS];
  for (int point = 0; point < CLOSS_REFINE_POINTS; point++) {
    int logit = (2 * point - (CLOSS_REFINE_POINTS - 1)) * CLOSS_REFINE_LIMIT /
                (CLOSS_REFINE_POINTS - 1);
    identity[point] = (uint16_t)closs_squash(&model->tables, logit);
  }
  for (int i = 0; i < model->shape.refinements; i++) {
    for (size_t row = 0; row < (size_t)model->refinement_mask + 256; row++) {
      memcpy(model->refinements[i][row], identity, sizeof identity);
    }
    model->refinement_row[i] = 0;
  }
}

static void reset_text(closs_adaptive *model) {
  model->recent = model->position = 0;
  model->word = model->previous_word = model->word_before = 0;
  model->column = model->word_length = model->line_start = 0;
  memset(model->order0, 0, sizeof model->order0);
  memset(model->contexts, 0, sizeof model->contexts);
}

// The large tables are empty when they are zero, as they come from the system.
void closs_clear_tables(closs_adaptive *model) {
  memset(model->ring, 0, (size_t)model->ring_mask + 1);
  memset(model->order1, 0, CLOSS_ORDER1_SIZE);
  memset(model->lines, 0, ((size_t)model->line_mask + 1) * CLOSS_CACHE_LINE);
  for (int i = 0; i < model->shape.matches; i++) {
    memset(model->matches[i].heads, 0, ((size_t)model->head_mask + 1) * sizeof(uint32_t));
  }
}

void closs_initialize(closs_adaptive *model) {
  reset_text(model);
  reset_histories(model);
  reset_chain(model);
  reset_matches(model);
  reset_weights(model);
  reset_refinements(model);
}
