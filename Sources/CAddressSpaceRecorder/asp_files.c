#define _GNU_SOURCE
#include "asp_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct wanted {
  unsigned device_major, device_minor;
  uint64_t inode;
};

enum likeness {
  OTHER_FILE,
  SAME_NAME, /* on a device that cannot be compared: of some file systems the map has another */
  SAME_FILE,
};

static enum likeness compare(int fd, const struct wanted *wanted) {
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return OTHER_FILE;
  bool is_same_device = major(status.st_dev) == wanted->device_major &&
                        minor(status.st_dev) == wanted->device_minor;
  if (!is_same_device) return SAME_NAME;
  return status.st_ino == wanted->inode ? SAME_FILE : OTHER_FILE;
}

/* Opens the file where it is at least as like as that. */
static int try(const char *path, const struct wanted *wanted, enum likeness least) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return -errno;
  if (compare(fd, wanted) >= least) return fd;
  close(fd);
  return -ESTALE;
}

int asp_open_mapped_file(pid_t pid, const char *path, unsigned device_major, unsigned device_minor,
                         uint64_t inode) {
  const struct wanted wanted = {device_major, device_minor, inode};
  char theirs[PATH_MAX + 32];
  if (path[0] != '/') return -ENOENT;
  int length = snprintf(theirs, sizeof theirs, "/proc/%d/root%s", (int)pid, path);
  if (length < 0 || (size_t)length >= sizeof theirs) return -ENAMETOOLONG;
  /* The kernel writes paths as we see them, but for what we do not see at all. */
  int fd = try(path, &wanted, SAME_FILE);
  return fd >= 0 ? fd : try(theirs, &wanted, SAME_NAME);
}
