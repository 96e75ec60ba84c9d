#define _GNU_SOURCE
#include "asp_pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

int asp_pages_open(struct asp_pages *pages, pid_t pid) {
  *pages = (struct asp_pages){.pid = pid, .now = 1};
  pages->bytes = malloc(ASP_PAGE_SLOTS * sizeof *pages->bytes);
  return pages->bytes ? 0 : -ENOMEM;
}

void asp_pages_close(struct asp_pages *pages) {
  free(pages->bytes);
  pages->bytes = NULL;
}

/* Copies pages that follow one another. What cannot be read is remembered as empty. */
static void copy(struct asp_pages *pages, uint64_t first, int count) {
  struct iovec ours[ASP_STACK_PAGES];
  struct iovec theirs = {(void *)(uintptr_t)(first * ASP_PAGE), (size_t)count * ASP_PAGE};
  for (int i = 0; i < count; i++) {
    ours[i] = (struct iovec){pages->bytes[(first + (uint64_t)i) % ASP_PAGE_SLOTS], ASP_PAGE};
  }
  ssize_t got = process_vm_readv(pages->pid, ours, (unsigned long)count, &theirs, 1, 0);
  if (got < 0) got = 0;
  for (int i = 0; i < count; i++) {
    size_t slot = (first + (uint64_t)i) % ASP_PAGE_SLOTS;
    ssize_t rest = got - (ssize_t)i * ASP_PAGE;
    /* Behind the end of what could be read lies what was only read ahead: unknown but for the
       first. */
    if (i > 0 && rest <= 0) break;
    pages->number[slot] = first + (uint64_t)i;
    pages->copied[slot] = pages->now;
    pages->size[slot] = (uint16_t)(rest < ASP_PAGE ? (rest > 0 ? rest : 0) : ASP_PAGE);
  }
}

void asp_pages_begin(struct asp_pages *pages, uint64_t sp) {
  int count = pages->wanted < 1 ? 1 : pages->wanted;
  pages->now++;
  pages->first = sp / ASP_PAGE;
  pages->wanted = 0;
  copy(pages, pages->first, count);
}

/* The slot that holds a page, copied now where it was not. */
static size_t find(struct asp_pages *pages, uint64_t number) {
  size_t slot = number % ASP_PAGE_SLOTS;
  if (pages->copied[slot] != pages->now || pages->number[slot] != number) copy(pages, number, 1);
  uint64_t distance = number - pages->first;
  if (distance < ASP_STACK_PAGES && (int)distance >= pages->wanted) {
    pages->wanted = (int)distance + 1;
  }
  return slot;
}

bool asp_pages_read(struct asp_pages *pages, uint64_t address, void *out, size_t size) {
  uint8_t *to = out;
  while (size > 0) {
    size_t offset = address % ASP_PAGE;
    size_t part = ASP_PAGE - offset < size ? ASP_PAGE - offset : size;
    size_t slot = find(pages, address / ASP_PAGE);
    if (offset + part > pages->size[slot]) return false;
    memcpy(to, pages->bytes[slot] + offset, part);
    to += part;
    address += part;
    size -= part;
  }
  return true;
}

static void note(struct asp_reads *log, uint64_t address, uint64_t value, bool could_read) {
  if (log->count < ASP_MOST_READS && could_read) {
    log->reads[log->count++] = (struct asp_read){address, value};
  } else {
    log->is_whole = false;
  }
}

bool asp_pages_word(struct asp_pages *pages, int word_bits, uint64_t address, uint64_t *out) {
  uint64_t wide = 0;
  uint32_t narrow = 0;
  bool is_wide = word_bits == 64;
  bool could_read = is_wide ? asp_pages_read(pages, address, &wide, sizeof wide)
                            : asp_pages_read(pages, address, &narrow, sizeof narrow);
  uint64_t value = is_wide ? wide : narrow;
  if (pages->log) note(pages->log, address, value, could_read);
  if (could_read) *out = value;
  return could_read;
}
