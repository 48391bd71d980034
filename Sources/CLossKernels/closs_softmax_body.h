// Softmax of rows, and losses of rows of logits.

#include "closs_vector_math.h"

#include "closs_softmax_rows.h"
#include "closs_cross_entropy_rows.h"
