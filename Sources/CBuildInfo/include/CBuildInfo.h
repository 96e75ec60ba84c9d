#ifndef ADDRSPACE_BUILD_INFO_H
#define ADDRSPACE_BUILD_INFO_H

/// The commit that the binary was built from, empty where it was not built from a checkout.
const char *addrspace_commit(void);

#endif
