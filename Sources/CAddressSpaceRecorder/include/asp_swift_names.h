#ifndef ASP_SWIFT_NAMES_H
#define ASP_SWIFT_NAMES_H

/* What a mangled Swift name means, to be freed by asp_free; NULL where it is none. */
char *asp_demangle_swift(const char *name);

void asp_free(char *text);

#endif
