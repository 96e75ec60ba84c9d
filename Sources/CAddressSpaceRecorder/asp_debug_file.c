#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asp_symbol_file.h"

/* Where Debian, Fedora and others put debug files. */
static const char debug_root[] = "/usr/lib/debug";

/* The checksum of .gnu_debuglink: CRC-32 as in IEEE 802.3. */
static uint32_t add_to_checksum(uint32_t checksum, const uint8_t *bytes, size_t size) {
  static const uint32_t halves[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                      0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                      0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                      0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  for (size_t i = 0; i < size; i++) {
    checksum ^= bytes[i];
    checksum = checksum >> 4 ^ halves[checksum & 15];
    checksum = checksum >> 4 ^ halves[checksum & 15];
  }
  return checksum;
}

static bool has_checksum(int fd, uint32_t wanted) {
  uint8_t bytes[1 << 14];
  uint32_t checksum = UINT32_MAX;
  off_t offset = 0;
  for (;;) {
    ssize_t count = pread(fd, bytes, sizeof bytes, offset);
    if (count < 0) return false;
    if (count == 0) return ~checksum == wanted;
    checksum = add_to_checksum(checksum, bytes, (size_t)count);
    offset += count;
  }
}

/* Opens the file where it is one with that checksum. */
static int open_checked(const char *path, uint32_t checksum) {
  struct stat status;
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return -1;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && has_checksum(fd, checksum)) return fd;
  close(fd);
  return -1;
}

static int try(const char *root, const char *folder, size_t length, const char *below,
               const char *link, uint32_t checksum, char **name) {
  char path[PATH_MAX];
  int size = snprintf(path, sizeof path, "%s%.*s%s%s", root, (int)length, folder, below, link);
  if (size < 0 || (size_t)size >= sizeof path) return -1;
  int fd = open_checked(path, checksum);
  if (fd >= 0) *name = strdup(path);
  return fd;
}

/* Beside the file, in .debug beside it, and in the same folder below the debug files' root. */
static int find_by_link(const char *path, const char *link, uint32_t checksum, char **name) {
  const char *end = strrchr(path, '/');
  if (!end || strchr(link, '/') || link[0] == 0) return -1;
  size_t length = (size_t)(end - path) + 1;
  if (length > PATH_MAX) return -1;
  int fd = -1;
  /* A link may name the file itself. */
  if (strcmp(end + 1, link) != 0) fd = try("", path, length, "", link, checksum, name);
  if (fd < 0) fd = try("", path, length, ".debug/", link, checksum, name);
  if (fd < 0) fd = try(debug_root, path, length, "", link, checksum, name);
  return fd;
}

int asp_find_debug_file(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                        const char *file_name, const char *link, GElf_Word checksum,
                        char **debug_file_name) {
  struct asp_symbols *symbols = *userdata;
  int fd = dwfl_build_id_find_debuginfo(module, userdata, name, base, file_name, link, checksum,
                                        debug_file_name);
  if (fd >= 0 || !link || !symbols) return fd;
  return find_by_link(symbols->path, link, checksum, debug_file_name);
}
