/* A process of about COUNT mappings that stay as they are: `many_regions COUNT [GAP_EVERY]`.

   Neighbours differ in protection, so that the kernel cannot merge them. With GAP_EVERY a page
   is left free after so many mappings. Says "ready" and waits to be killed. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

int main(int argc, char **argv) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  const size_t gap_every = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
  if (count == 0) {
    fprintf(stderr, "usage: many_regions COUNT [GAP_EVERY]\n");
    return 2;
  }
  const size_t pages = count + (gap_every ? count / gap_every : 0);
  char *at = mmap(NULL, pages * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) fail("mmap");
  for (size_t index = 0; index < count; index++, at += page) {
    if (index % 2 && mprotect(at, page, PROT_READ | PROT_WRITE) != 0) fail("mprotect");
    if (gap_every && index % gap_every == gap_every - 1) {
      at += page;
      if (munmap(at, page) != 0) fail("munmap");
    }
  }
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}
