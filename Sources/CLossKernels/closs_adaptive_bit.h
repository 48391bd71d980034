// One binary decision: predict it from everything, then learn from the bit that came.

#ifndef CLOSS_ADAPTIVE_BIT_H
#define CLOSS_ADAPTIVE_BIT_H

#include "closs_adaptive_match.h"
#include "closs_adaptive_mixer.h"
#include "closs_adaptive_refine.h"

// What predicting leaves for learning. `predict` changes nothing but this.
typedef struct {
  _Alignas(CLOSS_CACHE_LINE) int16_t inputs[CLOSS_MAX_INPUTS];
  uint8_t *nodes[CLOSS_MAX_CONTEXTS + 2];
  closs_cell *cells[CLOSS_MAX_CONTEXTS + 2];
  closs_cell *match_cells[CLOSS_MAX_MATCHES];  // NULL where no match predicts
  int expected_bits[CLOSS_MAX_MATCHES];
  int32_t *weights[CLOSS_MAX_SETS];
  int logits[CLOSS_MAX_SETS];
  int32_t *final_weights;
  int mixed;  // probability
  closs_refined refined[CLOSS_MAX_REFINEMENTS];
  int probability;  // of a one; at least 1 and below CLOSS_ONE
} closs_bit;

// Two inputs for each probability: its logit, and its distance from one half, which weighs
// doubtful probabilities less.
CLOSS_INLINE void closs_put_inputs(const closs_tables *tables, int16_t *pair, uint32_t probability) {
  pair[0] = (int16_t)closs_stretch(tables, probability);
  pair[1] = (int16_t)(((int32_t)probability - CLOSS_ONE / 2) >> 6);
}

CLOSS_INLINE void closs_predict_history(
    closs_adaptive *model, closs_bit *bit, int input, uint8_t *node) {
  closs_cell *cell = &model->histories[input][*node];
  bit->nodes[input] = node;
  bit->cells[input] = cell;
  closs_put_inputs(&model->tables, bit->inputs + 2 * input, closs_cell_probability(*cell));
}

// `node` is a one followed by the bits of the byte read so far, `depth` their number.
CLOSS_INLINE uint32_t closs_predict_match(
    closs_adaptive *model, closs_bit *bit, int index, int16_t *pair, uint32_t node, int depth) {
  bit->match_cells[index] = NULL;
  pair[0] = pair[1] = 0;
  uint32_t length = model->matches[index].length;
  uint32_t expected = closs_expected_byte(model, index) | 256;
  if (length == 0 || expected >> (8 - depth) != node) return 0;
  uint32_t class = closs_length_class(length);
  int expected_bit = expected >> (7 - depth) & 1;
  closs_cell *cell = &model->match_cells[index][class];
  bit->match_cells[index] = cell;
  bit->expected_bits[index] = expected_bit;
  closs_put_inputs(&model->tables, pair, closs_cell_probability(*cell));
  if (!expected_bit) {
    pair[0] = (int16_t)-pair[0];
    pair[1] = (int16_t)-pair[1];
  }
  return class;
}

CLOSS_INLINE void closs_mix_inputs(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, const uint32_t *rows, uint32_t node) {
  bit->final_weights = model->final_weights[node];
  int64_t sum = 0;
  for (int set = 0; set < shape.sets; set++) {
    bit->weights[set] = model->weights[set] + rows[set] * (uint32_t)shape.inputs;
    int32_t dot = closs_dot(bit->inputs, bit->weights[set], shape.inputs);
    bit->logits[set] = closs_clamp(dot >> (CLOSS_WEIGHT_BITS - 16), CLOSS_REFINE_LIMIT);
    sum += (int64_t)bit->logits[set] * bit->final_weights[set];
  }
  int logit = closs_clamp((int)(sum >> CLOSS_WEIGHT_BITS), CLOSS_LOGIT_LIMIT);
  bit->mixed = closs_squash(&model->tables, logit);
  int refined = 0;
  for (int i = 0; i < 2; i++) {
    uint16_t(*row)[CLOSS_REFINE_POINTS] = model->refinements[i] + model->refinement_row[i];
    __builtin_prefetch(row[2 * node & 255]);
    bit->refined[i] = closs_refine(row[node], logit);
    refined += bit->refined[i].probability;
  }
  int probability = (2 * bit->mixed + refined) >> 2;
  bit->probability = probability < 1 ? 1 : probability > CLOSS_ONE - 1 ? CLOSS_ONE - 1 : probability;
}

CLOSS_INLINE void closs_predict(
    closs_adaptive *model, closs_shape shape, closs_bit *bit, uint32_t node, int depth) {
  // Within a nibble the nodes are numbered from one.
  uint32_t in_nibble = depth < 4 ? node : (1u << (depth - 4)) | (node & ((1u << (depth - 4)) - 1));
  for (int i = 0; i < shape.contexts; i++) {
    closs_predict_history(model, bit, i, model->contexts[i].nodes + in_nibble - 1);
  }
  closs_predict_history(model, bit, shape.contexts, model->order0 + node);
  closs_predict_history(model, bit, shape.contexts + 1, model->order1_nodes + in_nibble);
  int16_t *pair = bit->inputs + 2 * (shape.contexts + 2);
  uint32_t class = 0;
  for (int i = 0; i < shape.matches; i++, pair += 2) {
    class = closs_predict_match(model, bit, i, pair, node, depth);
  }
  *pair = CLOSS_LOGIT_UNIT;  // lets the mixer have a bias
  uint32_t rows[CLOSS_MAX_SETS] = {
    node, (uint32_t)model->recent & 0xFF, class * 8 + (uint32_t)depth,
    (uint32_t)(model->recent >> 8) & 0xFF,
  };
  closs_mix_inputs(model, shape, bit, rows, node);
}

CLOSS_INLINE void closs_learn(closs_adaptive *model, closs_shape shape, closs_bit *bit, int value) {
  const closs_tables *tables = &model->tables;
  int target = value ? CLOSS_ONE - 1 : 0;
  for (int i = 0; i < 2; i++) closs_refined_learn(bit->refined[i], value);
  for (int set = 0; set < shape.sets; set++) {
    int error = target - closs_squash(tables, bit->logits[set]);
    closs_train(bit->inputs, bit->weights[set], shape.inputs,
                closs_clamp((error * model->rate) >> 4, INT16_MAX));
    bit->final_weights[set] += (bit->logits[set] * (target - bit->mixed)) >> 5;
  }
  for (int i = 0; i < shape.contexts + 2; i++) {
    *bit->cells[i] = closs_cell_learn(tables, *bit->cells[i], value, 255);
    *bit->nodes[i] = tables->next[*bit->nodes[i]][value];
  }
  for (int i = 0; i < shape.matches; i++) {
    closs_cell *cell = bit->match_cells[i];
    if (cell) *cell = closs_cell_learn(tables, *cell, value == bit->expected_bits[i], 1023);
  }
}

#endif
