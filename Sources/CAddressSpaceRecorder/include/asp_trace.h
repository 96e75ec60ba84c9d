#ifndef ASP_TRACE_H
#define ASP_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a traced thread stopped for. */
enum asp_stop_kind {
  ASP_STOP_CALL,       /* before a call that the filter asks for: asp_call_info tells which */
  ASP_STOP_SYSCALL,    /* before or after any call, where it was resumed to stop there */
  ASP_STOP_SIGNAL,     /* a signal is about to be delivered: `signal` */
  ASP_STOP_GROUP,      /* stopped by job control: `signal` */
  ASP_STOP_INTERRUPTED, /* by asp_interrupt, or the first stop of a new thread */
  ASP_STOP_FORK,       /* a child was made: its id is `message` */
  ASP_STOP_CLONE,      /* a thread, or a child that shares memory: its id is `message` */
  ASP_STOP_VFORK,      /* a child that borrows the memory: its id is `message` */
  ASP_STOP_EXEC,       /* another program began; the thread that called it had the id `message` */
  ASP_STOP_EXITING,    /* about to end: memory and map are still there */
  ASP_STOP_EXITED,     /* gone: `status` */
  ASP_STOP_KILLED,     /* gone by `signal` */
  ASP_STOP_OTHER,
};

struct asp_stop {
  pid_t tid;
  int kind;
  int signal;
  int status;
  uint64_t message;
};

enum asp_abi { ASP_ABI_X86_64 = 1, ASP_ABI_I386 = 2, ASP_ABI_OTHER = 3 };

/* A system call at a stop. */
struct asp_call {
  int abi;
  int is_exit; /* after the call: only `result` and `is_error` are set */
  uint64_t number;
  uint64_t args[6];
  int64_t result; /* -errno where is_error */
  int is_error;
};

/* Why a program could not be started. */
enum asp_start_stage { ASP_START_FILTER = 1, ASP_START_EXEC = 2 };
struct asp_start_failure {
  int stage;
  int error;
};

/* Starts a program, stopped nowhere, traced and with a filter that stops it and its children only
   at calls that change an address space; killed when we die. The arguments are
   `size` bytes of texts one after the other, each with a final zero; the first is the program's
   name or path. `failure_fd` gives a struct asp_start_failure if it could not be executed, else nothing.
   0 or -errno. */
int asp_spawn(const char *arguments, size_t size, pid_t *pid, int *failure_fd);

/* Reads what `failure_fd` of asp_spawn has to say and closes it: 1 if it was a failure, else 0. */
int asp_start_failed(int failure_fd, struct asp_start_failure *out);

/* Begins to trace a running thread, and interrupts it; 0 or -errno. It is let go when we die. */
int asp_seize(pid_t tid);

/* Makes a traced thread stop with ASP_STOP_INTERRUPTED; 0 or -errno. */
int asp_interrupt(pid_t tid);

/* Waits for the next stop of any traced thread: 0, -ECHILD where none is left, or -EINTR where a
   signal came first. */
int asp_wait(struct asp_stop *out);

/* Kills a process; 0 or -errno. */
int asp_kill(pid_t pid);

enum asp_resume_how {
  ASP_RESUME,            /* to the next call that the filter asks for */
  ASP_RESUME_TO_SYSCALL, /* to the beginning or end of the next call */
  ASP_RESUME_LISTENING,  /* stays stopped by job control, but tells what happens to it */
  ASP_RESUME_DETACHED,   /* goes on untraced */
};

/* Lets a stopped thread go on and delivers `signal` to it, if not 0; 0 or -errno. */
int asp_resume(pid_t tid, int how, int signal);

/* The call at an ASP_STOP_CALL or ASP_STOP_SYSCALL; 0 or -errno. */
int asp_call_info(pid_t tid, struct asp_call *out);

/* From now on SIGINT, SIGTERM and SIGHUP are counted, and with SIGALRM they end asp_wait. */
int asp_watch_signals(void);

/* How often a watched signal came. */
int asp_signal_count(int signal);

/* Whether a signal or the alarm came since this was last asked: also where none ended a wait, for
   a busy program leaves nothing to wait for. */
int asp_take_signals(void);

/* Asks for a SIGALRM every so many milliseconds, none with 0. */
void asp_set_alarm(unsigned milliseconds);

#endif
