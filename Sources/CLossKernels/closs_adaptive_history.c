// What a node remembers of the bits it has seen: a byte that stands for two bounded counts and the
// latest bit.
//
// The counts are of zeros and ones. When one of them grows, a large other one shrinks, since the
// latest bits tell most; how likely a one is after each history is not assumed but learned, by one
// cell per history and context. Histories are numbered by the sum of their counts, so that the
// number itself says which of two nodes is worth more; 0 is the empty history.

#include <string.h>

#include "closs_adaptive_logistic.h"

enum { LARGEST_RUN = 41, SMALLER_COUNTS = 7 };

// The larger count that is still told apart, by the smaller count; together 243 histories.
static const int largest_count[SMALLER_COUNTS] = {LARGEST_RUN, 24, 10, 6, 6, 6, 6};

// What remains of a count when the other bit is seen.
static const int remaining[9] = {0, 1, 1, 2, 2, 2, 3, 3, 3};

typedef struct {
  int counts[2];
  int latest;
} history;

static bool is_kept(int zeros, int ones) {
  int smaller = zeros < ones ? zeros : ones;
  int larger = zeros < ones ? ones : zeros;
  return smaller < SMALLER_COUNTS && larger <= largest_count[smaller];
}

static history after(history state, int bit) {
  int other = state.counts[1 - bit];
  state.counts[1 - bit] = other > 25 ? 4 : remaining[other > 8 ? 8 : other];
  state.counts[bit]++;
  state.latest = bit;
  while (!is_kept(state.counts[0], state.counts[1])) {
    state.counts[state.counts[1] > state.counts[0]]--;
  }
  return state;
}

// Numbers the histories by ascending sum; `numbers` is by zeros, ones and latest bit.
static int enumerate(history *states, uint8_t numbers[LARGEST_RUN + 1][LARGEST_RUN + 1][2]) {
  int count = 0;
  for (int sum = 0; sum <= LARGEST_RUN; sum++) {
    for (int zeros = 0; zeros <= sum; zeros++) {
      int ones = sum - zeros;
      if (!is_kept(zeros, ones)) continue;
      for (int latest = 0; latest < 2; latest++) {
        // Where only one bit was seen it was also the latest; both indices mean one history.
        bool mixed = zeros > 0 && ones > 0;
        if (!mixed && latest == 1) {
          numbers[zeros][ones][1] = numbers[zeros][ones][0];
          continue;
        }
        numbers[zeros][ones][latest] = (uint8_t)count;
        states[count++] = (history){{zeros, ones}, latest};
      }
    }
  }
  return count;
}

void closs_build_histories(closs_tables *tables) {
  history states[256];
  uint8_t numbers[LARGEST_RUN + 1][LARGEST_RUN + 1][2];
  int count = enumerate(states, numbers);
  for (int number = 0; number < count; number++) {
    const int *counts = states[number].counts;
    for (int bit = 0; bit < 2; bit++) {
      history next = after(states[number], bit);
      tables->next[number][bit] = numbers[next.counts[0]][next.counts[1]][next.latest];
    }
    // (ones + 0.3) / (zeros + ones + 0.6)
    tables->prior[number] =
        (uint16_t)((CLOSS_ONE - 1) * (10 * counts[1] + 3) / (10 * (counts[0] + counts[1]) + 6));
  }
}
