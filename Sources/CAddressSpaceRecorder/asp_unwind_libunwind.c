#include "asp_unwinder.h"
#include <errno.h>
static int o(struct asp_unwinder*u){(void)u;return -ENOTSUP;}
const struct asp_unwinder_operations asp_libunwind_operations={o,0,0,0};
