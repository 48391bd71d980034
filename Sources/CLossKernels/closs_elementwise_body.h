// One loop for each function; the last lanes go through vectors filled with zeros, so that a
// number's result does not depend on where it stands.

#include "closs_vector_math.h"
#include "closs_vector_math_double.h"

#define CLOSS_EACH_FLOATS(function)                                                        \
  do {                                                                                     \
    size_t i = 0;                                                                          \
    for (; i + VF_LANES <= count; i += VF_LANES) vf_store(y + i, function(vf_load(x + i))); \
    if (i < count) vf_store_first(y + i, function(vf_load_first(x + i, count - i)), count - i); \
  } while (0)

#define CLOSS_EACH_DOUBLES(function)                                                       \
  do {                                                                                     \
    size_t i = 0;                                                                          \
    for (; i + VD_LANES <= count; i += VD_LANES) vd_store(y + i, function(vd_load(x + i))); \
    if (i < count) vd_store_first(y + i, function(vd_load_first(x + i, count - i)), count - i); \
  } while (0)

static void CLOSS_NAME(apply_floats)(closs_function function, const float *x, size_t count,
                                     float *y) {
  switch (function) {
    case CLOSS_EXP: CLOSS_EACH_FLOATS(vf_exp); break;
    case CLOSS_LOG: CLOSS_EACH_FLOATS(vf_log); break;
    case CLOSS_TANH: CLOSS_EACH_FLOATS(vf_tanh); break;
    case CLOSS_LOGISTIC: CLOSS_EACH_FLOATS(vf_sigmoid); break;
    case CLOSS_ERF: CLOSS_EACH_FLOATS(vf_erf); break;
  }
}

static void CLOSS_NAME(apply_doubles)(closs_function function, const double *x, size_t count,
                                      double *y) {
  switch (function) {
    case CLOSS_EXP: CLOSS_EACH_DOUBLES(vd_exp); break;
    case CLOSS_LOG: CLOSS_EACH_DOUBLES(vd_log); break;
    case CLOSS_TANH: CLOSS_EACH_DOUBLES(vd_tanh); break;
    case CLOSS_LOGISTIC:
    case CLOSS_ERF: break;
  }
}

#undef CLOSS_EACH_FLOATS
#undef CLOSS_EACH_DOUBLES
