#include <elf.h>
#include <string.h>

#include "asp_processors.h"

const struct asp_processor asp_x86_64 = {
    .word_bits = 64,
    .elf_class = ELFCLASS64,
    .elf_machine = EM_X86_64,
    .register_count = 17,
    .sp_number = 7,
    .fp_number = 6,
};

/* Where the kernel's user_regs_struct of x86-64 has the registers of DWARF numbers 0 to 16: rax,
   rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8 to r15, rip. */
static const int places[17] = {10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16};

void asp_registers_from_x86_64(const void *status, struct asp_registers *out) {
  uint64_t words[ASP_X86_64_STATUS_SIZE / sizeof(uint64_t)];
  memcpy(words, status, sizeof words);
  *out = (struct asp_registers){.word_bits = 64, .count = 17};
  for (int number = 0; number < 17; number++) out->values[number] = words[places[number]];
  out->ip = out->values[16];
  out->sp = out->values[7];
  out->fp = out->values[6];
}
