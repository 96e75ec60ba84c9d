#ifndef ASP_PROCESS_H
#define ASP_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is open as `fd` in a thread: its name as a map shows it, without a final zero, and its
   inode. Returns the name's length, at most `capacity`, or -errno. */
ssize_t asp_open_file(pid_t tid, int fd, char *name, size_t capacity, uint64_t *inode);

/* Opens the file of `inode` that a process has mapped at `low` to `high` under the name `path`: also
   one that was deleted, or that lies in another mount namespace. The descriptor or -errno. */
int asp_open_mapped(pid_t pid, const char *path, uint64_t inode, uint64_t low, uint64_t high);

/* One region of a process. */
struct asp_region {
  uint64_t low;
  uint64_t high;
  uint64_t offset;
  uint64_t inode;
  size_t name_length;
  /* Read 1, write 2, execute 4, shared 8. */
  int access;
};

/* The region that holds an address, and its name as a map shows it, but for line feeds. Returns
   -ENOTTY from kernels before 6.11, which show a map as a whole only, or another -errno. */
int asp_region_at(pid_t pid, uint64_t address, char *name, size_t capacity, struct asp_region *out);

/* Copies memory of a process into a file without a name. The descriptor or -errno. */
int asp_copy_memory(pid_t pid, uint64_t address, size_t size);

/* Makes a file without a name. The descriptor or -errno. */
int asp_make_file(const void *bytes, size_t size);

/* How many bytes a file has, or -errno. */
ssize_t asp_file_size(int fd);

/* Reads a file from its beginning. Returns how many bytes were read, fewer where it ends. */
size_t asp_read_file(int fd, void *bytes, size_t size);

/* Closes a descriptor. */
void asp_close(int fd);

/* Whether two processes share one address space: 1, 0 or -errno. */
int asp_shares_memory(pid_t one, pid_t other);

/* The process that a thread belongs to, or -errno. */
pid_t asp_process_of(pid_t tid);

/* Whether a process's program would have had privileges that it did not get, because it is traced by
   somebody who has not got them. */
int asp_lost_privileges(pid_t pid);

/* The process that traces another, 0 where none does, or -errno. */
pid_t asp_tracer_of(pid_t pid);

/* Whether this thread of ours traces it. */
int asp_is_traced_by_us(pid_t tid);

/* The threads of a process: how many there are, of which at most `capacity` are written. */
size_t asp_threads(pid_t pid, pid_t *tids, size_t capacity);

/* How many threads a process has, or -errno. */
int asp_thread_count(pid_t pid);

/* Whether a thread has ended, though it may still be listed. */
int asp_has_ended(pid_t tid);

/* A thread's name, with a final zero; empty where it cannot be read. */
void asp_thread_name(pid_t pid, pid_t tid, char *name, size_t capacity);

/* What the C library calls an error number. */
void asp_describe_error(int number, char *text, size_t capacity);

/* Seconds since 1970. */
uint64_t asp_time(void);

/* Nanoseconds since some moment before the program began. */
uint64_t asp_now(void);

#endif
