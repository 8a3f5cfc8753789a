#define _GNU_SOURCE
#include "launcher.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Between the call's Unix socket and the TCP port of a server inside a Kontainer's network namespace, which nobody
 * outside can reach. Bytes are moved by us; a full buffer stops the reading side. */
#define RELAY_BUFFER 65536

struct direction {
  struct side *from, *to;
  char *bytes;
  size_t start, end;
  bool eof;
};
struct side {
  struct source source;
  struct relay *relay;
  struct direction *in, *out; /* what is read from here, what is written to here */
};
struct relay {
  struct kontainer *kontainer;
  struct source listening;
  struct side caller, server;
  struct direction directions[2];
  int port, attempt; /* a socket inside the network namespace, not connected yet */
  bool called;
};

static void update(struct side *side) {
  if (side->source.fd < 0) return;
  uint32_t events = 0;
  if (!side->in->eof && side->in->end < RELAY_BUFFER) events |= EPOLLIN;
  if (side->out->start < side->out->end) events |= EPOLLOUT;
  /* one-shot, so that a peer that hung up is not reported again and again while there is nothing to do for it */
  if (events) loop_change(&side->source, events | EPOLLONESHOT);
}

static void finish(struct relay *relay) {
  loop_close(&relay->caller.source);
  loop_close(&relay->server.source);
}

static bool fill(struct direction *d) {
  ssize_t n = read(d->from->source.fd, d->bytes + d->end, RELAY_BUFFER - d->end);
  if (n > 0) d->end += (size_t)n;
  else if (n == 0) d->eof = true;
  else if (errno != EAGAIN && errno != EINTR) return false;
  return true;
}

static bool drain(struct direction *d) {
  if (d->to->source.fd < 0) return true;
  while (d->start < d->end) {
    ssize_t n = send(d->to->source.fd, d->bytes + d->start, d->end - d->start, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) d->start += (size_t)n;
    else if (errno == EAGAIN) return true;
    else if (errno != EINTR) return false;
  }
  d->start = d->end = 0;
  if (d->eof) shutdown(d->to->source.fd, SHUT_WR);
  return true;
}

/* Servers give up on a connection that stays silent, and what waits for its call may wait for hours. Nothing has been
 * said yet: another connection is as good. */
static void forget_server(struct relay *relay) {
  loop_close(&relay->server.source);
  for (int i = 0; i < 2; i++) relay->directions[i].start = relay->directions[i].end = 0, relay->directions[i].eof = false;
}

static bool done(const struct direction *d) { return d->eof && d->start == d->end; }

static void ready(struct source *source, uint32_t events) {
  struct side *side = container_of(source, struct side, source);
  struct relay *relay = side->relay;
  if (!relay->called) return forget_server(relay);
  bool ok = true;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !side->in->eof && side->in->end < RELAY_BUFFER) ok = fill(side->in);
  ok = ok && drain(side->in) && drain(side->out);
  if (events & EPOLLERR) ok = false;
  if (events & EPOLLHUP && side == &relay->caller) ok = false;
  /* the answer is complete, or one end is lost: the exchange is over */
  if (!ok || done(&relay->directions[1])) return finish(relay);
  update(&relay->caller);
  update(&relay->server);
}

static void watch(struct side *side, int fd) {
  fcntl(fd, F_SETFL, O_NONBLOCK);
  loop_add(&side->source, fd, EPOLLIN | EPOLLONESHOT, ready);
}

static void begin(struct relay *relay) {
  if (relay->caller.source.fd < 0 || relay->server.source.fd < 0) return;
  ready(&relay->caller.source, 0);
}

static void accept_call(struct source *source, uint32_t events) {
  (void)events;
  struct relay *relay = container_of(source, struct relay, listening);
  int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return;
  loop_close(source);
  char byte;
  if (relay->server.source.fd >= 0 && recv(relay->server.source.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0) forget_server(relay);
  relay->called = true;
  watch(&relay->caller, fd);
  if (relay->server.source.fd < 0) kontainers_expect_tick();
  begin(relay);
}

/* A socket belongs to the network namespace it was made in, for ever. */
static int socket_inside(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
  int there = open(path, O_RDONLY | O_CLOEXEC), here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd = -1;
  if (there >= 0 && here >= 0 && setns(there, CLONE_NEWNET) == 0) {
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (setns(here, CLONE_NEWNET)) _exit(70);
  }
  close(there);
  close(here);
  return fd;
}

/* Never blocks: a server may listen and not accept. A refused socket can be tried again. */
static bool try_connect(struct relay *relay) {
  if (relay->attempt < 0) {
    pid_t pid = runtime_first_process(relay->kontainer->id);
    relay->attempt = pid ? socket_inside(pid) : -1;
  }
  if (relay->attempt < 0) return false;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)relay->port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(relay->attempt, (struct sockaddr *)&address, sizeof address) == 0 || errno == EISCONN;
}

static bool needs_server(const struct relay *relay) {
  if (relay->server.source.fd >= 0 || relay->kontainer->exited) return false;
  return !relay->kontainer->ready || (relay->called && relay->caller.source.fd >= 0);
}

bool relay_tick(struct relay *relay) {
  if (!needs_server(relay)) return false;
  if (!try_connect(relay)) return true;
  watch(&relay->server, relay->attempt);
  relay->attempt = -1;
  if (!relay->kontainer->ready) event("ready\t%llu", (unsigned long long)relay->kontainer->id);
  relay->kontainer->ready = true;
  begin(relay);
  return false;
}

static void join(struct direction *d, struct side *from, struct side *to) {
  d->from = from;
  d->to = to;
  from->in = d;
  to->out = d;
  d->bytes = malloc(RELAY_BUFFER);
  if (!d->bytes) _exit(70);
}

struct relay *relay_new(struct kontainer *kontainer, int listening, int port) {
  struct relay *relay = calloc(1, sizeof *relay);
  if (!relay) _exit(70);
  relay->kontainer = kontainer;
  relay->port = port;
  relay->attempt = relay->caller.source.fd = relay->server.source.fd = -1;
  relay->caller.relay = relay->server.relay = relay;
  join(&relay->directions[0], &relay->caller, &relay->server);
  join(&relay->directions[1], &relay->server, &relay->caller);
  loop_add(&relay->listening, listening, EPOLLIN, accept_call);
  return relay;
}

void relay_free(struct relay *relay) {
  if (!relay) return;
  finish(relay);
  loop_close(&relay->listening);
  if (relay->attempt >= 0) close(relay->attempt);
  free(relay->directions[0].bytes);
  free(relay->directions[1].bytes);
  free(relay);
}
