// A function of every number of an array: y[i] = function(x[i]) for `count` numbers.
//
// The last lanes go through a vector filled with zeros, so that a number's result does not depend
// on where it stands. `y` may be `x`.

#ifndef CLOSS_EACH_H
#define CLOSS_EACH_H

#define CLOSS_EACH_FLOAT(function)                                                                 \
  do {                                                                                             \
    size_t i = 0;                                                                                  \
    for (; i + VF_LANES <= count; i += VF_LANES) vf_store(y + i, function(vf_load(x + i)));        \
    if (i < count) vf_store_first(y + i, function(vf_load_first(x + i, count - i)), count - i);    \
  } while (0)

#define CLOSS_EACH_DOUBLE(function)                                                                \
  do {                                                                                             \
    size_t i = 0;                                                                                  \
    for (; i + VD_LANES <= count; i += VD_LANES) vd_store(y + i, function(vd_load(x + i)));        \
    if (i < count) vd_store_first(y + i, function(vd_load_first(x + i, count - i)), count - i);    \
  } while (0)

#endif
