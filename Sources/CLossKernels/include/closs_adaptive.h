#ifndef CLOSS_ADAPTIVE_H
#define CLOSS_ADAPTIVE_H
#include <stddef.h>
#include <stdint.h>
typedef struct closs_adaptive closs_adaptive;
closs_adaptive *closs_adaptive_create(size_t memory_bytes, int effort);
size_t closs_adaptive_minimum_memory(int effort);
size_t closs_adaptive_memory(const closs_adaptive *model);
void closs_adaptive_destroy(closs_adaptive *model);
void closs_adaptive_reset(closs_adaptive *model);
void closs_adaptive_score(closs_adaptive *model, const uint8_t *bytes, size_t count, double *nats);
void closs_adaptive_distribution(closs_adaptive *model, double probabilities[256]);
double closs_natural_log(double x);
#endif
