// One binary decision: predict it from everything, then learn from the bit that came.

#ifndef CLOSS_ADAPTIVE_BIT_H
#define CLOSS_ADAPTIVE_BIT_H

#include "closs_adaptive_final.h"
#include "closs_adaptive_layout.h"
#include "closs_adaptive_match.h"
#include "closs_adaptive_mixer.h"
#include "closs_adaptive_refine.h"

// What predicting leaves for learning. The bit is known before it is predicted, so cells of the
// standard effort, whose learning needs no prediction, learn as soon as they are read.
typedef struct {
  int value;           // the bit
  uint32_t in_nibble;  // the nodes of a nibble are numbered from one
  closs_int8 inputs[CLOSS_MAX_VECTORS];
  uint8_t *nodes[CLOSS_MAX_CONTEXTS + 2];
  closs_cell *cells[CLOSS_MAX_CONTEXTS + 2];
  closs_cell *match_cells[CLOSS_MAX_MATCHES];
  closs_link *links[CLOSS_MAX_CONTEXTS + 1];
  int link_inputs[CLOSS_MAX_CONTEXTS + 2];
  closs_int8 *weights[CLOSS_MAX_SETS];
  int logits[CLOSS_MAX_SETS];
  closs_final final;  // of the maximal effort
  int raw_logit;  // mixed, before it is multiplied by the confidence
  int mixed;      // probability
  closs_refined refined[CLOSS_MAX_REFINEMENTS];
  int correction;   // from the mixed probability to the mean of the refined ones
  int probability;  // of a one; at least 1 and below CLOSS_ONE
} closs_bit;

// Everything that learning from one bit changes, as it was before.
typedef struct {
  uint8_t histories[CLOSS_MAX_CONTEXTS + 2];
  closs_cell cells[CLOSS_MAX_CONTEXTS + 2];
  closs_cell match_cells[CLOSS_MAX_MATCHES];
  closs_link links[CLOSS_MAX_CONTEXTS + 1];
  closs_int8 weights[CLOSS_MAX_SETS][CLOSS_MAX_VECTORS];
  int32_t final_weights[CLOSS_FINALS][CLOSS_MAX_SETS];
  int32_t trust, confidence;
  uint16_t refined[CLOSS_MAX_REFINEMENTS];
} closs_undo;

CLOSS_INLINE uint32_t closs_predict_history(
    closs_adaptive *model, closs_bit *bit, int input, uint8_t *node) {
  closs_cell *cell = &model->histories[input][*node];
  bit->nodes[input] = node;
  bit->cells[input] = cell;
  return closs_inputs(&model->tables, *cell);
}

// The class of the match if it agrees with the byte read so far, else 0; finds its cell. `node` is
// a one followed by the bits of the byte read so far, `depth` their number.
CLOSS_INLINE uint32_t closs_match_class(
    closs_adaptive *model, closs_bit *bit, int index, uint32_t node, int depth) {
  const closs_match *match = &model->matches[index];
  bool agrees = match->expected >> (8 - depth) == node;
  uint32_t expected_bit = match->expected >> (7 - depth) & 1;
  uint32_t class = agrees ? match->class : 0;
  bit->match_cells[index] = &model->match_cells[index][class * 2 + expected_bit];
  return class;
}

CLOSS_INLINE uint32_t closs_predict_match(
    closs_adaptive *model, closs_bit *bit, int index, uint32_t node, int depth, uint32_t *class) {
  *class = closs_match_class(model, bit, index, node, depth);
  return *class ? closs_inputs(&model->tables, *bit->match_cells[index]) : 0;
}

// Refines the logit of the history in order zero by one history after another, from the shortest
// context to the longest: how far to follow a history is learned for each of its values.
CLOSS_INLINE void closs_predict_chain(closs_adaptive *model, closs_bit *bit, int links) {
  int logit = closs_logit(&model->tables, *bit->cells[links - 1]);
  CLOSS_UNROLL
  for (int i = 0; i < links; i++) {
    // Order one follows order zero, then the hashed contexts.
    int history = i == 0 ? links : i - 1;
    closs_link *link = &model->chain[i][*bit->nodes[history]];
    bit->links[i] = link;
    bit->link_inputs[i] = logit;
    int64_t sum = (int64_t)link->follow * logit + (int64_t)link->bias * CLOSS_CHAIN_BIAS;
    logit = closs_clamp((int)(sum >> 16), CLOSS_REFINE_LIMIT);
  }
  bit->link_inputs[links] = logit;
}

CLOSS_INLINE void closs_learn_chain(
    const closs_tables *tables, closs_bit *bit, int links, int target) {
  CLOSS_UNROLL
  for (int i = 0; i < links; i++) {
    int error = target - closs_squash(tables, bit->link_inputs[i + 1]);
    closs_link *link = bit->links[i];
    link->follow = closs_add(link->follow, (error * bit->link_inputs[i] + (1 << 13)) >> 14);
    link->bias = closs_add(link->bias, (error + (1 << 5)) >> 6);
  }
}

// The two rows of weights of the standard effort are added up: one logit, no second layer.
CLOSS_INLINE int closs_mix_standard(
    closs_adaptive *model, closs_bit *bit, const uint32_t *rows) {
  bit->weights[0] = model->weights[0] + rows[0];
  bit->weights[1] = model->weights[1] + rows[1];
  closs_int8 weights = *bit->weights[0] + *bit->weights[1];
  int32_t dot = closs_dot(bit->inputs, &weights, 1);
  return closs_clamp(dot >> (CLOSS_WEIGHT_BITS - 16), CLOSS_REFINE_LIMIT);
}

CLOSS_INLINE int closs_mix_sets(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, const uint32_t *rows, uint32_t node) {
  CLOSS_UNROLL
  for (int set = 0; set < shape.sets; set++) {
    bit->weights[set] = model->weights[set] + rows[set] * (uint32_t)shape.vectors;
    int32_t dot = closs_dot(bit->inputs, bit->weights[set], shape.vectors);
    bit->logits[set] = closs_clamp(dot >> (CLOSS_WEIGHT_BITS - 16), CLOSS_REFINE_LIMIT);
  }
  const uint32_t final_rows[CLOSS_FINALS] = {node, rows[CLOSS_WORD_SET]};
  return closs_predict_final(model, &bit->final, bit->logits, shape.sets, final_rows);
}

CLOSS_INLINE void closs_mix_inputs(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, const uint32_t *rows, uint32_t node) {
  if (shape.maximal) {
    bit->raw_logit = closs_mix_sets(model, shape, bit, rows, node);
  } else {
    bit->raw_logit = closs_mix_standard(model, bit, rows);
  }
  int logit = (int)(((int64_t)bit->raw_logit * model->confidence) >> 24);
  bit->mixed = closs_squash(&model->tables, logit);
  int refined = 0;
  CLOSS_UNROLL
  for (int i = 0; i < shape.refinements; i++) {
    uint16_t(*row)[CLOSS_REFINE_POINTS] = model->refinements[i] + model->refinement_row[i];
    __builtin_prefetch(row[2 * node & 255]);
    bit->refined[i] = closs_refine(row[node], logit);
    refined += bit->refined[i].probability;
  }
  bit->correction = refined / shape.refinements - bit->mixed;
  int probability = bit->mixed + (int)(((int64_t)bit->correction * model->trust) >> 24);
  bit->probability = closs_within(probability, 1, CLOSS_ONE - 1);
}

// The logit of a cell of the standard effort, which learns at once.
CLOSS_INLINE int16_t closs_use_cell(
    const closs_tables *tables, closs_cell *cell, int64_t target, int shift) {
  closs_cell before = *cell;
  *cell = before + (uint32_t)((target - (int64_t)before) >> shift);
  return tables->stretch[before >> 20];
}

CLOSS_INLINE uint8_t *closs_node(closs_adaptive *model, const closs_bit *bit, int context) {
  return model->contexts[context].nodes + bit->in_nibble - 1;
}

// Standard: six hashed contexts, order one and the match.
CLOSS_INLINE void closs_gather_standard(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, uint32_t node, int depth,
    closs_undo *undo) {
  int16_t logits[CLOSS_LANES];
  int order1 = shape.contexts;
  // In locals, since a store of histories might change any member.
  const closs_tables *tables = &model->tables;
  int shift = model->cell_shift;
  int64_t target = bit->value ? UINT32_MAX : 0;
  CLOSS_UNROLL
  for (int i = 0; i <= order1; i++) {
    uint8_t *place = i < order1 ? closs_node(model, bit, i) : model->order1_nodes + bit->in_nibble;
    closs_cell *cell = &model->histories[i][*place];
    if (undo) {
      bit->nodes[i] = place;
      bit->cells[i] = cell;
      undo->histories[i] = *place;
      undo->cells[i] = *cell;
    }
    logits[i] = closs_use_cell(tables, cell, target, shift);
  }
  uint32_t class = closs_match_class(model, bit, 0, node, depth);
  if (undo) undo->match_cells[0] = *bit->match_cells[0];
  int16_t logit = closs_use_cell(tables, bit->match_cells[0], target, shift);
  logits[order1 + 1] = class ? logit : 0;
  closs_short8 inputs = {
    logits[0], logits[1], logits[2], logits[3], logits[4], logits[5], logits[6], logits[7],
  };
  bit->inputs[0] = __builtin_convertvector(inputs, closs_int8);
}

CLOSS_INLINE void closs_learn_standard(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, int target) {
  // The error before confidence: else weights would grow to make up for a small confidence.
  int error = target - closs_squash(&model->tables, bit->raw_logit);
  closs_train_sum(&bit->inputs[0], bit->weights, (error * model->rate * CLOSS_SUM_GAIN) >> 6);
  // A table's two columns: the histories after a zero and after a one.
  const uint8_t *next = model->tables.next[0] + bit->value;
  CLOSS_UNROLL
  for (int i = 0; i < shape.contexts; i++) {
    uint8_t *place = closs_node(model, bit, i);
    *place = next[2 * *place];
  }
  uint8_t *place = model->order1_nodes + bit->in_nibble;
  *place = next[2 * *place];
}

// Maximal: hashed contexts, orders zero and one, matches, a constant and the chain, each with two
// inputs.
CLOSS_INLINE void closs_gather_maximal(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, uint32_t node, int depth,
    uint32_t *class) {
  uint32_t pairs[CLOSS_MAX_VECTORS * CLOSS_PAIRS] = {0};
  int at = shape.contexts;
  CLOSS_UNROLL
  for (int i = 0; i < at; i++) {
    pairs[i] = closs_predict_history(model, bit, i, closs_node(model, bit, i));
  }
  pairs[at] = closs_predict_history(model, bit, at, model->order0 + node);
  pairs[at + 1] = closs_predict_history(model, bit, at + 1, model->order1_nodes + bit->in_nibble);
  CLOSS_UNROLL
  for (int i = 0; i < shape.matches; i++) {
    pairs[at + 2 + i] = closs_predict_match(model, bit, i, node, depth, class);
  }
  pairs[at + 2 + shape.matches] = model->tables.inputs[CLOSS_BIAS];
  closs_predict_chain(model, bit, at + 1);
  CLOSS_UNROLL
  for (int i = 0; i <= at; i += 2) {
    int second = i < at ? bit->link_inputs[i + 2] : 0;
    int16_t pair[2] = {(int16_t)bit->link_inputs[i + 1], (int16_t)second};
    memcpy(&pairs[at + 3 + shape.matches + i / 2], pair, sizeof pair);
  }
  CLOSS_UNROLL
  for (int i = 0; i < shape.vectors; i++) {
    closs_gather(&bit->inputs[i], pairs + CLOSS_PAIRS * i);
  }
}

// `undo`, where it is not NULL, keeps what changes here.
CLOSS_INLINE void closs_predict(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, uint32_t node, int depth, int value,
    closs_undo *undo) {
  bit->in_nibble = depth < 4 ? node : (1u << (depth - 4)) | (node & ((1u << (depth - 4)) - 1));
  bit->value = value;
  uint32_t rows[CLOSS_MAX_SETS] = {node, (uint32_t)model->recent & 0xFF};
  if (shape.maximal) {
    uint32_t class = 0;
    closs_gather_maximal(model, shape, bit, node, depth, &class);
    rows[CLOSS_MATCH_SET] = class * 8 + (uint32_t)depth;
    rows[CLOSS_LINE_SET] = model->line_start;
    rows[CLOSS_WORD_SET] = closs_word_row(model, bit->nodes);
    rows[CLOSS_COLUMN_SET] = closs_column_row(model, depth);
  } else {
    closs_gather_standard(model, shape, bit, node, depth, undo);
  }
  closs_mix_inputs(model, shape, bit, rows, node);
}

// Trust grows where the correction has the sign of the error: gradient descent on its square. On
// text it stays near one; on noise, where a correction can only do harm, it vanishes.
CLOSS_INLINE void closs_trust_learn(closs_adaptive *model, int error, int correction) {
  int32_t trust = model->trust + (int32_t)(((int64_t)error * correction) >> CLOSS_TRUST_SHIFT);
  model->trust = closs_within(trust, 0, CLOSS_MOST_TRUST);
}

// Likewise for the mixed logit as a whole: one on text, near zero where nothing can be predicted.
CLOSS_INLINE void closs_confidence_learn(closs_adaptive *model, int error, int logit) {
  int32_t step = (int32_t)(((int64_t)error * logit) >> CLOSS_CONFIDENCE_SHIFT);
  int32_t confidence = model->confidence + step;
  model->confidence = closs_within(confidence, 0, CLOSS_MOST_CONFIDENCE);
}

CLOSS_INLINE void closs_learn_maximal(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, int target) {
  const closs_tables *tables = &model->tables;
  closs_learn_final(model, &bit->final, bit->logits, shape.sets, target);
  if (closs_is_instructive(target - bit->mixed)) {
    CLOSS_UNROLL
    for (int set = 0; set < shape.sets; set++) {
      int error = target - closs_squash(tables, bit->logits[set]);
      closs_train(bit->inputs, bit->weights[set], shape.vectors,
                  closs_clamp((error * model->rate) >> 4, INT16_MAX));
    }
  }
  CLOSS_UNROLL
  for (int i = 0; i < shape.contexts + 2; i++) {
    *bit->cells[i] = closs_cell_learn(tables, *bit->cells[i], bit->value);
    *bit->nodes[i] = tables->next[*bit->nodes[i]][bit->value];
  }
  closs_learn_chain(tables, bit, shape.contexts + 1, target);
  for (int i = 0; i < shape.matches; i++) {
    closs_cell *cell = bit->match_cells[i];
    *cell = closs_cell_learn(tables, *cell, bit->value);
  }
}

CLOSS_INLINE void closs_learn(closs_adaptive *model, closs_shape shape, closs_bit *bit) {
  int target = bit->value ? CLOSS_ONE - 1 : 0;
  closs_trust_learn(model, target - bit->probability, bit->correction);
  closs_confidence_learn(model, target - bit->mixed, bit->raw_logit);
  for (int i = 0; i < shape.refinements; i++) closs_refined_learn(bit->refined[i], bit->value);
  if (shape.maximal) {
    closs_learn_maximal(model, shape, bit, target);
  } else {
    closs_learn_standard(model, shape, bit, target);
  }
}

CLOSS_INLINE void closs_save(
    const closs_adaptive *model, closs_shape shape, const closs_bit *bit, closs_undo *undo) {
  undo->trust = model->trust;
  undo->confidence = model->confidence;
  // The standard effort has saved its cells before they learned.
  for (int i = 0; shape.maximal && i < shape.contexts + 2; i++) {
    undo->histories[i] = *bit->nodes[i];
    undo->cells[i] = *bit->cells[i];
  }
  for (int i = 0; shape.maximal && i < shape.matches; i++) {
    undo->match_cells[i] = *bit->match_cells[i];
  }
  for (int i = 0; shape.maximal && i < shape.contexts + 1; i++) undo->links[i] = *bit->links[i];
  for (int set = 0; set < shape.sets; set++) {
    memcpy(undo->weights[set], bit->weights[set], (size_t)shape.vectors * sizeof(closs_int8));
  }
  for (int i = 0; shape.maximal && i < CLOSS_FINALS; i++) {
    memcpy(undo->final_weights[i], bit->final.weights[i], sizeof undo->final_weights[i]);
  }
  for (int i = 0; i < shape.refinements; i++) undo->refined[i] = *bit->refined[i].nearest;
}

CLOSS_INLINE void closs_restore(
    closs_adaptive *model, closs_shape shape, const closs_bit *bit, const closs_undo *undo) {
  model->trust = undo->trust;
  model->confidence = undo->confidence;
  for (int i = 0; i < shape.contexts + 1 + shape.maximal; i++) {
    *bit->nodes[i] = undo->histories[i];
    *bit->cells[i] = undo->cells[i];
  }
  for (int i = 0; i < shape.matches; i++) *bit->match_cells[i] = undo->match_cells[i];
  for (int i = 0; shape.maximal && i < shape.contexts + 1; i++) *bit->links[i] = undo->links[i];
  for (int set = 0; set < shape.sets; set++) {
    memcpy(bit->weights[set], undo->weights[set], (size_t)shape.vectors * sizeof(closs_int8));
  }
  for (int i = 0; shape.maximal && i < CLOSS_FINALS; i++) {
    memcpy(bit->final.weights[i], undo->final_weights[i], sizeof undo->final_weights[i]);
  }
  for (int i = 0; i < shape.refinements; i++) *bit->refined[i].nearest = undo->refined[i];
}

#endif
