#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "asp_libdw_modules.h"

struct asp_libdw_step {
  struct asp_libdw_state *state;
  struct asp_walk *walk;
  bool is_first; /* the frame that libdw shows is the walk's last already */
  bool is_lost;
};

static struct asp_libdw_step *current(void *argument) {
  struct asp_libdw_state *state = argument;
  return state->step;
}

static pid_t next_thread(Dwfl *dwfl, void *argument, void **thread) {
  (void)dwfl;
  pid_t tid = *thread ? 0 : current(argument)->walk->tid;
  *thread = argument;
  return tid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *argument, void **thread) {
  (void)dwfl, (void)tid;
  *thread = argument;
  return true;
}

static bool read_memory(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *out, void *argument) {
  (void)dwfl;
  struct asp_libdw_state *state = argument;
  struct asp_unwinder *unwinder = state->unwinder;
  uint64_t word;
  if (!asp_pages_word(&unwinder->pages, unwinder->processor->word_bits, address, &word)) {
    return false;
  }
  *out = word;
  return true;
}

static bool set_registers(Dwfl_Thread *thread, void *argument) {
  const struct asp_libdw_step *step = current(argument);
  const struct asp_processor *processor = step->state->unwinder->processor;
  const struct asp_registers *at = &step->walk->at;
  if (step->walk->count == step->walk->known_at) {
    unsigned count = (unsigned)processor->register_count;
    if (!dwfl_thread_state_registers(thread, 0, count, at->values)) return false;
  }
  /* libdw looks up its first frame by this very address, the others by one less. */
  Dwarf_Word ip = step->walk->is_exact ? at->ip : at->ip - 1, sp = at->sp, fp = at->fp;
  return dwfl_thread_state_registers(thread, processor->register_count - 1, 1, &ip) &&
         dwfl_thread_state_registers(thread, processor->sp_number, 1, &sp) &&
         dwfl_thread_state_registers(thread, processor->fp_number, 1, &fp);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
    .next_thread = next_thread,
    .get_thread = get_thread,
    .memory_read = read_memory,
    .set_initial_registers = set_registers,
};

/* Whether there is call frame information for an address. */
static bool has_information(const struct asp_libdw_state *state, uint64_t address) {
  Dwfl_Module *module = dwfl_addrmodule(state->dwfl, address);
  if (!module) return false;
  Dwarf_Addr bias;
  Dwarf_Frame *frame;
  Dwarf_CFI *information = dwfl_module_eh_cfi(module, &bias);
  if (information && dwarf_cfi_addrframe(information, address - bias, &frame) == 0) {
    free(frame);
    return true;
  }
  information = dwfl_module_dwarf_cfi(module, &bias);
  if (!information || dwarf_cfi_addrframe(information, address - bias, &frame) != 0) return false;
  free(frame);
  return true;
}

/* Whether libdw went to a caller by the frame pointer, which it does unasked where it knows nothing
   better, and less carefully than we do. */
static bool is_guessed(struct asp_libdw_state *state, const struct asp_walk *walk,
                       const struct asp_caller *caller) {
  uint64_t word = (uint64_t)state->unwinder->processor->word_bits / 8;
  if (caller->sp != walk->at.fp + 2 * word) return false;
  uint64_t address = walk->is_exact ? walk->at.ip : walk->at.ip - 1;
  uint64_t *known = &state->known[address % ASP_KNOWN_ADDRESSES];
  if (*known == address) return false;
  if (!has_information(state, address)) return true;
  *known = address;
  return false;
}

static uint64_t register_of(Dwfl_Frame *frame, int number) {
  Dwarf_Word value;
  return dwfl_frame_reg(frame, (unsigned)number, &value) == 0 ? value : 0;
}

static int take_frame(Dwfl_Frame *frame, void *argument) {
  struct asp_libdw_step *step = argument;
  struct asp_walk *walk = step->walk;
  const struct asp_processor *processor = step->state->unwinder->processor;
  if (step->is_first) {
    step->is_first = false;
    return DWARF_CB_OK;
  }
  struct asp_caller caller = {
      .sp = register_of(frame, processor->sp_number),
      .fp = register_of(frame, processor->fp_number),
      .origin = ASP_FRAME_UNWOUND,
  };
  Dwarf_Addr ip;
  if (!dwfl_frame_pc(frame, &ip, &caller.is_exact)) {
    step->is_lost = true;
    return DWARF_CB_ABORT;
  }
  caller.ip = ip;
  caller.is_other_stack = caller.is_exact && walk->is_exact;
  if (is_guessed(step->state, walk, &caller) ||
      !asp_walk_add(step->state->unwinder, walk, &caller)) {
    step->is_lost = true;
    return DWARF_CB_ABORT;
  }
  return walk->count < walk->capacity ? DWARF_CB_OK : DWARF_CB_ABORT;
}

static enum asp_walk_end walk(void *opaque, struct asp_walk *walk) {
  struct asp_libdw_state *state = opaque;
  struct asp_libdw_step step = {.state = state, .walk = walk, .is_first = true};
  state->step = &step;
  int result = dwfl_getthread_frames(state->dwfl, walk->tid, take_frame, &step);
  state->step = NULL;
  if (walk->count == walk->capacity) return ASP_WALK_ENDED;
  return result == 0 && !step.is_lost ? ASP_WALK_ENDED : ASP_WALK_LOST;
}

static void modules_changed(void *opaque, bool only_grew) {
  struct asp_libdw_state *state = opaque;
  (void)only_grew;
  memset(state->known, 0, sizeof state->known);
  asp_libdw_report(state);
}

/* An ELF header of no file, for libdw to know the processor: the first file that a process has
   mapped may be for any. */
static Elf *make_header(struct asp_libdw_state *state, const struct asp_processor *processor) {
  unsigned char identity[EI_NIDENT] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, 0, ELFDATA2LSB,
                                       EV_CURRENT};
  identity[EI_CLASS] = (unsigned char)processor->elf_class;
  bool is_narrow = processor->elf_class == ELFCLASS32;
  if (is_narrow) {
    Elf32_Ehdr *header = &state->header_bytes.narrow;
    *header = (Elf32_Ehdr){.e_type = ET_EXEC, .e_version = EV_CURRENT, .e_ehsize = sizeof *header};
    header->e_machine = (Elf32_Half)processor->elf_machine;
  } else {
    Elf64_Ehdr *header = &state->header_bytes.wide;
    *header = (Elf64_Ehdr){.e_type = ET_EXEC, .e_version = EV_CURRENT, .e_ehsize = sizeof *header};
    header->e_machine = (Elf64_Half)processor->elf_machine;
  }
  memcpy(state->header_bytes.bytes, identity, sizeof identity);
  return elf_memory(state->header_bytes.bytes,
                    is_narrow ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr));
}

static void close_state(void *opaque) {
  struct asp_libdw_state *state = opaque;
  if (state->dwfl) dwfl_end(state->dwfl);
  if (state->header) elf_end(state->header);
  while (state->images) {
    struct asp_image *image = state->images;
    state->images = image->next;
    free(image);
  }
  free(state);
}

static int open_state(struct asp_unwinder *unwinder, void **out) {
  struct asp_libdw_state *state = calloc(1, sizeof *state);
  if (!state) return -ENOMEM;
  state->unwinder = unwinder;
  elf_version(EV_CURRENT);
  state->dwfl = dwfl_begin(&asp_libdw_module_callbacks);
  state->header = make_header(state, unwinder->processor);
  if (state->dwfl && state->header &&
      dwfl_attach_state(state->dwfl, state->header, unwinder->pid, &thread_callbacks, state)) {
    *out = state;
    return 0;
  }
  close_state(state);
  return -ENOTSUP;
}

const struct asp_unwinder_operations asp_libdw_operations = {open_state, modules_changed, walk,
                                                             close_state};
