#define _GNU_SOURCE
#include "asp_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "asp_trace.h"

/* The calls that change an address space, by their numbers in the kernel's tables
   (arch/x86/entry/syscalls). The width of a task does not tell which table a call is of: 64-bit
   code may use int 0x80. */
static const uint32_t calls_x86_64[] = {
    9,   /* mmap */
    10,  /* mprotect */
    11,  /* munmap */
    12,  /* brk */
    25,  /* mremap */
    30,  /* shmat */
    67,  /* shmdt */
    59,  /* execve */
    158, /* arch_prctl */
    206, /* io_setup */
    207, /* io_destroy */
    216, /* remap_file_pages */
    322, /* execveat */
    329, /* pkey_mprotect */
    453, /* map_shadow_stack */
};
static const uint32_t calls_i386[] = {
    90,  /* old mmap */
    91,  /* munmap */
    45,  /* brk */
    11,  /* execve */
    125, /* mprotect */
    163, /* mremap */
    192, /* mmap2 */
    245, /* io_setup */
    246, /* io_destroy */
    257, /* remap_file_pages */
    358, /* execveat */
    380, /* pkey_mprotect */
    384, /* arch_prctl */
    397, /* shmat */
    398, /* shmdt */
    453, /* map_shadow_stack */
};
enum { PRCTL_X86_64 = 157, PRCTL_I386 = 172, IPC_I386 = 117, IPC_SHMAT = 21, IPC_SHMDT = 22 };
/* prctl's options that change a map. */
enum { SET_MM = 35, SET_VMA = 0x53564d41 };

enum { MOST_INSTRUCTIONS = 96 };

struct program {
  struct sock_filter code[MOST_INSTRUCTIONS];
  unsigned short length;
};

static void add(struct program *program, struct sock_filter instruction) {
  if (program->length < MOST_INSTRUCTIONS) program->code[program->length] = instruction;
  program->length++;
}

static void load(struct program *program, uint32_t offset) {
  add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void answer(struct program *program, uint32_t value) {
  add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

/* Skips `count` instructions unless what was loaded is `value`. */
static void unless(struct program *program, uint32_t value, uint8_t count) {
  add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count));
}

/* Stops at call `number` if its first argument is one of two. */
static void stop_at_argument(struct program *program, uint32_t number, uint32_t one, uint32_t other,
                             uint32_t abi) {
  unless(program, number, 5);
  load(program, offsetof(struct seccomp_data, args[0]));
  add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, one, 1, 0));
  unless(program, other, 1);
  answer(program, SECCOMP_RET_TRACE | abi);
  answer(program, SECCOMP_RET_ALLOW);
}

static void stop_at(struct program *program, const uint32_t *calls, size_t count, uint32_t abi) {
  load(program, offsetof(struct seccomp_data, nr));
  for (size_t index = 0; index < count; index++) {
    uint8_t rest = (uint8_t)(count - index - 1);
    add(program,
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[index], rest,
                                     rest == 0 ? 1 : 0));
  }
  answer(program, SECCOMP_RET_TRACE | abi);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void build(struct program *program) {
  /* Each part is left by its end: the jump over the first one is filled in once it is known. */
  load(program, offsetof(struct seccomp_data, arch));
  unsigned short jump = program->length;
  unless(program, AUDIT_ARCH_X86_64, 0);
  stop_at(program, calls_x86_64, COUNT(calls_x86_64), ASP_ABI_X86_64);
  stop_at_argument(program, PRCTL_X86_64, SET_MM, SET_VMA, ASP_ABI_X86_64);
  answer(program, SECCOMP_RET_ALLOW);
  program->code[jump].jf = (uint8_t)(program->length - jump - 1);
  unless(program, AUDIT_ARCH_I386, 1);
  add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0));
  answer(program, SECCOMP_RET_ALLOW);
  stop_at(program, calls_i386, COUNT(calls_i386), ASP_ABI_I386);
  stop_at_argument(program, PRCTL_I386, SET_MM, SET_VMA, ASP_ABI_I386);
  load(program, offsetof(struct seccomp_data, nr));
  /* The upper half of ipc's first argument is a version. */
  unless(program, IPC_I386, 6);
  load(program, offsetof(struct seccomp_data, args[0]));
  add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xffff));
  add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPC_SHMAT, 1, 0));
  unless(program, IPC_SHMDT, 1);
  answer(program, SECCOMP_RET_TRACE | ASP_ABI_I386);
  answer(program, SECCOMP_RET_ALLOW);
  answer(program, SECCOMP_RET_ALLOW);
}

int asp_install_filter(void) {
  struct program program = {.length = 0};
  build(&program);
  if (program.length > MOST_INSTRUCTIONS) return -E2BIG;
  struct sock_fprog fprog = {program.length, program.code};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) == 0) return 0;
  if (errno != EACCES) return -errno;
  /* Who is not privileged must give up gaining privileges by setuid programs. */
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -errno;
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) == 0 ? 0 : -errno;
}
