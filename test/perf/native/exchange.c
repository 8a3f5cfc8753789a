#define _GNU_SOURCE
#include "exchange.h"
#include "response.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TRY_AGAIN_MICROS 200
#define TRIES 25000

static const char request[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

static bool ask(int fd) {
  struct response response = {.size = 0};
  if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != sizeof request - 1) return false;
  for (;;) {
    ssize_t n = recv(fd, response.bytes + response.size, RESPONSE_MAX - response.size, 0);
    if (n < 0) return false;
    response.size += (size_t)n;
    enum response_state state = response_look(&response, n == 0);
    if (state != RESPONSE_MORE) return state == RESPONSE_WHOLE;
  }
}

static struct sockaddr_un unix_address(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  return address;
}

int exchange_listen(const char *path) {
  struct sockaddr_un address = unix_address(path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  unlink(path);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1)) return -1;
  return fd;
}

bool exchange_stream(const char *path) {
  struct sockaddr_un address = unix_address(path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool good = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && ask(fd);
  close(fd);
  return good;
}

static pid_t read_pid(const char *path) {
  int pid = 0;
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  if (fscanf(file, "%d", &pid) != 1) pid = 0;
  fclose(file);
  return pid;
}

static pid_t await_pid(const char *path) {
  for (int i = 0; i < TRIES; i++) {
    pid_t pid = read_pid(path);
    if (pid > 0) return pid;
    usleep(TRY_AGAIN_MICROS);
  }
  return 0;
}

/* A socket belongs to the network namespace that it was made in. */
static int socket_in(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
  int ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), theirs = open(path, O_RDONLY | O_CLOEXEC), fd = -1;
  if (setns(theirs, CLONE_NEWNET) == 0) {
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setns(ours, CLONE_NEWNET);
  }
  close(ours);
  close(theirs);
  return fd;
}

bool exchange_port(const char *pid_file, int port, pid_t *pid) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  *pid = await_pid(pid_file);
  unlink(pid_file);
  if (*pid == 0) return false;
  for (int i = 0; i < TRIES; i++) {
    int fd = socket_in(*pid);
    if (fd < 0) return false;
    bool connected = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    bool good = connected && ask(fd);
    close(fd);
    if (connected) return good;
    usleep(TRY_AGAIN_MICROS);
  }
  return false;
}
