// Included once for each instruction set.

#include "closs_vector_math.h"
#include "closs_transpose.h"
#include "closs_tile_product.h"
#include "closs_attention_rows.h"
#include "closs_attention_products.h"
#include "closs_attention_softmax.h"
#include "closs_attention_forward.h"
#include "closs_attention_backward.h"
