#ifndef ASP_CODE_H
#define ASP_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* An ELF file, or the vdso, as a process has it mapped. */
struct asp_module {
  uint64_t start; /* where the file's first byte is */
  uint64_t end;   /* of its last mapping */
  uint64_t inode; /* 0: no file */
  unsigned device_major, device_minor;
  bool is_deleted;
  bool has_code;
  char *path;
};

struct asp_code_range {
  uint64_t start, end;
  size_t module; /* ASP_NO_MODULE: of no file, or of one whose beginning is not mapped */
};

#define ASP_NO_MODULE SIZE_MAX

/* The executable memory of a process, from /proc/PID/maps, by address. */
struct asp_code {
  struct asp_code_range *ranges;
  size_t range_count, range_capacity;
  struct asp_module *modules;
  size_t module_count, module_capacity;
};

/* Reads it. 0 or -errno; `code` is empty then. */
int asp_code_read(struct asp_code *code, pid_t pid);

/* The range that holds the address, or NULL. */
const struct asp_code_range *asp_code_find(const struct asp_code *code, uint64_t address);

/* Whether all that was executable in `before` still is, and is of the same files. */
bool asp_code_only_grew(const struct asp_code *before, const struct asp_code *after);

void asp_code_free(struct asp_code *code);

#endif
