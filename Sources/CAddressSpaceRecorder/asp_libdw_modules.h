#ifndef ASP_LIBDW_MODULES_H
#define ASP_LIBDW_MODULES_H

#include <elfutils/libdwfl.h>

#include "asp_unwinder.h"

/* A module's memory that stands for its file. */
struct asp_image {
  struct asp_image *next;
  uint8_t bytes[];
};

/* What the callbacks of one walk need; see asp_unwind_libdw.c. */
struct asp_libdw_step;

enum { ASP_KNOWN_ADDRESSES = 256 };

struct asp_libdw_state {
  struct asp_unwinder *unwinder;
  Dwfl *dwfl;
  Elf *header; /* of no file: says which processor */
  union {
    Elf32_Ehdr narrow;
    Elf64_Ehdr wide;
    char bytes[sizeof(Elf64_Ehdr)];
  } header_bytes;
  struct asp_image *images;
  struct asp_libdw_step *step;
  /* Addresses that have call frame information. */
  uint64_t known[ASP_KNOWN_ADDRESSES];
};

/* How libdw gets at the files of a process: without names, debug files or the network. */
extern const Dwfl_Callbacks asp_libdw_module_callbacks;

/* Tells libdw of all modules of the unwinder's code; those it knows it keeps. */
void asp_libdw_report(struct asp_libdw_state *state);

#endif
