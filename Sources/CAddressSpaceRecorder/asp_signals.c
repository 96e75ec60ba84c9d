#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "asp_trace.h"

static volatile sig_atomic_t counts[NSIG];

static void count(int signal) {
  if (signal > 0 && signal < NSIG) counts[signal]++;
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

void asp_set_alarm(unsigned milliseconds) {
  struct timeval period = {milliseconds / 1000, (milliseconds % 1000) * 1000};
  struct itimerval timer = {period, period};
  setitimer(ITIMER_REAL, &timer, NULL);
}
