#define _GNU_SOURCE
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* What a module opens while it is loaded, all its calls would have together: one could leave there what the next one finds. */

#define MAX_PIPES 64
#define MAX_PIPE_BYTES 65536

/* Written to now, or made writable later: a mapping of a file that only the template can write is neither. */
static bool is_shared_memory(const char *line) {
  static const char *const places[] = {"/memfd:", "(deleted)", " /tmp/", " /dev/", "/SYSV"};
  const char *mode = strchr(line, ' ');
  if (!mode || strlen(mode) < 5 || mode[4] != 's') return false;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (strstr(line, places[i])) return true;
  return mode[2] == 'w';
}

static bool has_shared_memory(void) {
  char line[4352];
  bool found = false;
  FILE *maps = fopen("/proc/self/maps", "re");
  while (maps && !found && fgets(line, sizeof line, maps)) found = is_shared_memory(line);
  if (maps) fclose(maps);
  return found;
}

static const char *shared_descriptor(int fd) {
  struct stat info;
  struct statfs system;
  if (fstat(fd, &info) || S_ISFIFO(info.st_mode)) return NULL; /* pipes are made anew in each child */
  if (S_ISSOCK(info.st_mode)) return "a socket";
  if (S_ISCHR(info.st_mode)) {
    unsigned device = major(info.st_rdev);
    return device == 5 || (device >= 136 && device <= 143) ? "a terminal" : NULL;
  }
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) return NULL;
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY) return "a file for writing";
  /* who has it may open it once more, for writing */
  return fstatfs(fd, &system) == 0 && system.f_type == TMPFS_MAGIC ? "a file or folder in memory" : NULL;
}

const char *shared_state(int control) {
  const char *found = has_shared_memory() ? "shared memory" : NULL;
  DIR *fds = opendir("/proc/self/fd");
  for (struct dirent *entry; fds && !found && (entry = readdir(fds));) {
    int fd = atoi(entry->d_name);
    if (fd > 2 && fd != control && fd != dirfd(fds)) found = shared_descriptor(fd);
  }
  if (fds) closedir(fds);
  return found;
}

struct end {
  int fd;
  ino_t pipe;
};

static int pipe_ends(struct end *ends, const int keep[FORK_FDS]) {
  int count = 0;
  DIR *fds = opendir("/proc/self/fd");
  if (!fds) return -1;
  for (struct dirent *entry; (entry = readdir(fds));) {
    struct stat info;
    int fd = atoi(entry->d_name);
    bool kept = fd <= 2;
    for (int i = 0; i < FORK_FDS; i++) kept = kept || fd == keep[i];
    if (kept || fstat(fd, &info) || !S_ISFIFO(info.st_mode)) continue;
    if (count == MAX_PIPES) return closedir(fds), errno = EMFILE, -1;
    ends[count++] = (struct end){.fd = fd, .pipe = info.st_ino};
  }
  closedir(fds);
  return count;
}

static bool is_for_reading(int fd) {
  return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
}

static int replace(const struct end *end, const int fresh[2]) {
  int flags = fcntl(end->fd, F_GETFL), ours = fcntl(end->fd, F_GETFD);
  int from = fresh[is_for_reading(end->fd) ? 0 : 1];
  if (fcntl(from, F_SETFL, flags & O_NONBLOCK)) return -1;
  return dup3(from, end->fd, ours & FD_CLOEXEC ? O_CLOEXEC : 0) < 0 ? -1 : 0;
}

static ino_t pipe_of(int fd) {
  struct stat info;
  return fstat(fd, &info) ? 0 : info.st_ino;
}

/* What the template itself has written and nobody has read: libuv's lock is a byte in a pipe. It stays there for the next child. */
static int copy_content(const struct end *ends, int count, int to) {
  for (int i = 0; i < count; i++) {
    if (ends[i].pipe != ends[count - 1].pipe || !is_for_reading(ends[i].fd)) continue;
    return tee(ends[i].fd, to, MAX_PIPE_BYTES, SPLICE_F_NONBLOCK) < 0 && errno != EAGAIN ? -1 : 0;
  }
  return 0;
}

static int renew(struct end *ends, int count, const int outputs[2]) {
  int fresh[2], result = 0, last = ends[count - 1].pipe == pipe_of(2) ? 1 : 0;
  ino_t pipe = ends[count - 1].pipe;
  /* a copy of the template's output is one of the call's */
  if (pipe == pipe_of(1) || pipe == pipe_of(2)) fresh[0] = fresh[1] = dup(outputs[last]);
  else if (pipe2(fresh, O_CLOEXEC) || copy_content(ends, count, fresh[1])) return -1;
  for (int i = 0; i < count; i++)
    if (ends[i].pipe == pipe && replace(&ends[i], fresh)) result = -1;
  close(fresh[0]);
  if (fresh[1] != fresh[0]) close(fresh[1]);
  return result;
}

int sandbox_pipes(const int fds[FORK_FDS]) {
  struct end ends[MAX_PIPES];
  sandbox_step = "pipes";
  int count = pipe_ends(ends, fds);
  while (count > 0) {
    if (renew(ends, count, &fds[FORK_STDOUT])) return -1;
    ino_t done = ends[count - 1].pipe;
    int left = 0;
    for (int i = 0; i < count; i++)
      if (ends[i].pipe != done) ends[left++] = ends[i];
    count = left;
  }
  return count;
}
