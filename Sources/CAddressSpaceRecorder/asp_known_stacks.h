#ifndef ASP_KNOWN_STACKS_H
#define ASP_KNOWN_STACKS_H

#include "asp_code.h"
#include "asp_pages.h"
#include "asp_unwind.h"

/* Walks that were made, to be found again without walking.

   A walk depends on the registers and on the words it reads. Of these only such count as point into
   code or into the stack: another value is neither a return address nor what a frame is found by,
   and which register or word a frame is found by is settled by the addresses before it. So the
   counters and lengths that functions save on the stack do not matter. */
struct asp_known_stacks;

/* NULL where there is no memory. */
struct asp_known_stacks *asp_known_stacks_create(void);

/* How many frames were found and written, and the walk's identity; 0 where it is not known. */
size_t asp_known_stacks_find(struct asp_known_stacks *known, struct asp_pages *pages,
                             const struct asp_registers *registers, struct asp_frame *frames,
                             size_t capacity, uint64_t *identity);

/* Keeps a walk with the words it read. `is_complete`: it came to the outermost frame. The walk's
   identity, 0 where it could not be kept. */
uint64_t asp_known_stacks_add(struct asp_known_stacks *known, const struct asp_code *code,
                              const struct asp_registers *registers, const struct asp_reads *reads,
                              const struct asp_frame *frames, size_t count, size_t capacity,
                              bool is_complete);

/* Forgets all, or only the walks that might now lead further. */
void asp_known_stacks_forget(struct asp_known_stacks *known, bool only_incomplete);

void asp_known_stacks_destroy(struct asp_known_stacks *known);

#endif
