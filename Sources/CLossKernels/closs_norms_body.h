// Norms: forward, then backward.

#include "closs_norms_forward.h"
#include "closs_norms_backward.h"
