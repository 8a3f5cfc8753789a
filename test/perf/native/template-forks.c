/* template-forks SECONDS WARM_SECONDS PROGRAM [ARGUMENT...]: the forks of a runtime's own template with no call and
 * nothing of faas-server. Plays the launcher: PROGRAM starts the template with its control socket as descriptor 3. Each
 * child takes all its steps but the last one: the seccomp program that we give it is none, so it ends instead of going on
 * to wait for a call. */
#define _GNU_SOURCE
#include "../../../src/kontainer/native/protocol.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int control, null;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void start(char **arguments) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) die("socketpair");
  control = ends[0];
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid > 0) {
    close(ends[1]);
    return;
  }
  dup2(null, 0);
  dup2(2, 1);
  if (ends[1] == 3) fcntl(3, F_SETFD, 0);
  else dup2(ends[1], 3);
  execvp(arguments[0], arguments);
  die(arguments[0]);
}

static void await(enum message_type type) {
  struct message message;
  do {
    if (message_receive(control, &message, NULL, 0)) die("the template ended");
  } while (message.type != type);
}

static void init(void) {
  struct message message = {.type = MESSAGE_INIT, .version = KONTAIN_PROTOCOL_VERSION};
  static const char no_program[8];
  int seccomp = memfd_create("none", MFD_CLOEXEC);
  if (seccomp < 0 || write(seccomp, no_program, sizeof no_program) < 0) die("memfd");
  if (message_send(control, &message, &seccomp, 1)) die("init");
  close(seccomp);
  await(MESSAGE_UP);
}

static void fork_once(uint64_t id) {
  struct message go = {.type = MESSAGE_GO, .version = KONTAIN_PROTOCOL_VERSION, .id = id};
  struct message message = {.type = MESSAGE_FORK, .version = KONTAIN_PROTOCOL_VERSION, .id = id};
  message.fork = (struct fork_request){.tmp_bytes = 16 << 20, .file_size_bytes = 64 << 20, .uid = 1000, .gid = 1000};
  strcpy(message.fork.hostname, "kontainer");
  int life[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, life)) die("socketpair");
  int fds[FORK_FDS] = {[FORK_LISTEN] = null, [FORK_STDOUT] = null, [FORK_STDERR] = null, [FORK_LIFE] = life[1]};
  if (message_send(life[0], &go, NULL, 0) || message_send(control, &message, fds, FORK_FDS)) die("fork request");
  close(life[1]);
  await(MESSAGE_EXIT);
  close(life[0]);
}

/* Which step its children end at, to be sure that it is the last one. */
static void check(void) {
  struct message message;
  int life[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, life)) die("socketpair");
  struct message go = {.type = MESSAGE_GO, .version = KONTAIN_PROTOCOL_VERSION};
  struct message request = {.type = MESSAGE_FORK, .version = KONTAIN_PROTOCOL_VERSION};
  request.fork = (struct fork_request){.tmp_bytes = 1 << 20, .uid = 1000, .gid = 1000, .hostname = "kontainer"};
  int fds[FORK_FDS] = {null, null, null, life[1]};
  if (message_send(life[0], &go, NULL, 0) || message_send(control, &request, fds, FORK_FDS)) die("fork request");
  close(life[1]);
  do {
    if (message_receive(life[0], &message, NULL, 0)) die("the child said nothing");
  } while (message.type != MESSAGE_FAILED);
  if (strcmp(message.failed.step, "seccomp")) {
    fprintf(stderr, "the child failed at %.31s: %s\n", message.failed.step, strerror(message.failed.error));
    exit(1);
  }
  close(life[0]);
  await(MESSAGE_EXIT);
}

int main(int argc, char **argv) {
  struct report report = {.count = 0};
  if (argc < 4) return fputs("usage: template-forks SECONDS WARM_SECONDS PROGRAM [ARGUMENT...]\n", stderr), 64;
  null = open("/dev/null", O_RDWR | O_CLOEXEC);
  start(argv + 3);
  init();
  check();
  usleep((useconds_t)(atof(argv[2]) * 1e6));
  uint64_t begun = now_micros(), deadline = begun + (uint64_t)(atof(argv[1]) * 1e6), now;
  for (uint64_t id = 1; (now = now_micros()) < deadline; id++) {
    fork_once(id);
    report_add(&report, now_micros() - now);
  }
  report_print(&report, now_micros() - begun);
  close(control);
  while (wait(NULL) > 0) continue;
  return 0;
}
