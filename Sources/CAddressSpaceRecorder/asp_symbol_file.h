#ifndef ASP_SYMBOL_FILE_H
#define ASP_SYMBOL_FILE_H

#include <elfutils/libdwfl.h>

#include "asp_symbols.h"

enum { ASP_MOST_TEXTS = 256 };

struct asp_symbols {
  int fd;
  char *path;
  Dwfl *dwfl;
  Dwfl_Module *module;
  char *build_id;
  /* What the last look-up gave, for free(). */
  char *texts[ASP_MOST_TEXTS];
  size_t text_count;
};

/* Keeps a text until the next look-up; takes it over. NULL where it is NULL. */
const char *asp_symbols_keep(struct asp_symbols *symbols, char *text);

/* Finds the separate debug file of a module by build id, then by the link in the file; never in the
   network. */
int asp_find_debug_file(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                        const char *file_name, const char *link, GElf_Word checksum,
                        char **debug_file_name);

/* The functions that were inlined at an address, innermost first, and the one that they are in:
   scopes[0] is the innermost. Returns how many, 0 where there is no information. `unit` gets the
   compilation unit, `bias` what to subtract from addresses. */
size_t asp_find_scopes(Dwfl_Module *module, uint64_t address, Dwarf_Die *unit, Dwarf_Addr *bias,
                       Dwarf_Die *scopes, size_t capacity);

#endif
