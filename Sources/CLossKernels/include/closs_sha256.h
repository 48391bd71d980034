#ifndef CLOSS_SHA256_H
#define CLOSS_SHA256_H

#include <stddef.h>
#include <stdint.h>

#endif
