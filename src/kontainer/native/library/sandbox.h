#ifndef KONTAIN_SANDBOX_H
#define KONTAIN_SANDBOX_H

#include "../protocol.h"

#include <linux/filter.h>

/* What every child of one template has in common. */
struct template {
  int control;
  int self_pid_namespace;
  struct sock_fprog seccomp;
};

/* Name of the step that failed last, for the message to the launcher. */
extern const char *sandbox_step;

/* Each returns 0, or -1 with errno and `sandbox_step`. In this order, in the child, before any code of the user. */
int sandbox_namespaces(void);
int sandbox_mounts(const struct fork_request *request);
int sandbox_loopback(void);
int sandbox_descriptors(const int fds[FORK_FDS]);
/* In the template, once. */
int sandbox_bound_capabilities(void);
int sandbox_drop(const struct fork_request *request, const struct sock_fprog *seccomp);

/* rehearsal.c: copies the pages that an exchange is going to write. */
void rehearsed_pages_copy(void);

#endif
