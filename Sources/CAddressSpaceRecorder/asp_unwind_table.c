#include "asp_unwind_table.h"

#include <elf.h>
#include <string.h>

enum { MOST_PARTS = 128 };

/* How the tables that every linker writes are encoded: DW_EH_PE_pcrel | sdata4 for the place of
   .eh_frame, udata4 for the count, datarel | sdata4 for the entries. */
static const uint8_t usual[4] = {1, 0x1b, 0x03, 0x3b};

static bool read_header(struct asp_pages *pages, uint64_t start, Elf64_Ehdr *header) {
  return asp_pages_read(pages, start, header, sizeof *header) &&
         memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
         header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_phentsize == sizeof(Elf64_Phdr) &&
         header->e_phnum <= MOST_PARTS;
}

/* Where the table's header is, by what the file says of the address of its first byte. */
static bool find_header(struct asp_pages *pages, uint64_t start, const Elf64_Ehdr *header,
                        uint64_t *out) {
  uint64_t first = 0, place = 0;
  for (unsigned i = 0; i < header->e_phnum; i++) {
    Elf64_Phdr part;
    uint64_t address = start + header->e_phoff + i * sizeof part;
    if (!asp_pages_read(pages, address, &part, sizeof part)) return false;
    if (part.p_type == PT_LOAD && part.p_offset == 0) first = part.p_vaddr;
    if (part.p_type == PT_GNU_EH_FRAME) place = part.p_vaddr;
  }
  *out = start - first + place;
  return place != 0;
}

bool asp_unwind_table_find(struct asp_pages *pages, const struct asp_module *module,
                           struct asp_unwind_table *out) {
  Elf64_Ehdr header;
  struct {
    uint8_t encoding[4];
    int32_t frames;
    uint32_t count;
  } table;
  if (!read_header(pages, module->start, &header)) return false;
  if (!find_header(pages, module->start, &header, &out->header)) return false;
  if (!asp_pages_read(pages, out->header, &table, sizeof table)) return false;
  if (memcmp(table.encoding, usual, sizeof usual) != 0) return false;
  out->entries = out->header + sizeof table;
  out->count = table.count;
  return true;
}
