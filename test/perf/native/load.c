/* load PORT KEEP_ALIVE CALLERS PAUSE_MS SECONDS CALLS PATH...: calls a server on 127.0.0.1, each caller one call after the
 * other, until the seconds are over or the calls made. KEEP_ALIVE 0 opens a new connection for each call. With a pause,
 * which is for one caller only, each call finds the server at rest. */
#define _GNU_SOURCE
#include "caller.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define SILENCE_MS 30000

static void watch(int epoll, struct caller *caller) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = caller};
  epoll_ctl(epoll, EPOLL_CTL_ADD, caller->fd, &event);
}

static int begin(int epoll, struct caller *caller) {
  int before = caller->fd;
  if (!caller_begin(caller)) return 0;
  if (caller->fd != before || before < 0) watch(epoll, caller);
  return 1;
}

static void run(struct plan *plan, int count, useconds_t pause) {
  struct caller *callers = calloc((size_t)count, sizeof *callers);
  struct epoll_event events[64];
  int epoll = epoll_create1(EPOLL_CLOEXEC), busy = 0;
  for (int i = 0; i < count; i++) {
    callers[i] = (struct caller){.plan = plan, .fd = -1};
    busy += begin(epoll, &callers[i]);
  }
  while (busy > 0) {
    int n = epoll_wait(epoll, events, 64, SILENCE_MS);
    if (n <= 0) {
      report_error(&plan->report, "no answer for %d s", SILENCE_MS / 1000);
      break;
    }
    for (int i = 0; i < n; i++) {
      struct caller *caller = events[i].data.ptr;
      if (caller->fd < 0 || !caller->calling || !caller_ready(caller)) continue;
      if (pause) usleep(pause);
      busy += begin(epoll, caller) - 1;
    }
  }
  for (int i = 0; i < count; i++) caller_close(&callers[i]);
}

static char *request_for(const char *path, int port, bool keep_alive) {
  char *text;
  if (asprintf(&text, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", path, port,
               keep_alive ? "" : "Connection: close\r\n") < 0)
    abort();
  return text;
}

int main(int argc, char **argv) {
  if (argc < 8) return fputs("usage: load PORT KEEP_ALIVE CALLERS PAUSE_MS SECONDS CALLS PATH...\n", stderr), 64;
  int port = atoi(argv[1]), callers = atoi(argv[3]);
  struct plan plan = {.keep_alive = atoi(argv[2]), .calls_left = strtoull(argv[6], NULL, 10), .request_count = (size_t)argc - 7};
  plan.server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  plan.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  plan.requests = calloc(plan.request_count, sizeof *plan.requests);
  for (size_t i = 0; i < plan.request_count; i++) plan.requests[i] = request_for(argv[i + 7], port, plan.keep_alive);
  uint64_t start = now_micros();
  plan.deadline = start + (uint64_t)(atof(argv[5]) * 1e6);
  run(&plan, callers, (useconds_t)atoi(argv[4]) * 1000);
  report_print(&plan.report, now_micros() - start);
  return 0;
}
