#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "asp_process.h"

/* The kernel's struct procmap_query (linux/fs.h), which older headers do not have. */
struct query {
  uint64_t size;
  uint64_t query_flags;
  uint64_t query_addr;
  uint64_t vma_start;
  uint64_t vma_end;
  uint64_t vma_flags;
  uint64_t vma_page_size;
  uint64_t vma_offset;
  uint64_t inode;
  uint32_t dev_major;
  uint32_t dev_minor;
  uint32_t vma_name_size;
  uint32_t build_id_size;
  uint64_t vma_name_addr;
  uint64_t build_id_addr;
};

int asp_region_at(pid_t pid, uint64_t address, char *name, size_t capacity,
                  struct asp_region *out) {
  char path[32];
  struct query query = {.size = sizeof query, .query_addr = address};
  query.vma_name_size = (uint32_t)capacity;
  query.vma_name_addr = (uintptr_t)name;
  snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  int error = ioctl(fd, _IOWR('f', 17, struct query), &query) == 0 ? 0 : -errno;
  close(fd);
  if (error != 0) return error;
  out->low = query.vma_start;
  out->high = query.vma_end;
  /* The kernel's bits are those of the letters: read, write, execute, shared. */
  out->access = (int)(query.vma_flags & 15);
  out->offset = query.vma_offset;
  out->inode = query.inode;
  /* It counts the final zero; where there is no name it is 0. */
  out->name_length = query.vma_name_size > 0 ? query.vma_name_size - 1 : 0;
  return 0;
}
