#include "asp_unwind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "asp_unwinder.h"

/* Those of one kind, in the order in which they are tried. */
static bool set_methods(struct asp_unwinder *unwinder, int kind) {
  struct asp_method *methods = unwinder->methods;
  switch (kind) {
    case ASP_UNWINDER_LIBUNWIND:
      methods[0].operations = &asp_libunwind_operations;
      /* Static programs may have no table that libunwind can search. */
      methods[1].operations = &asp_libdw_operations;
      unwinder->method_count = 2;
      return true;
    case ASP_UNWINDER_LIBDW:
      methods[0].operations = &asp_libdw_operations;
      unwinder->method_count = 1;
      return true;
    case ASP_UNWINDER_FRAME_POINTERS:
      unwinder->method_count = 0;
      return true;
    default:
      return false;
  }
}

static int open_method(struct asp_unwinder *unwinder, struct asp_method *method) {
  method->is_stale = true;
  return method->operations->open(unwinder, &method->state);
}

int asp_unwinder_create(pid_t pid, int word_bits, int kind, struct asp_unwinder **out) {
  const struct asp_processor *processor = asp_processor_of(word_bits);
  struct asp_unwinder *unwinder = processor ? calloc(1, sizeof *unwinder) : NULL;
  if (!unwinder) return processor ? -ENOMEM : -ENOTSUP;
  unwinder->pid = pid;
  unwinder->processor = processor;
  unwinder->is_stale = true;
  int error = set_methods(unwinder, kind) ? asp_pages_open(&unwinder->pages, pid) : -ENOTSUP;
  if (!error) {
    unwinder->known = asp_known_stacks_create();
    error = unwinder->known ? 0 : -ENOMEM;
  }
  /* The others only when they are needed. */
  if (!error && unwinder->method_count > 0) error = open_method(unwinder, &unwinder->methods[0]);
  if (error) {
    asp_unwinder_destroy(unwinder);
    return error;
  }
  *out = unwinder;
  return 0;
}

void asp_unwinder_destroy(struct asp_unwinder *unwinder) {
  if (!unwinder) return;
  for (size_t i = 0; i < unwinder->method_count; i++) {
    struct asp_method *method = &unwinder->methods[i];
    if (method->state) method->operations->close(method->state);
  }
  asp_known_stacks_destroy(unwinder->known);
  asp_code_free(&unwinder->code);
  free(unwinder->images);
  asp_pages_close(&unwinder->pages);
  free(unwinder);
}

void asp_unwinder_modules_changed(struct asp_unwinder *unwinder) { unwinder->is_stale = true; }

int asp_unwinder_set_images(struct asp_unwinder *unwinder, const struct asp_code_image *images,
                            size_t count) {
  struct asp_code_image *copy = calloc(count + 1, sizeof *copy);
  if (!copy) return -ENOMEM;
  if (count > 0) memcpy(copy, images, count * sizeof *copy);
  free(unwinder->images);
  unwinder->images = copy;
  unwinder->image_count = count;
  asp_known_stacks_forget(unwinder->known, false);
  for (size_t i = 0; i < unwinder->method_count; i++) {
    unwinder->methods[i].is_stale = true;
    unwinder->methods[i].only_grew = false;
  }
  return 0;
}

/* Where the map cannot be read, because the process is gone, what was known before stays. */
static void look_anew(struct asp_unwinder *unwinder) {
  struct asp_code code;
  if (asp_code_read(&code, unwinder->pid) != 0) return;
  bool only_grew = asp_code_only_grew(&unwinder->code, &code);
  asp_code_free(&unwinder->code);
  unwinder->code = code;
  unwinder->is_stale = false;
  asp_known_stacks_forget(unwinder->known, only_grew);
  for (size_t i = 0; i < unwinder->method_count; i++) {
    struct asp_method *method = &unwinder->methods[i];
    method->only_grew = only_grew && (method->only_grew || !method->is_stale);
    method->is_stale = true;
  }
}

bool asp_walk_add(struct asp_unwinder *unwinder, struct asp_walk *walk,
                  const struct asp_caller *caller) {
  if (walk->count == walk->capacity) return false;
  if (!caller->is_other_stack && caller->sp <= walk->at.sp) return false;
  uint64_t address = caller->is_exact ? caller->ip : caller->ip - 1;
  if (!asp_code_find(&unwinder->code, address)) return false;
  walk->frames[walk->count++] = (struct asp_frame){
      address, caller->sp, walk->is_windows ? ASP_FRAME_WINDOWS : caller->origin};
  walk->at.ip = caller->ip;
  walk->at.sp = caller->sp;
  walk->at.fp = caller->fp;
  walk->is_exact = caller->is_exact;
  return true;
}

static enum asp_walk_end use(struct asp_unwinder *unwinder, struct asp_method *method,
                             struct asp_walk *walk) {
  if (!method->state && open_method(unwinder, method) != 0) return ASP_WALK_LOST;
  if (method->is_stale) {
    method->operations->modules_changed(method->state, method->only_grew);
    method->is_stale = false;
  }
  return method->operations->walk(method->state, walk);
}

/* Goes as far as call frame information leads. */
static enum asp_walk_end walk_by_information(struct asp_unwinder *unwinder, struct asp_walk *walk) {
  if (walk->at.word_bits != unwinder->processor->word_bits) return ASP_WALK_LOST;
  for (size_t i = 0; i < unwinder->method_count; i++) {
    if (use(unwinder, &unwinder->methods[i], walk) == ASP_WALK_ENDED) return ASP_WALK_ENDED;
  }
  return ASP_WALK_LOST;
}

static enum asp_walk_end walk_on(struct asp_unwinder *unwinder, struct asp_walk *walk) {
  while (walk->count < walk->capacity) {
    enum asp_walk_end end = walk_by_information(unwinder, walk);
    if (walk->count == walk->capacity) break;
    /* To libdw one of Wine's dispatchers is a stack's end. */
    if (asp_walk_wine(unwinder, walk)) continue;
    if (end == ASP_WALK_ENDED) return ASP_WALK_ENDED;
    if (!asp_walk_frame_pointer(unwinder, walk)) return ASP_WALK_LOST;
  }
  return ASP_WALK_ENDED;
}

size_t asp_unwind(struct asp_unwinder *unwinder, pid_t tid, const struct asp_registers *registers,
                  struct asp_frame *frames, size_t capacity, uint64_t *identity) {
  *identity = 0;
  if (capacity == 0) return 0;
  if (unwinder->is_stale) look_anew(unwinder);
  struct asp_pages *pages = &unwinder->pages;
  pages->log = NULL;
  asp_pages_begin(pages, registers->sp);
  size_t count = asp_known_stacks_find(unwinder->known, pages, registers, frames, capacity,
                                       identity);
  if (count > 0) return count;
  pages->log = &unwinder->reads;
  pages->log->count = 0;
  pages->log->is_whole = true;
  struct asp_walk walk = {
      .tid = tid, .at = *registers, .is_exact = true, .frames = frames, .capacity = capacity};
  walk.known_at = 1;
  frames[walk.count++] = (struct asp_frame){registers->ip, registers->sp, ASP_FRAME_CALL};
  bool is_complete = walk_on(unwinder, &walk) == ASP_WALK_ENDED;
  *identity = asp_known_stacks_add(unwinder->known, &unwinder->code, registers, pages->log, frames,
                                   walk.count, capacity, is_complete);
  return walk.count;
}
