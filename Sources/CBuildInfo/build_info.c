#include "CBuildInfo.h"

#ifndef ADDRSPACE_COMMIT
#define ADDRSPACE_COMMIT ""
#endif

const char *addrspace_commit(void) { return ADDRSPACE_COMMIT; }
