#ifndef KONTAIN_SANDBOX_H
#define KONTAIN_SANDBOX_H

#include "../protocol.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

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
/* pipes.c and events.c: what the template holds of these, which is nobody else's then. */
int sandbox_pipes(const int fds[FORK_FDS]);
int sandbox_events(const int fds[FORK_FDS]);
int sandbox_descriptors(const int fds[FORK_FDS]);
/* In the template, once. */
int sandbox_bound_capabilities(void);
int sandbox_drop(const struct fork_request *request, const struct sock_fprog *seccomp);

/* network.c: the network namespaces of a template's children, by the template, which enters one before it forks and leaves
 * it after that. */
struct network;
int network_begin(void);
struct network *network_enter(void);            /* NULL with errno and `sandbox_step`; then nothing was entered */
void network_leave(void);
void network_release(struct network *network);  /* once no process of the child is left */
void network_close(const struct network *network); /* in a child: for each network of another child */
void network_forget(void);                      /* in a child: for all the rest */

/* shared.c: in the template, what it holds that all its children would share, in words; NULL for nothing. */
const char *shared_state(int control);

/* descriptors.c: those that are open, without the standard ones, until `use` answers something else than 0. */
typedef int (*descriptor_use)(int fd, void *context);
int each_descriptor(const int *except, int count, descriptor_use use, void *context);
/* Whether it is of no file, and then of what. */
bool anonymous_kind(int fd, char *kind, size_t size);
#define KIND_EVENTFD "[eventfd]"
#define KIND_EPOLL "[eventpoll]"

/* rehearsal.c: copies the pages that an exchange is going to write. */
void rehearsed_pages_copy(void);

#endif
