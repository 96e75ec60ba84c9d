#ifndef ASP_FILES_H
#define ASP_FILES_H

#include <stdint.h>
#include <sys/types.h>

/* Opens for reading the regular file that `pid` has mapped, given what a line of /proc/PID/maps
   says of it: the path as the line has it, without " (deleted)", the device and the inode. Where
   several mount namespaces or roots are about, the path may be one of ours or one of the process's:
   the device and the inode decide. A descriptor, or -errno (-ESTALE: another file has its name).
   Never waits, as opening a pipe would. */
int asp_open_mapped_file(pid_t pid, const char *path, unsigned device_major, unsigned device_minor,
                         uint64_t inode);

#endif
