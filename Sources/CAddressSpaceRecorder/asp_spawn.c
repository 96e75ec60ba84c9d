#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asp_filter.h"
#include "asp_trace.h"

static const int options_of_all = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                                  PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;

static void report(int fd, int stage, int error) {
  struct asp_start_failure failure = {stage, error};
  ssize_t written = write(fd, &failure, sizeof failure);
  (void)written;
  _exit(127);
}

/* In the child: waits until it is traced, then becomes the program. */
static void become(char **argv, int go, int failure) {
  char byte;
  ssize_t count;
  while ((count = read(go, &byte, 1)) < 0 && errno == EINTR) continue;
  if (count != 1) _exit(127);
  int error = asp_install_filter();
  if (error != 0) report(failure, ASP_START_FILTER, -error);
  execvp(argv[0], argv);
  report(failure, ASP_START_EXEC, errno);
}

static int give_up(pid_t pid, int error) {
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  return error;
}

/* An array of pointers to texts, to be freed; NULL where there is no memory. */
static char **pointers(const char *texts, size_t size) {
  size_t count = 0;
  for (size_t index = 0; index < size; index++) count += texts[index] == 0;
  char **all = calloc(count + 1, sizeof *all);
  const char *next = texts;
  for (size_t index = 0; all && index < count; index++) {
    all[index] = (char *)next;
    next += strlen(next) + 1;
  }
  return all;
}

/* Makes a child that waits for a byte on `go` before it becomes the program. */
static int start_child(char **argv, pid_t *pid, int *go, int *failure_fd) {
  int start[2];
  int failure[2];
  if (pipe2(start, O_CLOEXEC) != 0) return -errno;
  if (pipe2(failure, O_CLOEXEC) != 0) {
    int error = -errno;
    close(start[0]);
    close(start[1]);
    return error;
  }
  pid_t child = fork();
  int error = child < 0 ? -errno : 0;
  if (child == 0) {
    close(start[1]);
    become(argv, start[0], failure[1]);
  }
  close(start[0]);
  close(failure[1]);
  *pid = child;
  *go = start[1];
  *failure_fd = failure[0];
  if (error == 0) return 0;
  close(start[1]);
  close(failure[0]);
  return error;
}

static int spawn(char **argv, pid_t *pid, int *failure_fd) {
  int go = -1;
  int error = start_child(argv, pid, &go, failure_fd);
  if (error != 0) return error;
  if (ptrace(PTRACE_SEIZE, *pid, 0,
             options_of_all | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) != 0) {
    error = give_up(*pid, -errno);
  } else if (write(go, "", 1) != 1) {
    error = give_up(*pid, -EPIPE);
  }
  close(go);
  if (error != 0) close(*failure_fd);
  return error;
}

int asp_spawn(const char *arguments, size_t size, pid_t *pid, int *failure_fd) {
  if (size == 0 || arguments[size - 1] != 0) return -EINVAL;
  char **argv = pointers(arguments, size);
  int error = argv ? spawn(argv, pid, failure_fd) : -ENOMEM;
  free(argv);
  return error;
}

int asp_start_failed(int failure_fd, struct asp_start_failure *out) {
  ssize_t count;
  while ((count = read(failure_fd, out, sizeof *out)) < 0 && errno == EINTR) continue;
  close(failure_fd);
  return count == (ssize_t)sizeof *out;
}

int asp_seize(pid_t tid) {
  if (ptrace(PTRACE_SEIZE, tid, 0, options_of_all) != 0) return -errno;
  return asp_interrupt(tid);
}

int asp_interrupt(pid_t tid) { return ptrace(PTRACE_INTERRUPT, tid, 0, 0) == 0 ? 0 : -errno; }
