#define _GNU_SOURCE
#include "asp_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "asp_memory.h"

ssize_t asp_open_file(pid_t tid, int fd, char *name, size_t capacity, uint64_t *inode) {
  char link[64];
  struct stat status;
  snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)tid, fd);
  ssize_t length = readlink(link, name, capacity);
  if (length < 0 || stat(link, &status) != 0) return -errno;
  *inode = status.st_ino;
  return length;
}

static int open_if(const char *path, uint64_t inode) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return -errno;
  struct stat status;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
      (inode == 0 || status.st_ino == inode)) {
    return fd;
  }
  close(fd);
  return -ENOENT;
}

int asp_open_mapped(pid_t pid, const char *path, uint64_t inode, uint64_t low, uint64_t high) {
  char name[PATH_MAX + 32];
  /* The kernel writes paths as we see them, but for what we do not see at all. */
  int ours = open_if(path, inode);
  if (ours >= 0) return ours;
  int length = snprintf(name, sizeof name, "/proc/%d/root%s", (int)pid, path);
  if (length > 0 && (size_t)length < sizeof name) {
    int fd = open_if(name, inode);
    if (fd >= 0) return fd;
  }
  snprintf(name, sizeof name, "/proc/%d/map_files/%llx-%llx", (int)pid, (unsigned long long)low,
           (unsigned long long)high);
  return open_if(name, inode);
}

int asp_copy_memory(pid_t pid, uint64_t address, size_t size) {
  char *copy = malloc(size);
  if (!copy) return -ENOMEM;
  ssize_t count = asp_read_memory(pid, address, copy, size);
  int fd = count < 0 ? (int)count : asp_make_file(copy, (size_t)count);
  free(copy);
  return fd;
}

int asp_make_file(const void *bytes, size_t size) {
  int fd = memfd_create("copy", MFD_CLOEXEC);
  if (fd < 0) return -errno;
  for (size_t done = 0; done < size;) {
    ssize_t count = write(fd, (const char *)bytes + done, size - done);
    if (count <= 0) {
      int error = count < 0 ? -errno : -EIO;
      close(fd);
      return error;
    }
    done += (size_t)count;
  }
  return fd;
}

ssize_t asp_file_size(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 ? (ssize_t)status.st_size : -errno;
}

size_t asp_read_file(int fd, void *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t count = pread(fd, (char *)bytes + done, size - done, (off_t)done);
    if (count <= 0) break;
    done += (size_t)count;
  }
  return done;
}

void asp_close(int fd) { close(fd); }

int asp_shares_memory(pid_t one, pid_t other) {
  long order = syscall(SYS_kcmp, one, other, KCMP_VM, 0, 0);
  return order < 0 ? -errno : order == 0;
}

/* The beginning of a small file of a process; its length or -errno. */
static ssize_t read_small(const char *path, char *text, size_t capacity) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  ssize_t count = read(fd, text, capacity - 1);
  int error = -errno;
  close(fd);
  if (count < 0) return error;
  text[count] = 0;
  return count;
}

/* A number in the `status` of a process, by its label with a newline before it. */
static pid_t number_in_status(pid_t tid, const char *label) {
  char path[64];
  char text[1024];
  snprintf(path, sizeof path, "/proc/%d/status", (int)tid);
  ssize_t count = read_small(path, text, sizeof text);
  if (count < 0) return (pid_t)count;
  const char *line = strstr(text, label);
  return line ? (pid_t)strtol(line + strlen(label), NULL, 10) : -ESRCH;
}

pid_t asp_process_of(pid_t tid) { return number_in_status(tid, "\nTgid:"); }

int asp_lost_privileges(pid_t pid) {
  char path[64];
  struct stat status;
  snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
  return geteuid() != 0 && stat(path, &status) == 0 &&
         (((status.st_mode & S_ISUID) && status.st_uid != geteuid()) ||
          ((status.st_mode & S_ISGID) && status.st_gid != getegid()));
}

pid_t asp_tracer_of(pid_t pid) { return number_in_status(pid, "\nTracerPid:"); }

int asp_is_traced_by_us(pid_t tid) { return asp_tracer_of(tid) == gettid(); }

size_t asp_threads(pid_t pid, pid_t *tids, size_t capacity) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  DIR *folder = opendir(path);
  if (!folder) return 0;
  size_t count = 0;
  struct dirent *entry;
  while ((entry = readdir(folder))) {
    long tid = strtol(entry->d_name, NULL, 10);
    if (tid <= 0) continue;
    if (count < capacity) tids[count] = (pid_t)tid;
    count++;
  }
  closedir(folder);
  return count;
}

int asp_thread_count(pid_t pid) { return number_in_status(pid, "\nThreads:"); }

int asp_has_ended(pid_t tid) {
  char path[64];
  char text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)tid);
  if (read_small(path, text, sizeof text) < 0) return 1;
  /* The state stands behind the name, which may hold anything. */
  const char *name_end = strrchr(text, ')');
  return name_end && strlen(name_end) > 2 && (name_end[2] == 'Z' || name_end[2] == 'X');
}

void asp_thread_name(pid_t pid, pid_t tid, char *name, size_t capacity) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/comm", (int)pid, (int)tid);
  ssize_t count = read_small(path, name, capacity);
  name[count > 0 && name[count - 1] == '\n' ? count - 1 : count > 0 ? count : 0] = 0;
}

void asp_describe_error(int number, char *text, size_t capacity) {
  /* The GNU form, which may return a text of its own. */
  const char *description = strerror_r(number, text, capacity);
  if (description != text) snprintf(text, capacity, "%s", description);
}

uint64_t asp_time(void) { return (uint64_t)time(NULL); }

uint64_t asp_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
