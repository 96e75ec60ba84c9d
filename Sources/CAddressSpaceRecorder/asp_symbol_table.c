#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>

#include "asp_symbol_file.h"

static bool find_in(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *name,
                    uint64_t *out) {
  Elf_Data *data = elf_getdata(section, NULL);
  if (!data || header->sh_entsize == 0) return false;
  size_t count = data->d_size / header->sh_entsize;
  for (size_t i = 0; i < count && i <= INT32_MAX; i++) {
    GElf_Sym symbol;
    if (!gelf_getsym(data, (int)i, &symbol)) return false;
    if (symbol.st_shndx == SHN_UNDEF) continue;
    const char *found = elf_strptr(elf, header->sh_link, symbol.st_name);
    if (found && strcmp(found, name) == 0) {
      *out = symbol.st_value;
      return true;
    }
  }
  return false;
}

int asp_symbols_find(const struct asp_symbols *symbols, const char *name, uint64_t *out) {
  GElf_Addr bias;
  Elf *elf = dwfl_module_getelf(symbols->module, &bias);
  Elf_Scn *section = NULL;
  while (elf && (section = elf_nextscn(elf, section))) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) continue;
    if (header.sh_type != SHT_DYNSYM && header.sh_type != SHT_SYMTAB) continue;
    if (find_in(elf, section, &header, name, out)) return 0;
  }
  return -ENOENT;
}
