#ifndef ASP_UNWIND_TABLE_H
#define ASP_UNWIND_TABLE_H

#include "asp_unwinder.h"

/* The sorted table of .eh_frame_hdr, as a process has it in memory. */
struct asp_unwind_table {
  uint64_t header;  /* what its entries are relative to */
  uint64_t entries; /* pairs of 32-bit numbers */
  uint64_t count;
};

/* Finds it by the ELF headers in memory, for 64-bit modules; false where there is none. */
bool asp_unwind_table_find(struct asp_pages *pages, const struct asp_module *module,
                           struct asp_unwind_table *out);

#endif
