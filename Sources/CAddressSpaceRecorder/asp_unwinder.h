#ifndef ASP_UNWINDER_H
#define ASP_UNWINDER_H

#include <stdbool.h>

#include "asp_code.h"
#include "asp_known_stacks.h"
#include "asp_pages.h"
#include "asp_processors.h"
#include "asp_unwind.h"

/* One stack being walked. */
struct asp_walk {
  pid_t tid;
  struct asp_registers at; /* of the last frame; only ip, sp and fp are sure */
  size_t known_at;         /* with so many frames all that a caller relies on are sure */
  bool is_exact;           /* `at.ip` is the next instruction, not a return address */
  bool is_windows;         /* on a Windows program's stack */
  struct asp_frame *frames;
  size_t count, capacity;
};

/* How a walk by call frame information ended. */
enum asp_walk_end {
  ASP_WALK_ENDED, /* at the stack's outermost frame, or at the walk's capacity */
  ASP_WALK_LOST,  /* with a frame that it cannot leave */
};

struct asp_unwinder_operations {
  /* 0 or -errno. */
  int (*open)(struct asp_unwinder *unwinder, void **state);
  /* `unwinder->code` was read anew; `only_grew`: what was known before still holds. */
  void (*modules_changed)(void *state, bool only_grew);
  /* Adds the callers of `walk->at`, which is in `frames` already. */
  enum asp_walk_end (*walk)(void *state, struct asp_walk *walk);
  void (*close)(void *state);
};

/* A library that is used. */
struct asp_method {
  const struct asp_unwinder_operations *operations;
  void *state;   /* NULL: not used yet */
  bool is_stale; /* has not seen what `code` is now */
  bool only_grew;
};

enum { ASP_MOST_METHODS = 2 };

struct asp_unwinder {
  pid_t pid;
  const struct asp_processor *processor;
  struct asp_method methods[ASP_MOST_METHODS]; /* the next where one is lost */
  size_t method_count;
  struct asp_pages pages;
  struct asp_reads reads;
  struct asp_known_stacks *known;
  struct asp_code code;
  struct asp_code_image *images;
  size_t image_count;
  bool is_stale; /* `code` is to be read before it is used */
};

extern const struct asp_unwinder_operations asp_libdw_operations;
extern const struct asp_unwinder_operations asp_libunwind_operations;

/* A frame that an unwinder found. */
struct asp_caller {
  uint64_t ip, sp, fp;
  bool is_exact;      /* `ip` is not a return address: a signal came there, or brought it there */
  bool is_other_stack; /* the stack may have been switched on the way from this frame */
  int origin;
};

/* Makes it the last frame, where it can be one: false where it is in no executable memory, or where
   its stack pointer does not rise. */
bool asp_walk_add(struct asp_unwinder *unwinder, struct asp_walk *walk,
                  const struct asp_caller *caller);

/* Leaves Wine's system call dispatcher for the stack of the Windows program. */
bool asp_walk_wine(struct asp_unwinder *unwinder, struct asp_walk *walk);

/* Leaves the last frame by its frame pointer. */
bool asp_walk_frame_pointer(struct asp_unwinder *unwinder, struct asp_walk *walk);

#endif
