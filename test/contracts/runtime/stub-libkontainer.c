/* Stands in for libkontainer where a runtime alone is tested: forks as it does, with a new pid namespace but without a sandbox. The
 * control descriptor is a listening socket; every connection to it is a call. */
#define _GNU_SOURCE
#include "../../../src/kontainer/native/kontainer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int listening, ready[2], self = -1;

/* It may have died before we asked to be told; then nobody holds the other end of the pipe any more. */
static void die_with_parent(void) {
  struct pollfd parent = {.fd = ready[1]};
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close(ready[0]);
  if (poll(&parent, 1, 0) > 0 && parent.revents & POLLERR) _exit(0);
}

int kontainer_fork_begin(int control, int timeout_ms) {
  if (self < 0) self = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
  listening = control;
  fcntl(control, F_SETFL, fcntl(control, F_GETFL) & ~O_NONBLOCK);
  struct pollfd call = {.fd = control, .events = POLLIN};
  if (timeout_ms >= 0 && poll(&call, 1, timeout_ms) == 0) return 1;
  return pipe2(ready, O_CLOEXEC) || unshare(CLONE_NEWPID) ? -1 : 0;
}

/* The next fork comes when the child before has its call, so that one child waits at any time. */
void kontainer_fork_end(pid_t pid) {
  char byte;
  if (pid == 0) return die_with_parent();
  if (setns(self, CLONE_NEWPID)) _exit(71);
  close(ready[1]);
  while (read(ready[0], &byte, 1) < 0)
    if (errno != EINTR) _exit(72);
  close(ready[0]);
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

int kontainer_template_serve(int control, int timeout_ms) {
  for (;;) {
    int result = kontainer_fork_begin(control, timeout_ms);
    if (result != 0) return result;
    pid_t pid = fork();
    kontainer_fork_end(pid);
    if (pid == 0) return 0;
  }
}

int kontainer_template_run(int control) { return kontainer_template_serve(control, -1); }

int kontainer_accept(void) {
  int stream = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
  close(ready[1]);
  return stream;
}

/* The real one measures; without it children are only slower. */
int kontainer_rehearsal_begin(void) { return -1; }
int kontainer_rehearsal_prepare(void) { return -1; }
int kontainer_rehearsal_forked(pid_t pid) { return pid == 0 ? 0 : 1; }
void kontainer_rehearsal_end(void) { _exit(0); }

void kontainer_finish(int stream) {
  char rest[65536];
  shutdown(stream, SHUT_WR);
  struct pollfd more = {.fd = stream, .events = POLLIN};
  while (poll(&more, 1, 20) > 0 && recv(stream, rest, sizeof rest, MSG_DONTWAIT) > 0) continue;
}
