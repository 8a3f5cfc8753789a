#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Outputs that were left unread while the event stream was congested. */
#define MAX_PAUSED 4096
static struct output *paused[MAX_PAUSED];
static int paused_count;

static void forget(struct output *output) {
  for (int i = 0; i < paused_count; i++)
    if (paused[i] == output) paused[i--] = paused[--paused_count];
}

static void keep(struct output *output, const char *bytes, size_t length) {
  if (*output->budget == 0) return;
  size_t kept = length < *output->budget ? length : (size_t)*output->budget;
  *output->budget -= kept;
  event_output(output->id, output->stream, bytes, kept);
  if (*output->budget == 0) event("cut\t%llu", (unsigned long long)output->id);
}

static void readable(struct source *source, uint32_t events) {
  (void)events;
  struct output *output = container_of(source, struct output, source);
  if (output->paused) return;
  if (events_congested() && *output->budget > 0 && paused_count < MAX_PAUSED) {
    /* one-shot: an end that hangs up is reported once, not again and again */
    loop_change(source, EPOLLONESHOT);
    output->paused = true;
    paused[paused_count++] = output;
    return;
  }
  char bytes[16384];
  ssize_t n = read(source->fd, bytes, sizeof bytes);
  if (n > 0) return keep(output, bytes, (size_t)n);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  forget(output);
  loop_close(source);
}

void outputs_resume(void) {
  while (paused_count > 0) {
    struct output *output = paused[--paused_count];
    output->paused = false;
    loop_change(&output->source, EPOLLIN);
  }
}

/* No process is left that could write more; a template that kept the other end open shall not keep us waiting. What
 * is in the pipe is all: at most its capacity, which is at most 1 MiB. */
void output_finish(struct output *output) {
  char bytes[16384];
  ssize_t n = 1;
  for (int turn = 0; output->source.fd >= 0 && n > 0 && turn < 64; turn++) {
    n = read(output->source.fd, bytes, sizeof bytes);
    if (n > 0) keep(output, bytes, (size_t)n);
  }
  forget(output);
  loop_close(&output->source);
}

int output_pipe(struct output *output, uint64_t id, int stream, uint64_t *budget) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) return -1;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  *output = (struct output){.id = id, .stream = stream, .budget = budget};
  if (loop_add(&output->source, ends[0], EPOLLIN, readable) == 0) return ends[1];
  close(ends[0]);
  close(ends[1]);
  output->source.fd = -1;
  return -1;
}
