#include "asp_swift_names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* In every Swift program's runtime. */
extern char *swift_demangle(const char *name, size_t length, char *buffer, size_t *size,
                            uint32_t flags) __attribute__((weak));

char *asp_demangle_swift(const char *name) {
  return swift_demangle ? swift_demangle(name, strlen(name), NULL, NULL, 0) : NULL;
}

void asp_free(char *text) { free(text); }
