#ifndef PERF_RESPONSE_H
#define PERF_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#define RESPONSE_MAX 16384

/* As much of an HTTP/1.1 response as the tools need: where it ends, and whether it is a good one. */
struct response {
  char bytes[RESPONSE_MAX + 1];
  size_t size;
};

enum response_state { RESPONSE_MORE, RESPONSE_WHOLE, RESPONSE_BAD };

/* `ended`: the peer closed. Anything but a whole 200 is bad. */
enum response_state response_look(struct response *response, bool ended);

#endif
