// Logarithms of doubles, with the same bits on every processor.

#ifndef CLOSS_NATURAL_LOG_H
#define CLOSS_NATURAL_LOG_H

// The natural logarithm within one unit in the last place: -infinity at 0, not a number below.
double closs_natural_log(double x);

// The natural logarithm of 1 + x for x >= 0 within three units in the last place, however small x.
double closs_natural_log_1p(double x);

#endif
