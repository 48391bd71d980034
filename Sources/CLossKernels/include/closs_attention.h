// Causal self-attention, forward and backward, in tiles.
//
// For each query row i of a head, with the keys j that it sees,
//
//   s_ij = scale · Σ_c q_ic k_jc      p_ij = exp(s_ij - L_i)      L_i = ln Σ_j exp(s_ij)
//   o_ic = Σ_j p_ij v_jc
//
// Sixty-four query rows meet 64 keys at a time; the largest score so far and the sums are carried
// from one tile of keys to the next (Dao and others, arXiv:2205.14135), so memory does not
// grow with the square of the length.

#ifndef CLOSS_ATTENTION_H
#define CLOSS_ATTENTION_H

#include <stdbool.h>
#include <stddef.h>

#include "closs_variant.h"

enum {
  CLOSS_ATTENTION_ROWS = 64,  // query rows of a tile, four vectors
  CLOSS_ATTENTION_KEYS = 64,  // keys of a tile; tiles begin at multiples of it
  CLOSS_ATTENTION_CHUNK_TILES = 8,  // tiles of query rows of a chunk of the backward pass
};

// What is computed. The query heads of a group share one key head; a row of a group is a position
// with one of these heads, heads fastest.
typedef struct closs_attention_shape {
  size_t batch;      // B
  size_t queries;    // T, the last of the keys' positions
  size_t keys;       // S, at least T where causal
  size_t key_heads;  // G
  size_t group;      // query heads of a key head
  size_t head_size;  // d
  bool causal;       // key j is visible to position i only if j <= i
  size_t window;     // and only if i < j + window; at least 1, without effect unless causal
  float scale;
} closs_attention_shape;

// A tensor (B, position, head, d): where it starts and the distances of batch elements, positions
// and heads, in floats. The d numbers of a head are contiguous.
typedef struct closs_attention_tensor {
  float *start;
  size_t batch, position, head;
} closs_attention_tensor;

// What the forward pass reads and writes, and the backward pass reads; then what the backward pass
// reads beside and the gradients that it adds into. Log-sum-exps are (B, H, T).
typedef struct closs_attention_tensors {
  closs_attention_tensor q, k, v, o;
  float *log_sum_exp;
  closs_attention_tensor d_o, dq, dk, dv;
} closs_attention_tensors;

// MARK: - Forward

// Blocks of work: tiles of query rows of a key head of a batch element.
size_t closs_attention_block_count(closs_attention_shape shape);

// Floats of scratch memory that a block needs.
size_t closs_attention_forward_scratch(closs_attention_shape shape);

// One block: writes its rows of o and of the log-sum-exps.
void closs_attention_forward(
    closs_variant variant, closs_attention_shape shape, closs_attention_tensors x, size_t block,
    float *scratch);

// MARK: - Backward

// Chunks of query rows of a key head, and floats that one needs: for its share of the gradients of
// keys and values, and as scratch memory.
size_t closs_attention_chunk_count(closs_attention_shape shape);
size_t closs_attention_backward_sums(closs_attention_shape shape);
size_t closs_attention_backward_scratch(closs_attention_shape shape);

// One chunk of a key head, `head` of all B G: adds into its rows of dq, and leaves its share of dk
// and dv in `sums`.
void closs_attention_backward(
    closs_variant variant, closs_attention_shape shape, closs_attention_tensors x, size_t head,
    size_t chunk, float *sums, float *scratch);

// Adds a chunk's share into dk and dv; to be called in the order of the chunks.
void closs_attention_backward_add(
    closs_variant variant, closs_attention_shape shape, closs_attention_tensors x, size_t head,
    size_t chunk, const float *sums);

#endif
