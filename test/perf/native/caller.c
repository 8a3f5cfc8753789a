#define _GNU_SOURCE
#include "caller.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_connection(const struct plan *plan) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  if (fd < 0) return -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (const struct sockaddr *)&plan->server, sizeof plan->server) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

static bool send_rest(struct caller *caller) {
  size_t left = strlen(caller->request) - caller->sent;
  if (left == 0) return true;
  ssize_t n = send(caller->fd, caller->request + caller->sent, left, MSG_NOSIGNAL);
  if (n > 0) caller->sent += (size_t)n;
  /* a connection in progress takes the request when it is there */
  return n > 0 || errno == EAGAIN || errno == ENOTCONN;
}

void caller_close(struct caller *caller) {
  if (caller->fd >= 0) close(caller->fd);
  caller->fd = -1;
}

static void fail(struct caller *caller, const char *what) {
  const struct response *response = &caller->response;
  size_t size = response->size;
  report_error(&caller->plan->report, "%s: %s; got %zu bytes: %.100s", what, strerror(errno), size,
               size ? response->bytes : "");
  caller_close(caller);
}

bool caller_begin(struct caller *caller) {
  struct plan *plan = caller->plan;
  caller->begun = now_micros();
  caller->calling = plan->calls_left > 0 && caller->begun < plan->deadline;
  if (!caller->calling) return false;
  plan->calls_left--;
  caller->request = plan->requests[plan->next_request++ % plan->request_count];
  caller->sent = caller->response.size = 0;
  caller->response.bytes[0] = 0;
  if (caller->fd < 0) caller->fd = open_connection(plan);
  if (caller->fd < 0) fail(caller, "connect");
  else if (!send_rest(caller)) fail(caller, "send");
  return caller->fd >= 0;
}

static void succeed(struct caller *caller, bool ended) {
  report_add(&caller->plan->report, now_micros() - caller->begun);
  if (!caller->plan->keep_alive || ended || strcasestr(caller->response.bytes, "\r\nconnection: close\r\n"))
    caller_close(caller);
}

bool caller_ready(struct caller *caller) {
  struct response *response = &caller->response;
  errno = 0;
  if (!send_rest(caller)) return fail(caller, "send"), true;
  for (;;) {
    ssize_t n = recv(caller->fd, response->bytes + response->size, RESPONSE_MAX - response->size, 0);
    if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) return false;
    if (n < 0) return fail(caller, "receive"), true;
    response->size += (size_t)n;
    enum response_state state = response_look(response, n == 0);
    if (state == RESPONSE_BAD) return fail(caller, "answer"), true;
    if (state == RESPONSE_WHOLE) return succeed(caller, n == 0), true;
  }
}
