#ifndef PERF_EXCHANGE_H
#define PERF_EXCHANGE_H

#include <stdbool.h>
#include <sys/types.h>

/* One call to something that was just started. Each returns false when there was no good answer in time. */

/* A listening Unix socket at `path`, for the program to accept its call on; -1 with errno. */
int exchange_listen(const char *path);
bool exchange_stream(const char *path);
/* Waits for the container whose pid stands in `pid_file`, and calls `port` on its loopback. Gives its pid. */
bool exchange_port(const char *pid_file, int port, pid_t *pid);

#endif
