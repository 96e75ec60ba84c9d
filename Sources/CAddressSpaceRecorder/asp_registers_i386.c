#include <elf.h>
#include <string.h>

#include "asp_processors.h"

const struct asp_processor asp_i386 = {
    .word_bits = 32,
    .elf_class = ELFCLASS32,
    .elf_machine = EM_386,
    .register_count = 9,
    .sp_number = 4,
    .fp_number = 5,
};

/* Where the kernel's user_regs_struct of i386 has the registers of DWARF numbers 0 to 8: eax, ecx,
   edx, ebx, esp, ebp, esi, edi, eip. */
static const int places[9] = {6, 1, 2, 0, 15, 5, 3, 4, 12};

void asp_registers_from_i386(const void *status, struct asp_registers *out) {
  uint32_t words[ASP_I386_STATUS_SIZE / sizeof(uint32_t)];
  memcpy(words, status, sizeof words);
  *out = (struct asp_registers){.word_bits = 32, .count = 9};
  for (int number = 0; number < 9; number++) out->values[number] = words[places[number]];
  out->ip = out->values[8];
  out->sp = out->values[4];
  out->fp = out->values[5];
}
