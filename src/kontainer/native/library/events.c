#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_EVENTS 64

/* Counters of events and epolls that the template holds are made anew in each child, with what they counted and watched: with
 * a shared one, a call could leave a number for the next, or wake a template whose thread waits for it. */

struct kept {
  int fd;
  bool is_epoll;
  unsigned counter; /* the same for copies of one descriptor, see proc(5), /proc/[pid]/fdinfo */
};

struct events {
  struct kept list[MAX_EVENTS];
  int count;
};

static FILE *descriptor_info(int fd) {
  char path[40];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
  return fopen(path, "re");
}

static int note_events(int fd, void *context) {
  struct events *events = context;
  struct stat info;
  char kind[64];
  if (fstat(fd, &info) || (info.st_mode & S_IFMT) || !anonymous_kind(fd, kind, sizeof kind)) return 0;
  bool is_epoll = strcmp(kind, KIND_EPOLL) == 0;
  if (!is_epoll && strcmp(kind, KIND_EVENTFD)) return 0;
  if (events->count == MAX_EVENTS) return errno = EMFILE, -1;
  events->list[events->count++] = (struct kept){.fd = fd, .is_epoll = is_epoll};
  return 0;
}

/* Takes the place of `fd`, with its flags. */
static int put_in_place(int fresh, int fd) {
  int flags = fcntl(fd, F_GETFL), ours = fcntl(fd, F_GETFD);
  int result = fcntl(fresh, F_SETFL, flags & O_NONBLOCK) || dup3(fresh, fd, ours & FD_CLOEXEC ? O_CLOEXEC : 0) < 0 ? -1 : 0;
  return close(fresh), result;
}

static int copy_counter(struct kept *kept) {
  char line[128];
  unsigned long long count = 0;
  unsigned semaphore = 0;
  FILE *info = descriptor_info(kept->fd);
  if (!info) return -1;
  while (fgets(line, sizeof line, info)) {
    sscanf(line, "eventfd-count: %llx", &count);
    sscanf(line, "eventfd-id: %u", &kept->counter);
    sscanf(line, "eventfd-semaphore: %u", &semaphore);
  }
  fclose(info);
  int fresh = eventfd(0, EFD_CLOEXEC | (semaphore ? EFD_SEMAPHORE : 0));
  if (fresh < 0) return -1;
  if (count > 0 && write(fresh, &count, sizeof count) < 0) return close(fresh), -1;
  return fresh;
}

static int renew_counter(struct events *events, int index) {
  struct kept *kept = &events->list[index];
  int fresh = copy_counter(kept);
  for (int i = 0; fresh >= 0 && i < index; i++) {
    if (events->list[i].is_epoll || events->list[i].counter != kept->counter) continue;
    close(fresh);
    fresh = fcntl(events->list[i].fd, F_DUPFD_CLOEXEC, 0);
    break;
  }
  return fresh < 0 ? -1 : put_in_place(fresh, kept->fd);
}

/* What is watched is gone where its descriptor was closed, and stays so. */
static int renew_epoll(int fd) {
  char line[256];
  FILE *info = descriptor_info(fd);
  int fresh = info ? epoll_create1(EPOLL_CLOEXEC) : -1;
  if (fresh < 0) return info ? fclose(info), -1 : -1;
  while (fgets(line, sizeof line, info)) {
    int watched;
    struct epoll_event event;
    unsigned long long data;
    if (sscanf(line, "tfd: %d events: %x data: %llx", &watched, &event.events, &data) != 3) continue;
    event.data.u64 = data;
    epoll_ctl(fresh, EPOLL_CTL_ADD, watched, &event);
  }
  fclose(info);
  return put_in_place(fresh, fd);
}

int sandbox_events(const int fds[FORK_FDS]) {
  struct events events = {.count = 0};
  sandbox_step = "events";
  if (each_descriptor(fds, FORK_FDS, note_events, &events)) return -1;
  for (int i = 0; i < events.count; i++)
    if (!events.list[i].is_epoll && renew_counter(&events, i)) return -1;
  /* once all that they may watch is the child's own */
  for (int i = 0; i < events.count; i++)
    if (events.list[i].is_epoll && renew_epoll(events.list[i].fd)) return -1;
  return 0;
}
