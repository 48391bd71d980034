// Merging the tokens of one piece: by scanning, by a heap, and by lists of equal rank.

#include "closs_byte_pairs.h"

#include <string.h>

// MARK: - Scanning

// Quadratic, and the fastest for few symbols. `ranks` are those of neighbours.
PAIR_INLINE size_t scan(
    const closs_byte_pairs *pairs, uint32_t *ids, uint32_t *ranks, size_t count, size_t least,
    uint64_t *work) {
  size_t steps = count;
  while (count > least) {
    uint32_t lowest = CLOSS_NO_ID;
    size_t at = 0;
    for (size_t i = 0; i + 1 < count; i++) {
      at = ranks[i] < lowest ? i : at;
      lowest = ranks[i] < lowest ? ranks[i] : lowest;
    }
    steps += count;
    if (lowest == CLOSS_NO_ID) break;
    ids[at] = merge_result(pairs, lowest);
    count--;
    for (size_t i = at + 1; i < count; i++) {
      ids[i] = ids[i + 1];
      ranks[i - 1] = ranks[i];
    }
    if (at + 1 < count) ranks[at] = pair_rank(pairs, ids[at], ids[at + 1]);
    if (at > 0) ranks[at - 1] = pair_rank(pairs, ids[at - 1], ids[at]);
  }
  *work += steps;
  return count;
}

size_t closs_merge_scanning(
    const closs_byte_pairs *pairs, uint32_t *ids, size_t count, size_t least, uint64_t *work) {
  uint32_t ranks[SCANNED_MOST + 1];
  for (size_t i = 0; i + 1 < count; i++) ranks[i] = pair_rank(pairs, ids[i], ids[i + 1]);
  return scan(pairs, ids, ranks, count, least, work);
}

size_t closs_merge_bytes(
    const closs_byte_pairs *pairs, const uint8_t *bytes, uint32_t *ids, size_t count, size_t least,
    uint64_t *work) {
  if (pairs->first_ranks == NULL) return closs_merge_scanning(pairs, ids, count, least, work);
  uint32_t ranks[SCANNED_MOST + 1];
  for (size_t i = 0; i + 1 < count; i++) {
    ranks[i] = pairs->first_ranks[(size_t)bytes[i] << 8 | bytes[i + 1]];
  }
  return scan(pairs, ids, ranks, count, least, work);
}

// MARK: - Symbols in a list

// A symbol's place stays that of its first byte; the list skips the places merged away.
typedef struct {
  uint32_t *ids, *ranks;  // a symbol's id, and the rank at which it merges with the next
  uint32_t *next, *previous;
} symbol_list;

static const uint32_t no_place = UINT32_MAX;

static symbol_list symbols_in(
    const closs_byte_pairs *pairs, uint32_t *memory, const uint32_t *ids, size_t count) {
  const symbol_list list = {memory, memory + count, memory + 2 * count, memory + 3 * count};
  memcpy(list.ids, ids, count * sizeof *ids);
  for (size_t i = 0; i < count; i++) {
    list.next[i] = i + 1 < count ? (uint32_t)i + 1 : no_place;
    list.previous[i] = i > 0 ? (uint32_t)i - 1 : no_place;
    list.ranks[i] = i + 1 < count ? pair_rank(pairs, ids[i], ids[i + 1]) : CLOSS_NO_ID;
  }
  return list;
}

// Takes the symbol after `place` out of the list, and gives `place` the id of both.
PAIR_INLINE void join(const symbol_list *list, uint32_t place, uint32_t result) {
  const uint32_t gone = list->next[place];
  const uint32_t after = list->next[gone];
  list->ids[place] = result;
  list->ranks[gone] = CLOSS_NO_ID;
  list->next[place] = after;
  if (after != no_place) list->previous[after] = place;
}

static size_t collect(const symbol_list *list, uint32_t *ids) {
  size_t count = 0;
  for (uint32_t place = 0; place != no_place; place = list->next[place]) {
    ids[count++] = list->ids[place];
  }
  return count;
}

// MARK: - Heap

// A heap of ranks and places; what an entry says may be out of date, so it is checked when taken.
typedef struct {
  uint64_t *entries;
  size_t count;
} rank_heap;

static void sift_down(const rank_heap *heap, size_t i) {
  const uint64_t entry = heap->entries[i];
  while (true) {
    size_t child = 2 * i + 1;
    if (child >= heap->count) break;
    if (child + 1 < heap->count && heap->entries[child + 1] < heap->entries[child]) child++;
    if (heap->entries[child] >= entry) break;
    heap->entries[i] = heap->entries[child];
    i = child;
  }
  heap->entries[i] = entry;
}

static void push(rank_heap *heap, uint32_t rank, uint32_t place) {
  const uint64_t entry = (uint64_t)rank << 32 | place;
  size_t i = heap->count++;
  while (i > 0 && heap->entries[(i - 1) / 2] > entry) {
    heap->entries[i] = heap->entries[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  heap->entries[i] = entry;
}

static uint64_t pop(rank_heap *heap) {
  const uint64_t entry = heap->entries[0];
  heap->entries[0] = heap->entries[--heap->count];
  if (heap->count > 0) sift_down(heap, 0);
  return entry;
}

PAIR_INLINE void look_up(
    const closs_byte_pairs *pairs, const symbol_list *list, rank_heap *heap, uint32_t place) {
  const uint32_t next = list->next[place];
  const uint32_t rank =
      next == no_place ? CLOSS_NO_ID : pair_rank(pairs, list->ids[place], list->ids[next]);
  list->ranks[place] = rank;
  if (rank != CLOSS_NO_ID) push(heap, rank, place);
}

size_t closs_merge_by_heap(
    const closs_byte_pairs *pairs, pair_scratch *scratch, uint32_t *ids, size_t count, size_t least,
    uint64_t *work) {
  // A merge takes one entry at least and adds two at most, and there are fewer than `count`.
  uint64_t *memory = closs_scratch(scratch, count * (2 * sizeof(uint64_t) + 4 * sizeof *ids));
  if (memory == NULL) return CLOSS_NO_MEMORY;
  const symbol_list list = symbols_in(pairs, (uint32_t *)(memory + 2 * count), ids, count);
  rank_heap heap = {memory, 0};
  for (size_t i = 0; i + 1 < count; i++) {
    if (list.ranks[i] != CLOSS_NO_ID) {
      heap.entries[heap.count++] = (uint64_t)list.ranks[i] << 32 | i;
    }
  }
  for (size_t i = heap.count / 2; i-- > 0;) sift_down(&heap, i);
  *work += count;
  size_t left = count;
  while (heap.count > 0 && left > least) {
    const uint64_t entry = pop(&heap);
    const uint32_t rank = (uint32_t)(entry >> 32), place = (uint32_t)entry;
    *work += 1;
    if (list.ranks[place] != rank) continue;
    join(&list, place, merge_result(pairs, rank));
    left--;
    look_up(pairs, &list, &heap, place);
    if (list.previous[place] != no_place) look_up(pairs, &list, &heap, list.previous[place]);
    *work += 2;
  }
  return collect(&list, ids);
}

// MARK: - Lists of equal rank

// For each rank the places whose pairs have it, in a list without order, and a bit whether there are
// any. New pairs rank above the one that made them, so that one pass upward over the bits suffices.
typedef struct {
  const closs_byte_pairs *pairs;
  symbol_list symbols;
  uint32_t *later, *earlier;  // of the same rank
  uint32_t *heads;            // of each rank
  uint64_t *bits;
} rank_lists;

PAIR_INLINE void enter(const rank_lists *lists, uint32_t place, uint32_t rank) {
  lists->symbols.ranks[place] = rank;
  if (rank == CLOSS_NO_ID) return;
  const uint64_t bit = 1ull << rank % 64;
  const uint32_t head = lists->bits[rank / 64] & bit ? lists->heads[rank] : no_place;
  lists->bits[rank / 64] |= bit;
  lists->later[place] = head;
  lists->earlier[place] = no_place;
  if (head != no_place) lists->earlier[head] = place;
  lists->heads[rank] = place;
}

PAIR_INLINE void leave(const rank_lists *lists, uint32_t place) {
  const uint32_t rank = lists->symbols.ranks[place];
  if (rank == CLOSS_NO_ID) return;
  const uint32_t later = lists->later[place], earlier = lists->earlier[place];
  if (later != no_place) lists->earlier[later] = earlier;
  if (earlier != no_place) {
    lists->later[earlier] = later;
  } else if (later != no_place) {
    lists->heads[rank] = later;
  } else {
    lists->bits[rank / 64] &= ~(1ull << rank % 64);
  }
}

PAIR_INLINE void enter_pair(const rank_lists *lists, uint32_t place) {
  const symbol_list *symbols = &lists->symbols;
  const uint32_t next = symbols->next[place];
  const uint32_t rank = next == no_place
      ? CLOSS_NO_ID
      : pair_rank(lists->pairs, symbols->ids[place], symbols->ids[next]);
  enter(lists, place, rank);
}

PAIR_INLINE void merge_at(const rank_lists *lists, uint32_t place, uint32_t rank) {
  const symbol_list *symbols = &lists->symbols;
  const uint32_t before = symbols->previous[place];
  leave(lists, place);
  leave(lists, symbols->next[place]);
  if (before != no_place) leave(lists, before);
  join(symbols, place, merge_result(lists->pairs, rank));
  enter_pair(lists, place);
  if (before != no_place) enter_pair(lists, before);
}

// Merges the pair at `place`. In a run of one token the leftmost pair comes first, and then the rest
// of the run; pairs of two different tokens do not touch each other.
static size_t merge_run(const rank_lists *lists, uint32_t place, uint32_t rank) {
  const symbol_list *symbols = &lists->symbols;
  const uint32_t id = symbols->ids[place];
  if (id != symbols->ids[symbols->next[place]]) {
    merge_at(lists, place, rank);
    return 1;
  }
  size_t merges = 0;
  while (symbols->previous[place] != no_place && symbols->ids[symbols->previous[place]] == id) {
    place = symbols->previous[place];
  }
  while (place != no_place && symbols->ranks[place] == rank) {
    merge_at(lists, place, rank);
    place = symbols->next[place];
    merges++;
  }
  return merges;
}

size_t closs_merge_by_rank(
    const closs_byte_pairs *pairs, pair_scratch *scratch, uint32_t *ids, size_t count,
    uint64_t *work) {
  const size_t words = pairs->rank_count / 64 + 1;
  const size_t size = words * sizeof(uint64_t) + (6 * count + pairs->rank_count) * sizeof *ids;
  uint64_t *bits = closs_scratch(scratch, size);
  if (bits == NULL) return CLOSS_NO_MEMORY;
  memset(bits, 0, words * sizeof *bits);
  uint32_t *const rest = (uint32_t *)(bits + words);
  const rank_lists lists = {
    .pairs = pairs,
    .symbols = symbols_in(pairs, rest, ids, count),
    .later = rest + 4 * count,
    .earlier = rest + 5 * count,
    .heads = rest + 6 * count,
    .bits = bits,
  };
  // Backward, so that each list begins with its leftmost place and memory is passed in order.
  for (size_t i = count - 1; i-- > 0;) enter(&lists, (uint32_t)i, lists.symbols.ranks[i]);
  *work += count;
  for (size_t word = 0; word < words; word++) {
    while (bits[word] != 0) {
      const uint32_t rank = (uint32_t)(64 * word) + (uint32_t)__builtin_ctzll(bits[word]);
      *work += 2 * merge_run(&lists, lists.heads[rank], rank);
    }
  }
  return collect(&lists.symbols, ids);
}
