#ifndef ASP_MEMORY_H
#define ASP_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads `size` bytes of another process from `address` on. Returns how many were read, which is
   fewer where the memory ends, or -errno where not even the first could be read. */
ssize_t asp_read_memory(pid_t pid, uint64_t address, void *buffer, size_t size);

#endif
