#ifndef ASP_PROCESSORS_H
#define ASP_PROCESSORS_H

#include <stddef.h>

#include "asp_registers.h"

/* What the kernel gives as NT_PRSTATUS of a thread, by processor: how long it is tells which. */
enum {
  ASP_I386_STATUS_SIZE = 68,
  ASP_X86_64_STATUS_SIZE = 216,
};

/* What a 64-bit or 32-bit program of this machine's family is made for. */
struct asp_processor {
  int word_bits;
  int elf_class;
  int elf_machine;
  int register_count; /* by DWARF number, from 0 on */
  int sp_number;
  int fp_number;
};

extern const struct asp_processor asp_i386;
extern const struct asp_processor asp_x86_64;

/* NULL where this machine runs no programs of that word size. */
const struct asp_processor *asp_processor_of(int word_bits);

/* `status` is as long as the constants above say. */
void asp_registers_from_i386(const void *status, struct asp_registers *out);
void asp_registers_from_x86_64(const void *status, struct asp_registers *out);

#endif
