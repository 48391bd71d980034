// One binary decision: predict it from everything, then learn from the bit that came.

#ifndef CLOSS_ADAPTIVE_BIT_H
#define CLOSS_ADAPTIVE_BIT_H

#include "closs_adaptive_match.h"
#include "closs_adaptive_mixer.h"
#include "closs_adaptive_refine.h"

// What predicting leaves for learning. `predict` changes nothing but this.
typedef struct {
  closs_int8 inputs[CLOSS_MAX_VECTORS];
  uint8_t *nodes[CLOSS_MAX_CONTEXTS + 2];
  closs_cell *cells[CLOSS_MAX_CONTEXTS + 2];
  closs_cell *match_cells[CLOSS_MAX_MATCHES];
  closs_link *links[CLOSS_MAX_CONTEXTS + 1];
  int link_inputs[CLOSS_MAX_CONTEXTS + 2];
  closs_int8 *weights[CLOSS_MAX_SETS];
  int logits[CLOSS_MAX_SETS];
  int32_t *final_weights;
  int raw_logit;  // mixed, before it is multiplied by the confidence
  int mixed;      // probability
  closs_refined refined[CLOSS_REFINEMENTS];
  int correction;   // from the mixed probability to the mean of the refined ones
  int probability;  // of a one; at least 1 and below CLOSS_ONE
} closs_bit;

CLOSS_INLINE uint32_t closs_predict_history(
    closs_adaptive *model, closs_bit *bit, int input, uint8_t *node) {
  closs_cell *cell = &model->histories[input][*node];
  bit->nodes[input] = node;
  bit->cells[input] = cell;
  return closs_inputs(&model->tables, *cell);
}

// `node` is a one followed by the bits of the byte read so far, `depth` their number.
CLOSS_INLINE uint32_t closs_predict_match(
    closs_adaptive *model, closs_bit *bit, int index, uint32_t node, int depth, uint32_t *class) {
  const closs_match *match = &model->matches[index];
  bool agrees = match->expected >> (8 - depth) == node;
  uint32_t expected_bit = match->expected >> (7 - depth) & 1;
  *class = agrees ? match->class : 0;
  closs_cell *cell = &model->match_cells[index][*class * 2 + expected_bit];
  bit->match_cells[index] = cell;
  return *class ? closs_inputs(&model->tables, *cell) : 0;
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

CLOSS_INLINE void closs_mix_inputs(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, const uint32_t *rows, uint32_t node) {
  bit->final_weights = model->final_weights[node];
  int64_t sum = 0;
  CLOSS_UNROLL
  for (int set = 0; set < shape.sets; set++) {
    bit->weights[set] = model->weights[set] + rows[set] * (uint32_t)shape.vectors;
    int32_t dot = closs_dot(bit->inputs, bit->weights[set], shape.vectors);
    bit->logits[set] = closs_clamp(dot >> (CLOSS_WEIGHT_BITS - 16), CLOSS_REFINE_LIMIT);
    sum += (int64_t)bit->logits[set] * bit->final_weights[set];
  }
  bit->raw_logit = closs_clamp((int)(sum >> CLOSS_WEIGHT_BITS), CLOSS_LOGIT_LIMIT);
  int logit = (int)(((int64_t)bit->raw_logit * model->confidence) >> 24);
  bit->mixed = closs_squash(&model->tables, logit);
  int refined = 0;
  CLOSS_UNROLL
  for (int i = 0; i < CLOSS_REFINEMENTS; i++) {
    uint16_t(*row)[CLOSS_REFINE_POINTS] = model->refinements[i] + model->refinement_row[i];
    __builtin_prefetch(row[2 * node & 255]);
    bit->refined[i] = closs_refine(row[node], logit);
    refined += bit->refined[i].probability;
  }
  // Two refinements of 16 bits and a trust of 24.
  bit->correction = (refined >> 1) - bit->mixed;
  int probability = bit->mixed + (int)(((int64_t)bit->correction * model->trust) >> 24);
  bit->probability = closs_within(probability, 1, CLOSS_ONE - 1);
}

CLOSS_INLINE void closs_predict(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, uint32_t node, int depth) {
  // Within a nibble the nodes are numbered from one.
  uint32_t in_nibble = depth < 4 ? node : (1u << (depth - 4)) | (node & ((1u << (depth - 4)) - 1));
  uint32_t pairs[CLOSS_MAX_VECTORS * CLOSS_PAIRS] = {0};
  CLOSS_UNROLL
  for (int i = 0; i < shape.contexts; i++) {
    pairs[i] = closs_predict_history(model, bit, i, model->contexts[i].nodes + in_nibble - 1);
  }
  int at = shape.contexts;
  pairs[at] = closs_predict_history(model, bit, at, model->order0 + node);
  pairs[at + 1] = closs_predict_history(model, bit, at + 1, model->order1_nodes + in_nibble);
  uint32_t class = 0;
  CLOSS_UNROLL
  for (int i = 0; i < shape.matches; i++) {
    pairs[at + 2 + i] = closs_predict_match(model, bit, i, node, depth, &class);
  }
  pairs[at + 2 + shape.matches] = model->tables.inputs[CLOSS_BIAS];
  if (shape.maximal) {
    closs_predict_chain(model, bit, at + 1);
    CLOSS_UNROLL
    for (int i = 0; i <= at; i += 2) {
      int second = i < at ? bit->link_inputs[i + 2] : 0;
      int16_t pair[2] = {(int16_t)bit->link_inputs[i + 1], (int16_t)second};
      memcpy(&pairs[at + 3 + shape.matches + i / 2], pair, sizeof pair);
    }
  }
  CLOSS_UNROLL
  for (int i = 0; i < shape.vectors; i++) {
    closs_gather(&bit->inputs[i], pairs + CLOSS_PAIRS * i);
  }
  uint32_t rows[CLOSS_MAX_SETS] = {
    node, (uint32_t)model->recent & 0xFF, class * 8 + (uint32_t)depth,
    (uint32_t)(model->recent >> 8) & 0xFF,
  };
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

CLOSS_INLINE void closs_learn(closs_adaptive *model, closs_shape shape, closs_bit *bit, int value) {
  const closs_tables *tables = &model->tables;
  int target = value ? CLOSS_ONE - 1 : 0;
  closs_trust_learn(model, target - bit->probability, bit->correction);
  closs_confidence_learn(model, target - bit->mixed, bit->raw_logit);
  for (int i = 0; i < CLOSS_REFINEMENTS; i++) closs_refined_learn(bit->refined[i], value);
  CLOSS_UNROLL
  for (int set = 0; set < shape.sets; set++) {
    int error = target - closs_squash(tables, bit->logits[set]);
    closs_train(bit->inputs, bit->weights[set], shape.vectors,
                closs_clamp((error * model->rate) >> 4, INT16_MAX));
    int step = (bit->logits[set] * (target - bit->mixed)) >> CLOSS_FINAL_SHIFT;
    bit->final_weights[set] = closs_clamp(bit->final_weights[set] + step, CLOSS_MOST_WEIGHT);
  }
  CLOSS_UNROLL
  for (int i = 0; i < shape.contexts + 2; i++) {
    *bit->cells[i] = closs_cell_learn(tables, *bit->cells[i], value);
    *bit->nodes[i] = tables->next[*bit->nodes[i]][value];
  }
  if (shape.maximal) closs_learn_chain(tables, bit, shape.contexts + 1, target);
  for (int i = 0; i < shape.matches; i++) {
    closs_cell *cell = bit->match_cells[i];
    *cell = closs_cell_learn(tables, *cell, value);
  }
}

// Everything that learning from one bit changes, as it was before.
typedef struct {
  uint8_t histories[CLOSS_MAX_CONTEXTS + 2];
  closs_cell cells[CLOSS_MAX_CONTEXTS + 2];
  closs_cell match_cells[CLOSS_MAX_MATCHES];
  closs_link links[CLOSS_MAX_CONTEXTS + 1];
  closs_int8 weights[CLOSS_MAX_SETS][CLOSS_MAX_VECTORS];
  int32_t final_weights[CLOSS_MAX_SETS];
  int32_t trust, confidence;
  uint16_t refined[CLOSS_REFINEMENTS];
} closs_undo;

CLOSS_INLINE void closs_save(
    const closs_adaptive *model, closs_shape shape, const closs_bit *bit, closs_undo *undo) {
  undo->trust = model->trust;
  undo->confidence = model->confidence;
  for (int i = 0; i < shape.contexts + 2; i++) {
    undo->histories[i] = *bit->nodes[i];
    undo->cells[i] = *bit->cells[i];
  }
  for (int i = 0; i < shape.matches; i++) undo->match_cells[i] = *bit->match_cells[i];
  for (int i = 0; shape.maximal && i < shape.contexts + 1; i++) undo->links[i] = *bit->links[i];
  for (int set = 0; set < shape.sets; set++) {
    memcpy(undo->weights[set], bit->weights[set], (size_t)shape.vectors * sizeof(closs_int8));
    undo->final_weights[set] = bit->final_weights[set];
  }
  for (int i = 0; i < CLOSS_REFINEMENTS; i++) undo->refined[i] = *bit->refined[i].nearest;
}

CLOSS_INLINE void closs_restore(
    closs_adaptive *model, closs_shape shape, const closs_bit *bit, const closs_undo *undo) {
  model->trust = undo->trust;
  model->confidence = undo->confidence;
  for (int i = 0; i < shape.contexts + 2; i++) {
    *bit->nodes[i] = undo->histories[i];
    *bit->cells[i] = undo->cells[i];
  }
  for (int i = 0; i < shape.matches; i++) *bit->match_cells[i] = undo->match_cells[i];
  for (int i = 0; shape.maximal && i < shape.contexts + 1; i++) *bit->links[i] = undo->links[i];
  for (int set = 0; set < shape.sets; set++) {
    memcpy(bit->weights[set], undo->weights[set], (size_t)shape.vectors * sizeof(closs_int8));
    bit->final_weights[set] = undo->final_weights[set];
  }
  for (int i = 0; i < CLOSS_REFINEMENTS; i++) *bit->refined[i].nearest = undo->refined[i];
}

#endif
