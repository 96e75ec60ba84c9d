#include <errno.h>
#include <libunwind.h>
#include <stdlib.h>

#include "asp_unwind_table.h"

/* Only for our own word size: Debian's libunwind knows no other processor than its own. */

#define search_unwind_table UNW_OBJ(dwarf_search_unwind_table)

/* rbp by its DWARF number; headers for other processors have no name for it. */
enum { FRAME_POINTER = 6 };

/* Exported by libunwind for those who keep tables themselves, and in none of its headers. */
extern int search_unwind_table(unw_addr_space_t space, unw_word_t ip, unw_dyn_info_t *table,
                               unw_proc_info_t *out, int need_unwind_info, void *argument);

enum {
  RULES = 1 << 12, /* how many addresses are remembered with what unwinds them */
  /* An expression in a table may loop for ever; each of its steps is read from memory. */
  MOST_READS = 1 << 16,
};

struct libunwind_state {
  struct asp_unwinder *unwinder;
  unw_addr_space_t space;
  const struct asp_walk *walk; /* that is under way */
  int reads;
  bool is_unknown; /* an address was asked for that no table has */
};

static int find_table(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t *out,
                      int need_unwind_info, void *argument) {
  struct libunwind_state *state = argument;
  struct asp_unwinder *unwinder = state->unwinder;
  struct asp_unwind_table table;
  const struct asp_code_range *range = asp_code_find(&unwinder->code, ip);
  int result = -UNW_ENOINFO;
  if (range && range->module != ASP_NO_MODULE &&
      asp_unwind_table_find(&unwinder->pages, &unwinder->code.modules[range->module], &table)) {
    unw_dyn_info_t info = {
        .start_ip = range->start,
        .end_ip = range->end,
        .format = UNW_INFO_FORMAT_REMOTE_TABLE,
        .u.rti = {.segbase = table.header, .table_data = table.entries, .table_len = table.count},
    };
    result = search_unwind_table(space, ip, &info, out, need_unwind_info, argument);
  }
  if (result < 0) state->is_unknown = true;
  return result;
}

static void put_table(unw_addr_space_t space, unw_proc_info_t *info, void *argument) {
  (void)space, (void)info, (void)argument;
}

static int find_list(unw_addr_space_t space, unw_word_t *out, void *argument) {
  (void)space, (void)out, (void)argument;
  return -UNW_ENOINFO;
}

static int access_memory(unw_addr_space_t space, unw_word_t address, unw_word_t *value, int write,
                         void *argument) {
  (void)space;
  struct libunwind_state *state = argument;
  struct asp_pages *pages = &state->unwinder->pages;
  if (write || ++state->reads > MOST_READS) return -UNW_EINVAL;
  return asp_pages_word(pages, 64, address, value) ? 0 : -UNW_EINVAL;
}

static int access_register(unw_addr_space_t space, unw_regnum_t number, unw_word_t *value,
                           int write, void *argument) {
  (void)space;
  const struct libunwind_state *state = argument;
  const struct asp_walk *walk = state->walk;
  /* libunwind numbers x86-64's registers as DWARF does. */
  if (write || number < 0 || number >= walk->at.count) return -UNW_EBADREG;
  if (number == UNW_REG_IP) {
    /* A cursor begins with the very address, not with one less as for callers. */
    *value = walk->is_exact ? walk->at.ip : walk->at.ip - 1;
  } else if (number == UNW_REG_SP) {
    *value = walk->at.sp;
  } else if (number == FRAME_POINTER) {
    *value = walk->at.fp;
  } else {
    *value = walk->at.values[number];
  }
  return 0;
}

static int access_float(unw_addr_space_t space, unw_regnum_t number, unw_fpreg_t *value, int write,
                        void *argument) {
  (void)space, (void)number, (void)value, (void)write, (void)argument;
  return -UNW_EBADREG;
}

static int resume(unw_addr_space_t space, unw_cursor_t *cursor, void *argument) {
  (void)space, (void)cursor, (void)argument;
  return -UNW_EINVAL;
}

static int find_name(unw_addr_space_t space, unw_word_t address, char *out, size_t capacity,
                     unw_word_t *offset, void *argument) {
  (void)space, (void)address, (void)out, (void)capacity, (void)offset, (void)argument;
  return -UNW_ENOINFO;
}

static unw_accessors_t accessors = {
    .find_proc_info = find_table,
    .put_unwind_info = put_table,
    .get_dyn_info_list_addr = find_list,
    .access_mem = access_memory,
    .access_reg = access_register,
    .access_fpreg = access_float,
    .resume = resume,
    .get_proc_name = find_name,
};

static bool read_caller(unw_cursor_t *cursor, struct asp_caller *caller) {
  unw_word_t ip, sp, fp;
  if (unw_get_reg(cursor, UNW_REG_IP, &ip) != 0 || unw_get_reg(cursor, UNW_REG_SP, &sp) != 0) {
    return false;
  }
  if (unw_get_reg(cursor, FRAME_POINTER, &fp) != 0) fp = 0;
  *caller = (struct asp_caller){.ip = ip, .sp = sp, .fp = fp, .origin = ASP_FRAME_UNWOUND};
  return true;
}

/* That a frame is a signal's trampoline shows when it is left: its address is one that no call
   came from. */
static void correct_trampoline(struct asp_walk *walk) {
  if (!walk->is_exact) walk->frames[walk->count - 1].address = walk->at.ip;
  walk->is_exact = true;
}

static enum asp_walk_end walk(void *opaque, struct asp_walk *walk) {
  struct libunwind_state *state = opaque;
  unw_cursor_t cursor;
  state->walk = walk;
  state->reads = 0;
  state->is_unknown = false;
  if (unw_init_remote(&cursor, state->space, state) != 0) return ASP_WALK_LOST;
  while (walk->count < walk->capacity) {
    struct asp_caller caller;
    int result = unw_step(&cursor);
    /* Without a table it tries guesses, which we do with more care. */
    if (state->is_unknown || result < 0) return ASP_WALK_LOST;
    if (result == 0) return ASP_WALK_ENDED;
    if (!read_caller(&cursor, &caller)) return ASP_WALK_LOST;
    if (caller.ip == 0) return ASP_WALK_ENDED;
    caller.is_other_stack = caller.is_exact = unw_is_signal_frame(&cursor) > 0;
    if (caller.is_other_stack) correct_trampoline(walk);
    if (!asp_walk_add(state->unwinder, walk, &caller)) return ASP_WALK_LOST;
  }
  return ASP_WALK_ENDED;
}

/* Flushed only when code went away: to fill the cache again costs as much as hundreds of walks. */
static void modules_changed(void *opaque, bool only_grew) {
  struct libunwind_state *state = opaque;
  if (!only_grew) unw_flush_cache(state->space, 0, 0);
}

static int open_state(struct asp_unwinder *unwinder, void **out) {
  if ((size_t)unwinder->processor->word_bits != 8 * sizeof(unw_word_t)) return -ENOTSUP;
  struct libunwind_state *state = calloc(1, sizeof *state);
  if (!state) return -ENOMEM;
  state->space = unw_create_addr_space(&accessors, 0);
  if (!state->space) {
    free(state);
    return -ENOMEM;
  }
  unw_set_caching_policy(state->space, UNW_CACHE_GLOBAL);
  unw_set_cache_size(state->space, RULES, 0);
  state->unwinder = unwinder;
  *out = state;
  return 0;
}

static void close_state(void *opaque) {
  struct libunwind_state *state = opaque;
  unw_destroy_addr_space(state->space);
  free(state);
}

const struct asp_unwinder_operations asp_libunwind_operations = {open_state, modules_changed, walk,
                                                                 close_state};
