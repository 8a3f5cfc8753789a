#define _GNU_SOURCE
#include "../kontainer.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <unistd.h>

/* A caller that does not read any more shall not keep us. */
#define PATIENCE_MS 1000

static int unread(int stream) {
  int bytes = 0;
  return ioctl(stream, SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

/* Returns 0 at the end of what the caller sends. */
static int discard(int stream) {
  char bytes[16384];
  ssize_t n = recv(stream, bytes, sizeof bytes, MSG_DONTWAIT);
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void kontainer_finish(int stream) {
  if (shutdown(stream, SHUT_WR)) return;
  for (int waited = 0; waited < PATIENCE_MS && unread(stream) && discard(stream); waited++) poll(NULL, 0, 1);
}
