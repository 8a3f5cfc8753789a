#ifndef PERF_CALLER_H
#define PERF_CALLER_H

#include "report.h"
#include "response.h"

#include <netinet/in.h>

/* What all callers of one run share. */
struct plan {
  struct sockaddr_in server;
  bool keep_alive;
  /* Requests to take turns with. */
  char **requests;
  size_t request_count;
  size_t next_request;
  uint64_t deadline;
  /* Calls left to begin. */
  uint64_t calls_left;
  struct report report;
};

/* One caller: asks, waits for the whole answer, asks again. */
struct caller {
  struct plan *plan;
  int fd;
  bool calling;
  const char *request;
  size_t sent;
  uint64_t begun;
  struct response response;
};

/* False when there is nothing left to call. The caller's `fd` changes: watch it again when it did. */
bool caller_begin(struct caller *caller);
/* Something happened on the socket. True when the call is over, well or badly. */
bool caller_ready(struct caller *caller);
void caller_close(struct caller *caller);

#endif
