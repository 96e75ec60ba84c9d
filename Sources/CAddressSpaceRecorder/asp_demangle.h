#ifndef ASP_DEMANGLE_H
#define ASP_DEMANGLE_H

/* The readable form of a C++ or Rust symbol, for free(); NULL where it is neither, or unreasonably
   long. */
char *asp_demangle(const char *symbol);

#endif
