#ifndef ASP_REGISTERS_H
#define ASP_REGISTERS_H

#include <stdint.h>
#include <sys/types.h>

/* The registers of a stopped thread that unwinding needs, by DWARF number: 0 to 16 for x86-64
   (16 is the return address column, the instruction pointer), 0 to 8 for i386 (8 is it). */
struct asp_registers {
  int word_bits; /* 32 or 64: what the thread runs as now. */
  int count;
  uint64_t values[17];
  uint64_t ip;
  uint64_t sp;
  uint64_t fp;
};

/* Fills `out` for a thread in a ptrace stop; 0 or -errno. */
int asp_get_registers(pid_t tid, struct asp_registers *out);

#endif
