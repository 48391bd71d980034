#include "closs_sha256.h"
