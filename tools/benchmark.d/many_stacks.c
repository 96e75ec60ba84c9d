/* Maps and unmaps on 1,000 different stacks in turn: `many_stacks EVENTS [LIVE]`.

   Three levels of ten calls each make the stacks. LIVE mappings are kept at a time, 1 unless it is
   given; neighbours differ in protection, so that the kernel cannot merge them. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define FUNCTION __attribute__((noinline, noclone))
/* The addition is there so that the call is no jump. */
#define TEN(function, digit, rest)                 \
  switch (digit) {                                 \
    case 0: return function(rest) + sink;          \
    case 1: return function(rest) + sink;          \
    case 2: return function(rest) + sink;          \
    case 3: return function(rest) + sink;          \
    case 4: return function(rest) + sink;          \
    case 5: return function(rest) + sink;          \
    case 6: return function(rest) + sink;          \
    case 7: return function(rest) + sink;          \
    case 8: return function(rest) + sink;          \
    default: return function(rest) + sink;         \
  }

enum { SIZE = 16 * 1024, STACKS = 1000 };

static volatile int sink;
static void **live;
static unsigned long count;
static unsigned long turn;

static FUNCTION int change(void) {
  void **place = &live[turn % count];
  if (*place && munmap(*place, SIZE) != 0) return 1;
  *place = mmap(NULL, SIZE, turn % 2 ? PROT_READ : PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return *place == MAP_FAILED;
}

static FUNCTION int third(unsigned digit) { TEN(change, digit, ) }
static FUNCTION int second(unsigned digits) { TEN(third, digits / 10, digits % 10) }
static FUNCTION int first(unsigned digits) { TEN(second, digits / 100, digits % 100) }

int main(int argc, char **argv) {
  unsigned long events = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  count = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
  if (events == 0 || count == 0) {
    fprintf(stderr, "usage: many_stacks EVENTS [LIVE]\n");
    return 2;
  }
  live = calloc(count, sizeof *live);
  if (!live) return 1;
  /* Each turn unmaps one and maps one, the first ones excepted. */
  for (turn = 0; turn < (events + count) / 2; turn++) {
    if (first(turn % STACKS) != 0) {
      perror("mmap");
      return 1;
    }
  }
  return 0;
}
