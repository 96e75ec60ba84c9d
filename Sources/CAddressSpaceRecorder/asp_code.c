#define _GNU_SOURCE
#include "asp_code.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of /proc/PID/maps. */
struct line {
  uint64_t start, end, offset, inode;
  unsigned device_major, device_minor;
  bool is_executable;
  char *path;
};

/* How far back the beginning of a file is looked for among the files that were mapped before. */
enum { LOOK_BACK = 16 };

static const char deleted[] = " (deleted)";

static bool parse(char *text, struct line *line) {
  char permissions[5];
  int length = 0;
  int count = sscanf(text, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
                     &line->start, &line->end, permissions, &line->offset, &line->device_major,
                     &line->device_minor, &line->inode, &length);
  if (count < 7 || line->start >= line->end || strlen(permissions) < 3) return false;
  line->is_executable = permissions[2] == 'x';
  line->path = text + length;
  line->path[strcspn(line->path, "\n")] = 0;
  return true;
}

/* The kernel writes a line feed in a path as \012, and nothing else so. */
static void unescape(char *path) {
  char *to = path;
  for (const char *from = path; *from; to++) {
    if (strncmp(from, "\\012", 4) == 0) {
      *to = '\n';
      from += 4;
    } else {
      *to = *from++;
    }
  }
  *to = 0;
}

static bool cut_deleted(char *path) {
  size_t length = strlen(path);
  if (length < sizeof deleted || strcmp(path + length - (sizeof deleted - 1), deleted) != 0) {
    return false;
  }
  path[length - (sizeof deleted - 1)] = 0;
  return true;
}

/* Makes room for one more element. */
static bool grow(void **elements, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) return true;
  size_t wanted = *capacity ? *capacity * 2 : 32;
  void *moved = realloc(*elements, wanted * size);
  if (!moved) return false;
  *elements = moved;
  *capacity = wanted;
  return true;
}

static bool is_same_file(const struct asp_module *module, const struct line *line) {
  return line->inode != 0 && module->inode == line->inode &&
         module->device_major == line->device_major && module->device_minor == line->device_minor;
}

/* The module a line belongs to that is not its first. */
static size_t find_module(const struct asp_code *code, const struct line *line) {
  for (size_t i = code->module_count; i > 0 && i + LOOK_BACK > code->module_count; i--) {
    if (is_same_file(&code->modules[i - 1], line)) return i - 1;
  }
  return ASP_NO_MODULE;
}

static int add_module(struct asp_code *code, const struct line *line) {
  if (!grow((void **)&code->modules, code->module_count, &code->module_capacity,
            sizeof *code->modules)) {
    return -ENOMEM;
  }
  char *path = strdup(line->path);
  if (!path) return -ENOMEM;
  bool is_deleted = cut_deleted(path);
  unescape(path);
  code->modules[code->module_count++] = (struct asp_module){
      .start = line->start,
      .end = line->end,
      .inode = line->inode,
      .device_major = line->device_major,
      .device_minor = line->device_minor,
      .is_deleted = is_deleted,
      .path = path,
  };
  return 0;
}

static int add_range(struct asp_code *code, const struct line *line, size_t module) {
  if (!grow((void **)&code->ranges, code->range_count, &code->range_capacity,
            sizeof *code->ranges)) {
    return -ENOMEM;
  }
  code->ranges[code->range_count++] = (struct asp_code_range){line->start, line->end, module};
  return 0;
}

static int take(struct asp_code *code, const struct line *line) {
  size_t module = ASP_NO_MODULE;
  if (line->inode != 0 || strcmp(line->path, "[vdso]") == 0) {
    module = find_module(code, line);
    bool is_first = line->offset == 0 &&
                    (module == ASP_NO_MODULE || code->modules[module].end < line->start ||
                     code->modules[module].has_code);
    if (is_first) {
      int error = add_module(code, line);
      if (error) return error;
      module = code->module_count - 1;
    }
  }
  if (module != ASP_NO_MODULE) code->modules[module].end = line->end;
  if (!line->is_executable) return 0;
  if (module != ASP_NO_MODULE) code->modules[module].has_code = true;
  return add_range(code, line, module);
}

int asp_code_read(struct asp_code *code, pid_t pid) {
  *code = (struct asp_code){0};
  char name[32];
  snprintf(name, sizeof name, "/proc/%d/maps", (int)pid);
  FILE *file = fopen(name, "re");
  if (!file) return -errno;
  char *text = NULL;
  size_t capacity = 0;
  int error = 0;
  while (!error && getline(&text, &capacity, file) > 0) {
    struct line line;
    if (parse(text, &line)) error = take(code, &line);
  }
  if (!error && ferror(file)) error = -EIO;
  free(text);
  fclose(file);
  if (error) asp_code_free(code);
  return error;
}

const struct asp_code_range *asp_code_find(const struct asp_code *code, uint64_t address) {
  size_t low = 0, high = code->range_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (code->ranges[middle].end <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == code->range_count || code->ranges[low].start > address) return NULL;
  return &code->ranges[low];
}

static bool is_same_module(const struct asp_code *before, size_t old, const struct asp_code *after,
                           size_t new) {
  if (old == ASP_NO_MODULE || new == ASP_NO_MODULE) return old == new;
  const struct asp_module *a = &before->modules[old], *b = &after->modules[new];
  return a->start == b->start && a->inode == b->inode && a->device_major == b->device_major &&
         a->device_minor == b->device_minor;
}

bool asp_code_only_grew(const struct asp_code *before, const struct asp_code *after) {
  for (size_t i = 0; i < before->range_count; i++) {
    const struct asp_code_range *old = &before->ranges[i];
    const struct asp_code_range *new = asp_code_find(after, old->start);
    if (!new || new->start > old->start || new->end < old->end) return false;
    if (!is_same_module(before, old->module, after, new->module)) return false;
  }
  return true;
}

void asp_code_free(struct asp_code *code) {
  for (size_t i = 0; i < code->module_count; i++) free(code->modules[i].path);
  free(code->modules);
  free(code->ranges);
  *code = (struct asp_code){0};
}
