#ifndef ASP_SYMBOLS_H
#define ASP_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

/* The symbols of one ELF file, from its tables, its debug information, a separate debug file or
   .gnu_debugdata. */
struct asp_symbols;

struct asp_symbol {
  const char *function; /* demangled (C++, Rust; Swift's stays mangled); NULL where unknown */
  const char *file;     /* NULL where unknown */
  int line;             /* 0 where unknown */
  int is_inlined;       /* into the next one */
};

/* Opens the ELF file behind `fd`, which stays the caller's and may be closed; `path` is for finding
   its separate debug file. 0 or -errno (-ENOEXEC: no ELF file). */
int asp_symbols_open(int fd, const char *path, struct asp_symbols **out);

/* The build id in hexadecimal, or NULL. Lives as long as `symbols`. */
const char *asp_symbols_build_id(const struct asp_symbols *symbols);

/* The address as linked of what lies at `offset` of the file; 0 or -ENOENT. */
int asp_symbols_address(const struct asp_symbols *symbols, uint64_t offset, uint64_t *out);

/* The address as linked of a symbol of the file's own tables; 0 or -ENOENT. */
int asp_symbols_find(const struct asp_symbols *symbols, const char *name, uint64_t *out);

/* What is known of an address as linked, innermost inlined function first. Returns how many were
   written, at most `capacity`. The texts live until the next call with the same `symbols`. */
size_t asp_symbols_lookup(struct asp_symbols *symbols, uint64_t address, struct asp_symbol *out,
                          size_t capacity);

void asp_symbols_close(struct asp_symbols *symbols);

#endif
