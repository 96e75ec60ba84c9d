#define _GNU_SOURCE
#include "asp_memory.h"

#include <errno.h>
#include <sys/uio.h>

ssize_t asp_read_memory(pid_t pid, uint64_t address, void *buffer, size_t size) {
  struct iovec ours = {buffer, size};
  struct iovec theirs = {(void *)(uintptr_t)address, size};
  ssize_t count = process_vm_readv(pid, &ours, 1, &theirs, 1, 0);
  if (count >= 0) return count;
  if (errno != EFAULT) return -errno;
  /* Where a range cannot be read whole the call may refuse all of it: read up to the page's end. */
  const size_t page = 4096;
  size_t done = 0;
  while (done < size) {
    size_t rest = page - (address + done) % page;
    if (rest > size - done) rest = size - done;
    ours = (struct iovec){(char *)buffer + done, rest};
    theirs = (struct iovec){(void *)(uintptr_t)(address + done), rest};
    count = process_vm_readv(pid, &ours, 1, &theirs, 1, 0);
    if (count <= 0) return done > 0 ? (ssize_t)done : -errno;
    done += (size_t)count;
    if ((size_t)count < rest) break;
  }
  return (ssize_t)done;
}
