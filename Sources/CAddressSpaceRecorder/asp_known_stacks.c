#include "asp_known_stacks.h"

#include <stdlib.h>
#include <string.h>

enum {
  SETS = 256,
  WAYS = 8, /* different callers of the same function at the same depth */
};

/* How far above the outermost frame something may still be part of the stack. */
static const uint64_t MARGIN = 1 << 16;

/* What a walk depends on: a word, or a register by its number. */
struct condition {
  uint64_t place, value;
};

struct stack {
  uint64_t identity;
  uint64_t ip, sp;
  size_t capacity;
  bool is_complete;
  size_t register_count, word_count, frame_count;
  struct asp_frame *frames;
  struct condition conditions[]; /* of registers, then of words in the order they were read */
};

struct asp_known_stacks {
  struct stack *stacks[SETS][WAYS];
  uint8_t next[SETS]; /* the way that is given up next */
  uint64_t last_identity;
};

struct asp_known_stacks *asp_known_stacks_create(void) {
  return calloc(1, sizeof(struct asp_known_stacks));
}

static size_t set_of(const struct asp_registers *registers) {
  uint64_t mixed = (registers->ip ^ registers->sp << 1) * 0x9e3779b97f4a7c15;
  return mixed >> 56;
}

static bool holds(const struct stack *stack, struct asp_pages *pages,
                  const struct asp_registers *registers) {
  const struct condition *condition = stack->conditions;
  for (size_t i = 0; i < stack->register_count; i++, condition++) {
    if (registers->values[condition->place] != condition->value) return false;
  }
  for (size_t i = 0; i < stack->word_count; i++, condition++) {
    uint64_t value;
    if (!asp_pages_word(pages, registers->word_bits, condition->place, &value)) return false;
    if (value != condition->value) return false;
  }
  return true;
}

size_t asp_known_stacks_find(struct asp_known_stacks *known, struct asp_pages *pages,
                             const struct asp_registers *registers, struct asp_frame *frames,
                             size_t capacity, uint64_t *identity) {
  struct stack **ways = known->stacks[set_of(registers)];
  for (size_t way = 0; way < WAYS; way++) {
    const struct stack *stack = ways[way];
    if (!stack || stack->ip != registers->ip || stack->sp != registers->sp) continue;
    if (stack->capacity != capacity || !holds(stack, pages, registers)) continue;
    memcpy(frames, stack->frames, stack->frame_count * sizeof *frames);
    *identity = stack->identity;
    return stack->frame_count;
  }
  return 0;
}

/* From the lowest to the highest stack pointer: all stacks that the walk was on. */
struct extent {
  uint64_t low, high;
};

static struct extent extent_of(const struct asp_frame *frames, size_t count) {
  struct extent extent = {UINT64_MAX, 0};
  for (size_t i = 0; i < count; i++) {
    if (frames[i].sp < extent.low) extent.low = frames[i].sp;
    if (frames[i].sp > extent.high) extent.high = frames[i].sp;
  }
  extent.low = extent.low < MARGIN ? 0 : extent.low - MARGIN;
  extent.high = extent.high > UINT64_MAX - MARGIN ? UINT64_MAX : extent.high + MARGIN;
  return extent;
}

static bool counts(uint64_t value, const struct extent *extent, const struct asp_code *code) {
  return (value >= extent->low && value <= extent->high) || asp_code_find(code, value) ||
         asp_code_find(code, value - 1);
}

static struct stack *make(const struct asp_registers *registers, size_t most_conditions,
                          const struct asp_frame *frames, size_t count) {
  struct stack *stack = malloc(sizeof *stack + most_conditions * sizeof *stack->conditions);
  struct asp_frame *copy = malloc(count * sizeof *copy);
  if (!stack || !copy) {
    free(stack);
    free(copy);
    return NULL;
  }
  memcpy(copy, frames, count * sizeof *copy);
  *stack = (struct stack){
      .ip = registers->ip, .sp = registers->sp, .frame_count = count, .frames = copy};
  return stack;
}

static void discard(struct stack *stack) {
  if (stack) free(stack->frames);
  free(stack);
}

static void put(struct asp_known_stacks *known, size_t set, struct stack *stack) {
  size_t way = known->next[set];
  known->next[set] = (uint8_t)((way + 1) % WAYS);
  discard(known->stacks[set][way]);
  known->stacks[set][way] = stack;
}

/* Gives back what there was room for in vain. */
static struct stack *shrink(struct stack *stack) {
  size_t count = stack->register_count + stack->word_count;
  struct stack *moved = realloc(stack, sizeof *stack + count * sizeof *stack->conditions);
  return moved ? moved : stack;
}

uint64_t asp_known_stacks_add(struct asp_known_stacks *known, const struct asp_code *code,
                              const struct asp_registers *registers, const struct asp_reads *reads,
                              const struct asp_frame *frames, size_t count, size_t capacity,
                              bool is_complete) {
  if (!reads->is_whole) return 0;
  struct stack *stack = make(registers, (size_t)registers->count + reads->count, frames, count);
  if (!stack) return 0;
  struct extent extent = extent_of(frames, count);
  struct condition *next = stack->conditions;
  stack->capacity = capacity;
  stack->is_complete = is_complete;
  for (int i = 0; i < registers->count; i++) {
    uint64_t value = registers->values[i];
    if (counts(value, &extent, code)) *next++ = (struct condition){(uint64_t)i, value};
  }
  stack->register_count = (size_t)(next - stack->conditions);
  for (size_t i = 0; i < reads->count; i++) {
    const struct asp_read *read = &reads->reads[i];
    if (counts(read->value, &extent, code)) *next++ = (struct condition){read->address, read->value};
  }
  stack->word_count = (size_t)(next - stack->conditions) - stack->register_count;
  stack->identity = ++known->last_identity;
  put(known, set_of(registers), shrink(stack));
  return known->last_identity;
}

void asp_known_stacks_forget(struct asp_known_stacks *known, bool only_incomplete) {
  for (size_t set = 0; set < SETS; set++) {
    for (size_t way = 0; way < WAYS; way++) {
      struct stack **stack = &known->stacks[set][way];
      if (!*stack || (only_incomplete && (*stack)->is_complete)) continue;
      discard(*stack);
      *stack = NULL;
    }
  }
}

void asp_known_stacks_destroy(struct asp_known_stacks *known) {
  if (!known) return;
  asp_known_stacks_forget(known, false);
  free(known);
}
