#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_PIPES 64
#define MAX_PIPE_BYTES 65536

/* Pipes that the template holds are made anew in each child: one shared by all would be a way from one call to the next. */

struct end {
  int fd;
  ino_t pipe;
};

struct ends {
  struct end list[MAX_PIPES];
  int count;
};

static int note_end(int fd, void *context) {
  struct ends *ends = context;
  struct stat info;
  if (fstat(fd, &info) || !S_ISFIFO(info.st_mode)) return 0;
  if (ends->count == MAX_PIPES) return errno = EMFILE, -1;
  ends->list[ends->count++] = (struct end){.fd = fd, .pipe = info.st_ino};
  return 0;
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
  struct ends ends = {.count = 0};
  sandbox_step = "pipes";
  if (each_descriptor(fds, FORK_FDS, note_end, &ends)) return -1;
  while (ends.count > 0) {
    if (renew(ends.list, ends.count, &fds[FORK_STDOUT])) return -1;
    ino_t done = ends.list[ends.count - 1].pipe;
    int left = 0;
    for (int i = 0; i < ends.count; i++)
      if (ends.list[i].pipe != done) ends.list[left++] = ends.list[i];
    ends.count = left;
  }
  return 0;
}
