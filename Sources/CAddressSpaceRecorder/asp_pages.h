#ifndef ASP_PAGES_H
#define ASP_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
  ASP_PAGE = 4096,
  ASP_PAGE_SLOTS = 64,
  ASP_STACK_PAGES = 4, /* read at once at most: most stacks are shallower */
};

/* A word that was read. */
struct asp_read {
  uint64_t address, value;
};

enum { ASP_MOST_READS = 1024 };

/* All words that were read in a walk. */
struct asp_reads {
  size_t count;
  bool is_whole; /* none failed, and there was room for all */
  struct asp_read reads[ASP_MOST_READS];
};

/* Pages of a stopped process, copied when first read. They are true until it runs on. */
struct asp_pages {
  pid_t pid;
  uint64_t now;                     /* counts the stops: what was copied before is forgotten */
  uint64_t number[ASP_PAGE_SLOTS];  /* of the page, its address by ASP_PAGE */
  uint64_t copied[ASP_PAGE_SLOTS];  /* at which stop */
  uint16_t size[ASP_PAGE_SLOTS];    /* 0 where it cannot be read */
  uint8_t (*bytes)[ASP_PAGE];
  uint64_t first; /* the page of the stack pointer */
  int wanted;     /* how many from it on the last walk looked at */
  struct asp_reads *log; /* of asp_pages_word; may be NULL */
};

/* 0 or -ENOMEM. */
int asp_pages_open(struct asp_pages *pages, pid_t pid);

/* Forgets all copies, and copies as much of the stack from `sp` on by one call as the walk before
   needed. */
void asp_pages_begin(struct asp_pages *pages, uint64_t sp);

/* Whether all of it could be read. */
bool asp_pages_read(struct asp_pages *pages, uint64_t address, void *out, size_t size);

/* Reads a word of the process, of 32 or 64 bits. */
bool asp_pages_word(struct asp_pages *pages, int word_bits, uint64_t address, uint64_t *out);

void asp_pages_close(struct asp_pages *pages);

#endif
