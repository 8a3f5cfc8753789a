#define _GNU_SOURCE
#include "../protocol.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define MAX_FDS 8

int message_send(int socket, const struct message *message, const int *fds, int count) {
  char control[CMSG_SPACE(sizeof(int) * MAX_FDS)] = {0};
  struct iovec body = {.iov_base = (void *)message, .iov_len = sizeof *message};
  struct msghdr header = {.msg_iov = &body, .msg_iovlen = 1};
  if (count > 0) {
    header.msg_control = control;
    header.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(rights), fds, sizeof(int) * count);
  }
  ssize_t sent;
  do sent = sendmsg(socket, &header, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -1 : 0;
}

int message_receive(int socket, struct message *message, int *fds, int max) {
  char control[CMSG_SPACE(sizeof(int) * MAX_FDS)];
  struct iovec body = {.iov_base = message, .iov_len = sizeof *message};
  struct msghdr header = {.msg_iov = &body, .msg_iovlen = 1};
  if (max > 0) {
    header.msg_control = control;
    header.msg_controllen = CMSG_SPACE(sizeof(int) * max);
  }
  for (int i = 0; i < max; i++) fds[i] = -1;
  ssize_t size;
  do size = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size < 0) return -1;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
  if (size == 0) return errno = EPIPE, -1;
  if (size != (ssize_t)sizeof *message || message->version != KONTAIN_PROTOCOL_VERSION) return errno = EBADMSG, -1;
  return 0;
}
