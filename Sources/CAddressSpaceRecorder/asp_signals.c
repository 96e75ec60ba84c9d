#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "asp_trace.h"

/* How soon a wait ends for a signal that came before it began. */
enum { SOON_MILLISECONDS = 10 };

static volatile sig_atomic_t counts[NSIG];
static volatile sig_atomic_t has_new;

static void set_timer(unsigned milliseconds) {
  struct timeval period = {milliseconds / 1000, (milliseconds % 1000) * 1000};
  struct itimerval timer = {period, period};
  setitimer(ITIMER_REAL, &timer, NULL);
}

static void count(int signal) {
  int error = errno;
  if (signal > 0 && signal < NSIG) counts[signal]++;
  has_new = 1;
  if (signal != SIGALRM) set_timer(SOON_MILLISECONDS);
  errno = error;
}

int asp_watch_signals(void) {
  static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
  struct sigaction action, before;
  memset(&action, 0, sizeof action);
  action.sa_handler = count;
  /* Without SA_RESTART, so that they end a wait. */
  for (size_t index = 0; index < sizeof watched / sizeof watched[0]; index++) {
    int signal = watched[index];
    /* What nohup has us ignore, the program ignores as well: it inherits that. */
    if (signal != SIGALRM && sigaction(signal, NULL, &before) == 0 &&
        before.sa_handler == SIG_IGN) {
      continue;
    }
    if (sigaction(signal, &action, NULL) != 0) return -errno;
  }
  return 0;
}

int asp_signal_count(int signal) { return signal > 0 && signal < NSIG ? counts[signal] : 0; }

int asp_take_signals(void) {
  int result = has_new;
  has_new = 0;
  return result;
}

void asp_set_alarm(unsigned milliseconds) {
  set_timer(milliseconds);
  if (has_new) set_timer(SOON_MILLISECONDS);
}
