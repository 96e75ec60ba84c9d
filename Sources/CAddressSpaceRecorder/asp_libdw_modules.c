#include "asp_libdw_modules.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "asp_files.h"

/* The most that is copied of a module whose file cannot be had. */
static const uint64_t MOST_IMAGE_SIZE = 64 << 20;

static const struct asp_module *module_at(const struct asp_unwinder *unwinder, uint64_t start) {
  for (size_t i = 0; i < unwinder->code.module_count; i++) {
    const struct asp_module *module = &unwinder->code.modules[i];
    if (module->has_code && module->start == start) return module;
  }
  return NULL;
}

static const struct asp_code_image *image_over(const struct asp_unwinder *unwinder,
                                               uint64_t address) {
  for (size_t i = 0; i < unwinder->image_count; i++) {
    const struct asp_code_image *image = &unwinder->images[i];
    if (address >= image->start && address < image->end) return image;
  }
  return NULL;
}

static int open_file(const struct asp_unwinder *unwinder, const struct asp_module *module) {
  if (module->is_deleted) return -1;
  return asp_open_mapped_file(unwinder->pid, module->path, module->device_major,
                              module->device_minor, module->inode);
}

static bool is_made_for(Elf *elf, const struct asp_processor *processor) {
  GElf_Ehdr header;
  return elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) &&
         header.e_ident[EI_CLASS] == processor->elf_class &&
         header.e_machine == processor->elf_machine;
}

/* Nothing says that sections are where the file has them; program headers do. */
static void cut_sections(uint8_t *bytes, int elf_class) {
  if (elf_class == ELFCLASS32) {
    Elf32_Ehdr *header = (Elf32_Ehdr *)bytes;
    header->e_shoff = header->e_shnum = header->e_shstrndx = 0;
  } else {
    Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;
    header->e_shoff = header->e_shnum = header->e_shstrndx = 0;
  }
}

/* The vdso, or a file that is gone, from memory. A file's unwind tables are found where it is
   mapped as one piece, as most are up to the data. */
static Elf *elf_in_memory(struct asp_libdw_state *state, const struct asp_module *module) {
  struct asp_unwinder *unwinder = state->unwinder;
  uint64_t size = module->end - module->start;
  if (size > MOST_IMAGE_SIZE) return NULL;
  struct asp_image *image = calloc(1, sizeof *image + size);
  if (!image) return NULL;
  for (uint64_t done = 0; done < size; done += ASP_PAGE) {
    asp_pages_read(&unwinder->pages, module->start + done, image->bytes + done, ASP_PAGE);
  }
  if (module->inode != 0) cut_sections(image->bytes, unwinder->processor->elf_class);
  Elf *elf = elf_memory((char *)image->bytes, size);
  if (!is_made_for(elf, unwinder->processor)) {
    if (elf) elf_end(elf);
    free(image);
    return NULL;
  }
  image->next = state->images;
  state->images = image;
  return elf;
}

/* Takes `fd`, -1 for none; libdw closes what it gets. */
static int elf_in_file(int fd, const struct asp_processor *processor, Elf **elf) {
  /* Read rather than mapped: who shortens the file must not end us. */
  Elf *found = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
  if (is_made_for(found, processor)) {
    *elf = found;
    return fd;
  }
  if (found) elf_end(found);
  if (fd >= 0) close(fd);
  return -1;
}

static int find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
                    char **file_name, Elf **elf) {
  (void)mod, (void)name, (void)file_name;
  struct asp_libdw_state *state = *userdata;
  struct asp_unwinder *unwinder = state->unwinder;
  const struct asp_code_image *image = image_over(unwinder, base);
  if (image) return elf_in_file(fcntl(image->fd, F_DUPFD_CLOEXEC, 0), unwinder->processor, elf);
  const struct asp_module *module = module_at(unwinder, base);
  if (!module) return -1;
  int fd = elf_in_file(open_file(unwinder, module), unwinder->processor, elf);
  if (fd < 0) *elf = elf_in_memory(state, module);
  return fd;
}

static int find_no_debug_file(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
                              const char *file_name, const char *link, GElf_Word checksum,
                              char **debug_file_name) {
  (void)mod, (void)userdata, (void)name, (void)base;
  (void)file_name, (void)link, (void)checksum, (void)debug_file_name;
  return -1;
}

const Dwfl_Callbacks asp_libdw_module_callbacks = {
    .find_elf = find_elf,
    .find_debuginfo = find_no_debug_file,
};

/* By its name and place libdw knows a module again. */
static void report(struct asp_libdw_state *state, const char *name, uint64_t start, uint64_t end) {
  Dwfl_Module *reported = dwfl_report_module(state->dwfl, name, start, end);
  void **userdata = NULL;
  if (reported) dwfl_module_info(reported, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
  if (userdata) *userdata = state;
}

void asp_libdw_report(struct asp_libdw_state *state) {
  const struct asp_code *code = &state->unwinder->code;
  dwfl_report_begin(state->dwfl);
  char name[96];
  for (size_t i = 0; i < code->module_count; i++) {
    const struct asp_module *module = &code->modules[i];
    if (!module->has_code || image_over(state->unwinder, module->start)) continue;
    snprintf(name, sizeof name, "%x:%x:%llx", module->device_major, module->device_minor,
             (unsigned long long)module->inode);
    report(state, name, module->start, module->end);
  }
  for (size_t i = 0; i < state->unwinder->image_count; i++) {
    const struct asp_code_image *image = &state->unwinder->images[i];
    snprintf(name, sizeof name, "image %d", image->fd);
    report(state, name, image->start, image->end);
  }
  dwfl_report_end(state->dwfl, NULL, NULL);
}
