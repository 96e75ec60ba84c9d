#ifndef ASP_UNWIND_H
#define ASP_UNWIND_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "asp_registers.h"

/* Walks the stacks of one address space. */
struct asp_unwinder;

enum asp_unwinder_kind {
  ASP_UNWINDER_LIBUNWIND = 1, /* only for processes of our own word size */
  ASP_UNWINDER_LIBDW = 2,
  ASP_UNWINDER_FRAME_POINTERS = 3,
};

enum asp_frame_origin {
  ASP_FRAME_CALL = 0,          /* from the registers */
  ASP_FRAME_UNWOUND = 1,       /* by call frame information */
  ASP_FRAME_FRAME_POINTER = 2, /* by the chain of frame pointers */
  ASP_FRAME_WINDOWS = 3,       /* on a Windows program's stack, past Wine's dispatcher */
};

struct asp_frame {
  /* The address of the instruction: of the call, not of what follows it, except in the innermost
     frame and in one that a signal interrupted, where it is the next instruction. */
  uint64_t address;
  uint64_t sp;
  int origin;
};

/* Makes an unwinder for the address space of `pid`, whose word size is `word_bits`; 0 or -errno
   (-ENOTSUP: that kind cannot do that word size here). */
int asp_unwinder_create(pid_t pid, int word_bits, int kind, struct asp_unwinder **out);

/* To be called when executable mappings changed: what is known of modules is looked at anew. */
void asp_unwinder_modules_changed(struct asp_unwinder *unwinder);

/* A program or library that is no ELF file, or is not mapped as its file is. */
struct asp_code_image {
  uint64_t start, end;
  /* An ELF file with its call frame information; stays the caller's, who keeps it open as long as
     the unwinder has it. */
  int fd;
};

/* Says where such images are, in the place of what was said before; 0 or -ENOMEM. */
int asp_unwinder_set_images(struct asp_unwinder *unwinder, const struct asp_code_image *images,
                            size_t count);

/* Walks the stack of a stopped thread from `registers` on, innermost first. Returns how many
   frames it wrote, at most `capacity` and at least one. Where the unwinder gives up, the chain of
   frame pointers is followed as far as it leads into executable memory. Never loops: stack
   pointers must rise but for a signal's other stack, and no more than `capacity` steps are made.

   Stacks of one `identity` have the same frames until executable mappings change; 0 where it is not
   known whether it was met before. */
size_t asp_unwind(struct asp_unwinder *unwinder, pid_t tid, const struct asp_registers *registers,
                  struct asp_frame *frames, size_t capacity, uint64_t *identity);

void asp_unwinder_destroy(struct asp_unwinder *unwinder);

#endif
