#include "closs_adaptive.h"
size_t closs_adaptive_minimum_memory(int effort) { (void)effort; return 1u<<20; }
size_t closs_adaptive_memory(const closs_adaptive *m) { (void)m; return 1u<<20; }
void closs_adaptive_distribution(closs_adaptive *m, double p[256]) { (void)m; for (int i=0;i<256;i++) p[i]=1.0/256; }
