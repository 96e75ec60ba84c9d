#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdbool.h>

#include "asp_symbol_file.h"

/* libdw's own search recurses as deep as a file tells it to, and follows siblings that lead back. */
enum {
  DEEPEST = 64,
  MOST_ENTRIES = 1 << 22,
};

/* The compilation unit that holds an address. Not all compilers write the table of them. */
static Dwarf_Die *find_unit(Dwfl_Module *module, uint64_t address, Dwarf_Addr *bias) {
  Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);
  if (unit) return unit;
  while ((unit = dwfl_module_nextcu(module, unit, bias))) {
    if (dwarf_haspc(unit, address - *bias) > 0) return unit;
  }
  return NULL;
}

/* What has no addresses of its own, and may hold functions. */
static bool is_namespace(int tag) {
  switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
      return true;
    default:
      return false;
  }
}

static bool is_function(int tag) {
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

/* What a function may be made of. */
static bool is_code(int tag) {
  return is_function(tag) || tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
         tag == DW_TAG_catch_block;
}

/* The first of the entry and the siblings after it that holds the address. */
static bool find_code(Dwarf_Die *entry, Dwarf_Addr address, int *budget) {
  do {
    if (is_code(dwarf_tag(entry)) && dwarf_haspc(entry, address) > 0) return true;
  } while (--*budget > 0 && dwarf_siblingof(entry, entry) == 0);
  return false;
}

/* The outermost function that holds the address: `path[0]` is the first entry to look at. */
static bool find_function(Dwarf_Die *path, Dwarf_Addr address, Dwarf_Die *out, int *budget) {
  int depth = 0;
  while (--*budget > 0) {
    Dwarf_Die *entry = &path[depth];
    int tag = dwarf_tag(entry);
    if (tag == DW_TAG_subprogram && dwarf_haspc(entry, address) > 0) {
      *out = *entry;
      return true;
    }
    if (is_namespace(tag) && depth + 1 < DEEPEST && dwarf_child(entry, entry + 1) == 0) {
      depth++;
      continue;
    }
    while (dwarf_siblingof(&path[depth], &path[depth]) != 0) {
      if (depth-- == 0 || --*budget <= 0) return false;
    }
  }
  return false;
}

/* Adds to `found` the functions in the function that hold the address, from the outside. */
static size_t descend(Dwarf_Die function, Dwarf_Addr address, Dwarf_Die *found, int *budget) {
  size_t count = 0;
  Dwarf_Die entry = function, child;
  found[count++] = function;
  for (int depth = 0; depth < DEEPEST; depth++) {
    if (dwarf_child(&entry, &child) != 0 || !find_code(&child, address, budget)) break;
    entry = child;
    /* A function in a function is not inlined in it, and what was found before is its parent. */
    if (dwarf_tag(&entry) == DW_TAG_subprogram) count = 0;
    if (is_function(dwarf_tag(&entry))) found[count++] = entry;
  }
  return count;
}

size_t asp_find_scopes(Dwfl_Module *module, uint64_t address, Dwarf_Die *unit, Dwarf_Addr *bias,
                       Dwarf_Die *scopes, size_t capacity) {
  int budget = MOST_ENTRIES;
  Dwarf_Die path[DEEPEST], found[DEEPEST + 1], function;
  Dwarf_Die *holder = find_unit(module, address, bias);
  if (!holder) return 0;
  *unit = *holder;
  if (dwarf_child(unit, &path[0]) != 0) return 0;
  if (!find_function(path, address - *bias, &function, &budget)) return 0;
  size_t count = descend(function, address - *bias, found, &budget);
  size_t written = 0;
  while (written < count && written < capacity) {
    scopes[written] = found[count - 1 - written];
    written++;
  }
  return written;
}
