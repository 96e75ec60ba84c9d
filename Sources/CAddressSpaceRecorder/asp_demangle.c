#define _GNU_SOURCE
#include "asp_demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum {
  LONGEST_SYMBOL = 1 << 14,
  LONGEST_NAME = 1 << 16,
};

struct text {
  char *bytes;
  size_t size, capacity;
  jmp_buf too_long;
};

/* A short symbol may stand for a name of exponential length. There is no other way to stop the
   demangler, which keeps all that it has on its stack. */
static void append(const char *part, size_t size, void *argument) {
  struct text *text = argument;
  if (size > LONGEST_NAME - text->size) longjmp(text->too_long, 1);
  size_t wanted = text->size + size + 1;
  if (wanted > text->capacity) {
    char *moved = realloc(text->bytes, wanted * 2);
    if (!moved) longjmp(text->too_long, 1);
    text->bytes = moved;
    text->capacity = wanted * 2;
  }
  memcpy(text->bytes + text->size, part, size);
  text->size += size;
  text->bytes[text->size] = 0;
}

typedef int demangler(const char *, int, demangle_callbackref, void *);

static char *demangle(const char *symbol, demangler *with) {
  struct text text = {0};
  if (setjmp(text.too_long) == 0 &&
      with(symbol, DMGL_PARAMS | DMGL_ANSI, append, &text) && text.bytes) {
    return text.bytes;
  }
  free(text.bytes);
  return NULL;
}

char *asp_demangle(const char *symbol) {
  if (strncmp(symbol, "_Z", 2) != 0 && strncmp(symbol, "_R", 2) != 0) return NULL;
  if (strnlen(symbol, LONGEST_SYMBOL) == LONGEST_SYMBOL) return NULL;
  /* Rust's older symbols are C++'s with a hash behind, which this one cuts off. */
  char *name = demangle(symbol, rust_demangle_callback);
  return name ? name : demangle(symbol, cplus_demangle_v3_callback);
}
