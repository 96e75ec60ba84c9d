#define _GNU_SOURCE
#include "asp_symbols.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asp_demangle.h"
#include "asp_symbol_file.h"

static int find_elf(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                    char **file_name, Elf **elf) {
  (void)module, (void)name, (void)base;
  struct asp_symbols *symbols = *userdata;
  int fd = symbols->fd;
  /* Read rather than mapped: who shortens the file must not end us. libdw closes it. */
  *elf = elf_begin(fd, ELF_C_READ, NULL);
  *file_name = strdup(symbols->path);
  symbols->fd = -1;
  return fd;
}

static const Dwfl_Callbacks callbacks = {
    .find_elf = find_elf,
    .find_debuginfo = asp_find_debug_file,
};

/* From the first loaded byte to the last, by whole pages: at them libdw finds the file as linked. */
static bool find_extent(Elf *elf, uint64_t *start, uint64_t *end) {
  size_t count;
  *start = UINT64_MAX;
  *end = 0;
  if (elf_getphdrnum(elf, &count) != 0) return false;
  for (size_t i = 0; i < count; i++) {
    GElf_Phdr part;
    if (!gelf_getphdr(elf, (int)i, &part) || part.p_type != PT_LOAD) continue;
    uint64_t top;
    if (__builtin_add_overflow(part.p_vaddr, part.p_memsz, &top)) return false;
    if (part.p_align > 1) part.p_vaddr &= -part.p_align;
    if (part.p_vaddr < *start) *start = part.p_vaddr;
    if (top > *end) *end = top;
  }
  return *start < *end;
}

static char *hexadecimal(const uint8_t *bytes, size_t size) {
  char *text = malloc(2 * size + 1);
  if (!text) return NULL;
  for (size_t i = 0; i < size; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
  return text;
}

/* Looks at the file as such, before libdw does. */
static int look_at(struct asp_symbols *symbols, uint64_t *start, uint64_t *end) {
  elf_version(EV_CURRENT);
  Elf *elf = elf_begin(symbols->fd, ELF_C_READ, NULL);
  GElf_Ehdr header;
  bool is_fit = elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) &&
                (header.e_type == ET_EXEC || header.e_type == ET_DYN) &&
                find_extent(elf, start, end);
  const void *id;
  ssize_t size = is_fit ? dwelf_elf_gnu_build_id(elf, &id) : 0;
  if (size > 0 && size <= 64) symbols->build_id = hexadecimal(id, (size_t)size);
  if (elf) elf_end(elf);
  return is_fit ? 0 : -ENOEXEC;
}

static int report(struct asp_symbols *symbols, uint64_t start, uint64_t end) {
  symbols->dwfl = dwfl_begin(&callbacks);
  if (!symbols->dwfl) return -ENOMEM;
  symbols->module = dwfl_report_module(symbols->dwfl, "", start, end);
  if (!symbols->module) return -ENOEXEC;
  void **userdata = NULL;
  dwfl_module_info(symbols->module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
  *userdata = symbols;
  dwfl_report_end(symbols->dwfl, NULL, NULL);
  GElf_Addr bias;
  return dwfl_module_getelf(symbols->module, &bias) ? 0 : -ENOEXEC;
}

int asp_symbols_open(int fd, const char *path, struct asp_symbols **out) {
  struct asp_symbols *symbols = calloc(1, sizeof *symbols);
  if (!symbols) return -ENOMEM;
  uint64_t start, end;
  symbols->path = strdup(path);
  symbols->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  int error = symbols->fd < 0 ? -errno : symbols->path ? 0 : -ENOMEM;
  if (!error) error = look_at(symbols, &start, &end);
  if (!error) error = report(symbols, start, end);
  if (error) {
    asp_symbols_close(symbols);
    return error;
  }
  *out = symbols;
  return 0;
}

static void forget_texts(struct asp_symbols *symbols) {
  while (symbols->text_count > 0) free(symbols->texts[--symbols->text_count]);
}

void asp_symbols_close(struct asp_symbols *symbols) {
  if (!symbols) return;
  if (symbols->dwfl) dwfl_end(symbols->dwfl);
  if (symbols->fd >= 0) close(symbols->fd);
  forget_texts(symbols);
  free(symbols->build_id);
  free(symbols->path);
  free(symbols);
}

const char *asp_symbols_build_id(const struct asp_symbols *symbols) { return symbols->build_id; }

int asp_symbols_address(const struct asp_symbols *symbols, uint64_t offset, uint64_t *out) {
  GElf_Addr bias;
  size_t count = 0;
  Elf *elf = dwfl_module_getelf(symbols->module, &bias);
  if (!elf || elf_getphdrnum(elf, &count) != 0) return -ENOENT;
  for (size_t i = 0; i < count; i++) {
    GElf_Phdr part;
    if (!gelf_getphdr(elf, (int)i, &part) || part.p_type != PT_LOAD) continue;
    if (offset < part.p_offset || offset - part.p_offset >= part.p_filesz) continue;
    *out = offset - part.p_offset + part.p_vaddr;
    return 0;
  }
  return -ENOENT;
}

const char *asp_symbols_keep(struct asp_symbols *symbols, char *text) {
  if (!text) return NULL;
  if (symbols->text_count == ASP_MOST_TEXTS) {
    free(text);
    return NULL;
  }
  symbols->texts[symbols->text_count++] = text;
  return text;
}

/* Demangled where it is mangled. */
static const char *readable(struct asp_symbols *symbols, const char *name) {
  if (!name) return NULL;
  const char *demangled = asp_symbols_keep(symbols, asp_demangle(name));
  return demangled ? demangled : name;
}

static const char *text_of(Dwarf_Die *entry, unsigned name) {
  Dwarf_Attribute attribute;
  return dwarf_formstring(dwarf_attr_integrate(entry, name, &attribute));
}

static const char *table_name(struct asp_symbols *symbols, uint64_t address) {
  GElf_Off offset;
  GElf_Sym symbol;
  return dwfl_module_addrinfo(symbols->module, address, &offset, &symbol, NULL, NULL, NULL);
}

/* Whether it says more than a name: C++'s, Rust's and Swift's do, C's are only aliases. */
static bool is_mangled(const char *symbol) {
  return strncmp(symbol, "_Z", 2) == 0 || strncmp(symbol, "_R", 2) == 0 ||
         strncmp(symbol, "$s", 2) == 0 || strncmp(symbol, "$S", 2) == 0;
}

/* Whether a unit is of a language that does not mangle. */
static bool is_plain(Dwarf_Die *unit) {
  switch (dwarf_srclang(unit)) {
    case DW_LANG_C:
    case DW_LANG_C89:
    case DW_LANG_C99:
    case DW_LANG_C11:
      return true;
    default:
      return false;
  }
}

/* The mangled name of a function has its namespaces and parameters. Where the debug information
   has none, as for what is private to a file, the tables have: they are long to search. */
static const char *function_name(struct asp_symbols *symbols, Dwarf_Die *unit, Dwarf_Die *function,
                                 uint64_t address) {
  const char *name = text_of(function, DW_AT_name);
  if (name && is_plain(unit)) return name;
  const char *symbol = text_of(function, DW_AT_linkage_name);
  if (!symbol) symbol = text_of(function, DW_AT_MIPS_linkage_name);
  if (symbol && is_mangled(symbol)) return readable(symbols, symbol);
  if (dwarf_tag(function) == DW_TAG_inlined_subroutine) return name;
  symbol = table_name(symbols, address);
  if (symbol && (!name || (is_mangled(symbol) && strstr(symbol, name)))) {
    return readable(symbols, symbol);
  }
  return name;
}

/* With the folder where it was compiled, where the name does not say. */
static const char *file_name(struct asp_symbols *symbols, Dwarf_Die *unit, const char *name) {
  const char *folder = name && name[0] != '/' ? text_of(unit, DW_AT_comp_dir) : NULL;
  if (!folder) return name;
  char *joined = NULL;
  if (asprintf(&joined, "%s/%s", folder, name) < 0) return name;
  const char *kept = asp_symbols_keep(symbols, joined);
  return kept ? kept : name;
}

static void set_line(struct asp_symbols *symbols, Dwarf_Die *unit, Dwarf_Addr address,
                     struct asp_symbol *out) {
  Dwarf_Line *line = dwarf_getsrc_die(unit, address);
  if (!line) return;
  out->file = file_name(symbols, unit, dwarf_linesrc(line, NULL, NULL));
  dwarf_lineno(line, &out->line);
}

/* Where an inlined function was called from is written in itself. */
static void set_call_line(struct asp_symbols *symbols, Dwarf_Die *unit, Dwarf_Die *inlined,
                          struct asp_symbol *out) {
  Dwarf_Attribute attribute;
  Dwarf_Word number;
  Dwarf_Files *files;
  size_t count;
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &number) == 0) {
    out->line = (int)number;
  }
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &number) == 0 &&
      dwarf_getsrcfiles(unit, &files, &count) == 0 && number < count) {
    out->file = file_name(symbols, unit, dwarf_filesrc(files, number, NULL, NULL));
  }
}

size_t asp_symbols_lookup(struct asp_symbols *symbols, uint64_t address, struct asp_symbol *out,
                          size_t capacity) {
  enum { MOST_SCOPES = 64 };
  Dwarf_Die unit = {0}, scopes[MOST_SCOPES];
  Dwarf_Addr bias = 0;
  forget_texts(symbols);
  if (capacity == 0) return 0;
  if (capacity > MOST_SCOPES) capacity = MOST_SCOPES;
  size_t count = asp_find_scopes(symbols->module, address, &unit, &bias, scopes, capacity);
  out[0] = (struct asp_symbol){0};
  if (unit.addr) set_line(symbols, &unit, address - bias, &out[0]);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) {
      out[i] = (struct asp_symbol){0};
      set_call_line(symbols, &unit, &scopes[i - 1], &out[i]);
    }
    out[i].function = function_name(symbols, &unit, &scopes[i], address);
    out[i].is_inlined = dwarf_tag(&scopes[i]) == DW_TAG_inlined_subroutine;
  }
  if (count > 0) return count;
  out[0].function = readable(symbols, table_name(symbols, address));
  return out[0].function || out[0].file;
}
