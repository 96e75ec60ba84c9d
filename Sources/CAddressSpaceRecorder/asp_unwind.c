#include "asp_unwind.h"

#include <errno.h>
#include <stdlib.h>

#include "asp_unwinder.h"

static const struct asp_unwinder_operations *operations_of(int kind) {
  switch (kind) {
    case ASP_UNWINDER_LIBUNWIND:
      return &asp_libunwind_operations;
    case ASP_UNWINDER_LIBDW:
      return &asp_libdw_operations;
    case ASP_UNWINDER_FRAME_POINTERS:
      return &asp_frame_pointer_operations;
    default:
      return NULL;
  }
}

int asp_unwinder_create(pid_t pid, int word_bits, int kind, struct asp_unwinder **out) {
  const struct asp_processor *processor = asp_processor_of(word_bits);
  const struct asp_unwinder_operations *operations = operations_of(kind);
  if (!processor || !operations) return -ENOTSUP;
  struct asp_unwinder *unwinder = calloc(1, sizeof *unwinder);
  if (!unwinder) return -ENOMEM;
  unwinder->pid = pid;
  unwinder->processor = processor;
  unwinder->operations = operations;
  unwinder->is_stale = true;
  int error = asp_pages_open(&unwinder->pages, pid);
  if (!error) error = operations->open(unwinder);
  if (error) {
    asp_pages_close(&unwinder->pages);
    free(unwinder);
    return error;
  }
  *out = unwinder;
  return 0;
}

void asp_unwinder_destroy(struct asp_unwinder *unwinder) {
  if (!unwinder) return;
  unwinder->operations->close(unwinder);
  asp_code_free(&unwinder->code);
  asp_pages_close(&unwinder->pages);
  free(unwinder);
}

void asp_unwinder_modules_changed(struct asp_unwinder *unwinder) { unwinder->is_stale = true; }

/* Where the map cannot be read, because the process is gone, what was known before stays. */
static void look_anew(struct asp_unwinder *unwinder) {
  struct asp_code code;
  if (asp_code_read(&code, unwinder->pid) != 0) return;
  bool only_grew = asp_code_only_grew(&unwinder->code, &code);
  asp_code_free(&unwinder->code);
  unwinder->code = code;
  unwinder->is_stale = false;
  unwinder->operations->modules_changed(unwinder, only_grew);
}

bool asp_walk_add(struct asp_unwinder *unwinder, struct asp_walk *walk,
                  const struct asp_caller *caller) {
  if (walk->count == walk->capacity) return false;
  if (!caller->is_from_signal && caller->sp <= walk->at.sp) return false;
  uint64_t address = caller->is_exact ? caller->ip : caller->ip - 1;
  if (!asp_code_find(&unwinder->code, address)) return false;
  walk->frames[walk->count++] = (struct asp_frame){address, caller->sp, caller->origin};
  walk->at.ip = caller->ip;
  walk->at.sp = caller->sp;
  walk->at.fp = caller->fp;
  walk->is_exact = caller->is_exact;
  return true;
}

size_t asp_unwind(struct asp_unwinder *unwinder, pid_t tid, const struct asp_registers *registers,
                  struct asp_frame *frames, size_t capacity) {
  if (capacity == 0) return 0;
  if (unwinder->is_stale) look_anew(unwinder);
  struct asp_walk walk = {
      .tid = tid, .at = *registers, .is_exact = true, .frames = frames, .capacity = capacity};
  frames[walk.count++] = (struct asp_frame){registers->ip, registers->sp, ASP_FRAME_CALL};
  asp_pages_begin(&unwinder->pages, registers->sp);
  bool has_information = registers->word_bits == unwinder->processor->word_bits;
  while (walk.count < capacity) {
    if (has_information && unwinder->operations->walk(unwinder, &walk) == ASP_WALK_ENDED) break;
    if (walk.count == capacity || !asp_walk_frame_pointer(unwinder, &walk)) break;
  }
  return walk.count;
}
