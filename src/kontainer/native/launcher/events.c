#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Above this, Kontainers' output is no longer read: they wait, we do not grow. */
#define CONGESTED (1 << 20)

static struct source out = {.fd = -1};
static char *buffer;
static size_t used, capacity;
static bool blocked;

static void flush(void) {
  size_t done = 0;
  while (done < used) {
    ssize_t n = write(out.fd, buffer + done, used - done);
    if (n > 0) done += (size_t)n;
    else if (n < 0 && errno == EAGAIN) break;
    else if (n < 0 && errno != EINTR) _exit(0); /* nobody reads any more */
  }
  memmove(buffer, buffer + done, used - done);
  used -= done;
  bool wait = used > 0;
  if (wait != blocked) loop_change(&out, wait ? EPOLLOUT : 0);
  blocked = wait;
  if (!events_congested()) outputs_resume();
}

static void writable(struct source *source, uint32_t events) {
  (void)source;
  if (events & (EPOLLERR | EPOLLHUP)) _exit(0);
  flush();
}

static void append(const char *bytes, size_t length) {
  if (used + length > capacity) {
    capacity = (used + length) * 2;
    buffer = realloc(buffer, capacity);
    if (!buffer) _exit(70);
  }
  memcpy(buffer + used, bytes, length);
  used += length;
}

void event(const char *format, ...) {
  char line[512];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  if (length > (int)sizeof line - 2) length = sizeof line - 2;
  line[length] = '\n';
  append(line, (size_t)length + 1);
  if (!blocked) flush();
}

void event_output(uint64_t id, int stream, const char *bytes, size_t length) {
  char line[96];
  int n = snprintf(line, sizeof line, "out\t%llu\t%d\t%zu\n", (unsigned long long)id, stream, length);
  append(line, (size_t)n);
  append(bytes, length);
  if (!blocked) flush();
}

bool events_congested(void) { return used > CONGESTED; }

void events_begin(void) {
  fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
  loop_add(&out, 1, 0, writable);
}
