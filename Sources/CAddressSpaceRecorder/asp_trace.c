#define _GNU_SOURCE
#include "asp_trace.h"

#include <errno.h>
#include <linux/audit.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static int kind_of_event(int event) {
  switch (event) {
    case PTRACE_EVENT_FORK: return ASP_STOP_FORK;
    case PTRACE_EVENT_VFORK: return ASP_STOP_VFORK;
    case PTRACE_EVENT_CLONE: return ASP_STOP_CLONE;
    case PTRACE_EVENT_EXEC: return ASP_STOP_EXEC;
    case PTRACE_EVENT_EXIT: return ASP_STOP_EXITING;
    case PTRACE_EVENT_SECCOMP: return ASP_STOP_CALL;
    default: return ASP_STOP_OTHER;
  }
}

static int is_stop_of_job_control(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static int has_message(int kind) {
  return kind == ASP_STOP_FORK || kind == ASP_STOP_VFORK || kind == ASP_STOP_CLONE ||
         kind == ASP_STOP_EXEC || kind == ASP_STOP_EXITING;
}

static void describe_stop(int status, struct asp_stop *out) {
  int signal = WSTOPSIG(status);
  int event = status >> 16;
  out->signal = signal;
  if (event == PTRACE_EVENT_STOP) {
    out->kind = is_stop_of_job_control(signal) ? ASP_STOP_GROUP : ASP_STOP_INTERRUPTED;
  } else if (event != 0) {
    out->kind = kind_of_event(event);
  } else if (signal == (SIGTRAP | 0x80)) {
    out->kind = ASP_STOP_SYSCALL;
  } else {
    out->kind = ASP_STOP_SIGNAL;
  }
}

int asp_wait(struct asp_stop *out) {
  int status;
  pid_t tid = waitpid(-1, &status, __WALL);
  if (tid < 0) return -errno;
  memset(out, 0, sizeof *out);
  out->tid = tid;
  if (WIFEXITED(status)) {
    out->kind = ASP_STOP_EXITED;
    out->status = WEXITSTATUS(status);
  } else if (WIFSIGNALED(status)) {
    out->kind = ASP_STOP_KILLED;
    out->signal = WTERMSIG(status);
  } else {
    describe_stop(status, out);
    unsigned long message = 0;
    if (has_message(out->kind) && ptrace(PTRACE_GETEVENTMSG, tid, 0, &message) == 0) {
      out->message = message;
    }
  }
  return 0;
}

int asp_kill(pid_t pid) { return kill(pid, SIGKILL) == 0 ? 0 : -errno; }

int asp_resume(pid_t tid, int how, int signal) {
  int request = how == ASP_RESUME_TO_SYSCALL  ? PTRACE_SYSCALL
                : how == ASP_RESUME_LISTENING ? PTRACE_LISTEN
                : how == ASP_RESUME_DETACHED  ? PTRACE_DETACH
                                              : PTRACE_CONT;
  return ptrace(request, tid, 0, (long)signal) == 0 ? 0 : -errno;
}

/* The kernel's struct ptrace_syscall_info, which C libraries call by different names. */
struct call_info {
  uint8_t op;
  uint8_t pad[3];
  uint32_t arch;
  uint64_t ip;
  uint64_t sp;
  union {
    struct {
      uint64_t nr;
      uint64_t args[6];
    } entry;
    struct {
      int64_t rval;
      uint8_t is_error;
    } exit;
  };
};

int asp_call_info(pid_t tid, struct asp_call *out) {
  struct call_info info;
  memset(&info, 0, sizeof info);
  memset(out, 0, sizeof *out);
  if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof info, &info) < 0) return -errno;
  out->abi = info.arch == AUDIT_ARCH_X86_64 ? ASP_ABI_X86_64
             : info.arch == AUDIT_ARCH_I386 ? ASP_ABI_I386
                                            : ASP_ABI_OTHER;
  out->is_exit = info.op == PTRACE_SYSCALL_INFO_EXIT;
  if (out->is_exit) {
    out->result = info.exit.rval;
    out->is_error = info.exit.is_error;
  } else {
    out->number = info.entry.nr;
    memcpy(out->args, info.entry.args, sizeof out->args);
  }
  return 0;
}
