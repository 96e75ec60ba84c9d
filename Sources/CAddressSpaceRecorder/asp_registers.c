#define _GNU_SOURCE
#include "asp_registers.h"

#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "asp_processors.h"

int asp_get_registers(pid_t tid, struct asp_registers *out) {
  uint64_t status[64];
  struct iovec into = {status, sizeof status};
  if (ptrace(PTRACE_GETREGSET, tid, (void *)(uintptr_t)NT_PRSTATUS, &into) != 0) return -errno;
  switch (into.iov_len) {
    case ASP_I386_STATUS_SIZE:
      asp_registers_from_i386(status, out);
      return 0;
    case ASP_X86_64_STATUS_SIZE:
      asp_registers_from_x86_64(status, out);
      return 0;
    default:
      return -ENOTSUP;
  }
}

const struct asp_processor *asp_processor_of(int word_bits) {
  switch (word_bits) {
    case 32:
      return &asp_i386;
    case 64:
      return &asp_x86_64;
    default:
      return NULL;
  }
}
