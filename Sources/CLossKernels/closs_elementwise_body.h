// One loop for each function.

#include "closs_each.h"
#include "closs_vector_math.h"
#include "closs_vector_math_double.h"

static void CLOSS_NAME(apply_floats)(closs_function function, const float *x, size_t count,
                                     float *y) {
  switch (function) {
    case CLOSS_EXP: CLOSS_EACH_FLOAT(vf_exp); break;
    case CLOSS_LOG: CLOSS_EACH_FLOAT(vf_log); break;
    case CLOSS_TANH: CLOSS_EACH_FLOAT(vf_tanh); break;
    case CLOSS_LOGISTIC: CLOSS_EACH_FLOAT(vf_sigmoid); break;
    case CLOSS_ERF: CLOSS_EACH_FLOAT(vf_erf); break;
  }
}

static void CLOSS_NAME(apply_doubles)(closs_function function, const double *x, size_t count,
                                      double *y) {
  switch (function) {
    case CLOSS_EXP: CLOSS_EACH_DOUBLE(vd_exp); break;
    case CLOSS_LOG: CLOSS_EACH_DOUBLE(vd_log); break;
    case CLOSS_TANH: CLOSS_EACH_DOUBLE(vd_tanh); break;
    case CLOSS_LOGISTIC:
    case CLOSS_ERF: break;
  }
}
