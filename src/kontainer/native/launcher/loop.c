#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64

static int poller = -1;
static struct epoll_event batch[BATCH];
static int batch_size;

static int control(int operation, struct source *source, uint32_t events) {
  if (poller < 0) poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = events, .data.ptr = source};
  return epoll_ctl(poller, operation, source->fd, &event);
}

int loop_add(struct source *source, int fd, uint32_t events, void (*ready)(struct source *, uint32_t)) {
  source->fd = fd;
  source->ready = ready;
  return control(EPOLL_CTL_ADD, source, events);
}

void loop_change(struct source *source, uint32_t events) { control(EPOLL_CTL_MOD, source, events); }

/* A source closed by the handler of another must not be called for an event of the same batch. */
void loop_close(struct source *source) {
  if (source->fd < 0) return;
  control(EPOLL_CTL_DEL, source, 0);
  close(source->fd);
  source->fd = -1;
  for (int i = 0; i < batch_size; i++)
    if (batch[i].data.ptr == source) batch[i].data.ptr = NULL;
}

uint64_t loop_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Ticks come once in a millisecond at most, however many events there are. */
void loop_run(void (*on_tick)(void), int (*tick_ms)(void)) {
  uint64_t last = 0;
  for (;;) {
    batch_size = epoll_wait(poller, batch, BATCH, tick_ms());
    if (batch_size < 0 && errno != EINTR) _exit(70);
    for (int i = 0; i < batch_size; i++) {
      struct source *source = batch[i].data.ptr;
      if (source && source->fd >= 0) source->ready(source, batch[i].events);
    }
    uint64_t now = loop_now();
    if (now == last) continue;
    last = now;
    on_tick();
  }
}
