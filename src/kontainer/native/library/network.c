#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Making and removing a network namespace takes the kernel 0.6 ms of processor time, more than all others together, and
 * hardly a call uses its own. One that provably was not touched is as good as new: another call of the function gets it.
 *
 * Untouched means that every counter that the kernel keeps for it is what it was when it was made. A call cannot change a
 * setting (no capability, /proc/sys is read-only), so what is left of it could only be sockets, which are counted, or what
 * packets leave (TIME_WAIT, routes, metrics): on its only device every packet is counted, and so is each that had no route. */
static const struct counters {
  const char *file;
  bool first_line; /* the others of sockstat are about the whole machine, too */
} counters_of[] = {{"sockstat", true}, {"dev", false}, {"snmp", false}, {"snmp6", false}, {"netstat", false}};
#define COUNTERS_MAX 32768
/* Kernel memory: about 100 KB each. */
#define MAX_UNUSED 16

struct network {
  int namespace;
  char *counters; /* as they were when it was made */
  struct network *next;
};

static int own = -1;
static struct network *unused;
static int unused_count;
static char counters[COUNTERS_MAX];

/* Appends those of the namespace that the calling thread is in; returns the new size, or 0 when they cannot be read. */
static size_t read_counters_of(const struct counters *of, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/thread-self/net/%s", of->file);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  size_t start = size;
  ssize_t n;
  while ((n = read(fd, counters + size, sizeof counters - 1 - size)) > 0) size += (size_t)n;
  close(fd);
  counters[size] = 0;
  char *end = of->first_line ? strchr(counters + start, '\n') : NULL;
  if (end) size = (size_t)(end - counters);
  return n < 0 ? 0 : size;
}

/* False if they cannot be read, or are more than we would compare. */
static bool read_counters(void) {
  size_t size = 0;
  for (size_t i = 0; i < sizeof counters_of / sizeof *counters_of; i++) {
    size = read_counters_of(&counters_of[i], size);
    if (size == 0 || size == sizeof counters - 1) return false;
  }
  return true;
}

/* A new network namespace has a loopback that is down; programs expect 127.0.0.1 to work. */
static int loopback_up(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int result = ioctl(fd, SIOCSIFFLAGS, &request);
  close(fd);
  return result;
}

static void discard(struct network *network) {
  if (network->namespace >= 0) close(network->namespace);
  free(network->counters);
  free(network);
}

static int make(struct network *network) {
  sandbox_step = "unshare net";
  if (unshare(CLONE_NEWNET)) return -1;
  sandbox_step = "loopback";
  if (loopback_up()) return -1;
  network->namespace = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  network->counters = read_counters() ? strdup(counters) : NULL;
  return network->namespace < 0 ? -1 : 0;
}

int network_begin(void) { return own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), own < 0 ? -1 : 0; }

struct network *network_enter(void) {
  struct network *network = unused;
  sandbox_step = "setns net";
  if (network) {
    if (setns(network->namespace, CLONE_NEWNET)) return NULL;
    unused = network->next;
    unused_count--;
    return network;
  }
  network = calloc(1, sizeof *network);
  if (!network) return NULL;
  network->namespace = -1;
  if (make(network) == 0) return network;
  int error = errno;
  discard(network);
  network_leave();
  return errno = error, NULL;
}

/* Not to come back would put the template, and all that it forks, into one call's network. */
void network_leave(void) {
  if (setns(own, CLONE_NEWNET)) _exit(71);
}

static bool is_untouched(const struct network *network) {
  if (!network->counters || setns(network->namespace, CLONE_NEWNET)) return false;
  bool same = read_counters() && strcmp(counters, network->counters) == 0;
  network_leave();
  return same;
}

void network_release(struct network *network) {
  if (!network) return;
  if (unused_count >= MAX_UNUSED || !is_untouched(network)) return discard(network);
  network->next = unused;
  unused = network;
  unused_count++;
}

void network_forget(void) {
  close(own);
  for (struct network *network = unused; network; network = network->next) close(network->namespace);
}

void network_close(const struct network *network) { close(network->namespace); }
