#define _GNU_SOURCE
#include "../kontainer.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* More than any node runs at once for one function; the launcher asks for less. */
#define MAX_CHILDREN 1024

struct child {
  uint64_t id;
  pid_t pid;
  struct network *network;
};

static struct template self;
static struct child children[MAX_CHILDREN];
static struct pollfd polled[MAX_CHILDREN + 1] = {{.fd = -1}}; /* [0] is the control socket, [i + 1] the pidfd of children[i] */
static int child_count;

/* The fork request that is being carried out. */
static struct message request;
static int request_fds[FORK_FDS];
static struct network *network;

/* A child's own: the socket it accepts its call on, and the one that ties it to the launcher. */
static int listening = -1, life = -1;

static void send_failed(int socket, uint64_t id, int error) {
  struct message m = {.type = MESSAGE_FAILED, .version = KONTAIN_PROTOCOL_VERSION, .id = id, .failed.error = error};
  snprintf(m.failed.step, sizeof m.failed.step, "%s", sandbox_step);
  message_send(socket, &m, NULL, 0);
}

static int send_plain(int socket, enum message_type type, uint64_t id) {
  struct message m = {.type = type, .version = KONTAIN_PROTOCOL_VERSION, .id = id};
  return message_send(socket, &m, NULL, 0);
}

static int await_go(void) {
  struct message m;
  sandbox_step = "cgroup";
  if (message_receive(life, &m, NULL, 0)) return -1;
  if (m.type != MESSAGE_GO) return errno = EPROTO, -1;
  return unshare(CLONE_NEWCGROUP);
}

static void close_template_descriptors(void) {
  close(self.control);
  close(self.self_pid_namespace);
  for (int i = 0; i < child_count; i++) {
    close(polled[i + 1].fd);
    network_close(children[i].network);
  }
  network_close(network);
  network_forget();
}

/* The launcher moves us into our cgroup while we set up the rest. */
static int become_kontainer(void) {
  listening = request_fds[FORK_LISTEN];
  life = request_fds[FORK_LIFE];
  sandbox_step = "born";
  if (send_plain(life, MESSAGE_BORN, request.id)) return -1;
  close_template_descriptors();
  char folder[PATH_MAX] = "/";
  if (!getcwd(folder, sizeof folder)) strcpy(folder, "/");
  if (sandbox_namespaces() || sandbox_mounts(&request.fork) || sandbox_pipes(request_fds) || sandbox_events(request_fds)) return -1;
  /* by its name: in the template's /tmp, all its children would be together */
  if (chdir(folder) && chdir("/")) return -1;
  if (await_go()) return -1;
  if (sandbox_descriptors(request_fds)) return -1;
  if (sandbox_drop(&request.fork, &self.seccomp)) return -1;
  rehearsed_pages_copy();
  return 0;
}

static void remember(uint64_t id, pid_t pid) {
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  children[child_count] = (struct child){.id = id, .pid = pid, .network = network};
  polled[++child_count] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void close_request(void) {
  for (int i = 0; i < FORK_FDS; i++)
    if (request_fds[i] >= 0) close(request_fds[i]);
}

static void abandon_network(void) {
  int error = errno;
  network_leave();
  network_release(network);
  errno = error;
}

/* From here on, the next fork of this thread is process 1 of a new pid namespace, in a network of its own. */
static int prepare_fork(void) {
  int ok = request.fork.group_count <= KONTAIN_MAX_GROUPS && child_count < MAX_CHILDREN;
  for (int i = 0; i < FORK_FDS; i++) ok = ok && request_fds[i] >= 0;
  errno = EAGAIN;
  sandbox_step = "fork request";
  if (!ok) return -1;
  network = network_enter();
  if (!network) return -1;
  sandbox_step = "unshare pid";
  if (unshare(CLONE_NEWPID)) return abandon_network(), -1;
  sandbox_step = "fork";
  return 0;
}

/* A pid namespace can be unshared only once; setns brings ours back. */
void kontainer_fork_end(pid_t pid) {
  int error = errno;
  if (pid == 0) {
    if (!become_kontainer()) return;
    send_failed(life, request.id, errno);
    _exit(125);
  }
  if (setns(self.self_pid_namespace, CLONE_NEWPID)) _exit(71);
  network_leave();
  if (pid < 0) network_release(network), send_failed(self.control, request.id, error);
  else remember(request.id, pid);
  close_request();
}

static void reap(int index) {
  struct message m = {.type = MESSAGE_EXIT, .version = KONTAIN_PROTOCOL_VERSION, .id = children[index].id};
  struct rusage usage;
  int status = 0;
  if (wait4(children[index].pid, &status, WNOHANG, &usage) != children[index].pid) return;
  m.exit.status = status;
  m.exit.cpu_micros = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                      (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  message_send(self.control, &m, NULL, 0);
  close(polled[index + 1].fd);
  network_release(children[index].network);
  children[index] = children[child_count - 1];
  polled[index + 1] = polled[child_count--];
}

/* It only narrows the filter that the OCI runtime gave to the template, and that its children have: without that one, it
 * would hardly restrict them. */
static int load_seccomp(int fd) {
  struct stat info;
  if (prctl(PR_GET_SECCOMP) != SECCOMP_MODE_FILTER) return errno = ENOSYS, -1;
  if (fd < 0 || fstat(fd, &info)) return -1;
  void *program = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (program == MAP_FAILED) return -1;
  close(fd);
  self.seccomp = (struct sock_fprog){.len = (unsigned short)((size_t)info.st_size / sizeof(struct sock_filter)), .filter = program};
  return 0;
}

/* The platform then starts the function anew for each call. */
#define EXIT_NOT_FORKABLE 75

static int begin(int control) {
  struct message m;
  const char *shared = shared_state(control);
  if (shared) {
    dprintf(2, "The module has opened %s, which its calls would share\n", shared);
    _exit(EXIT_NOT_FORKABLE);
  }
  int seccomp;
  if (message_receive(control, &m, &seccomp, 1)) return -1;
  if (m.type != MESSAGE_INIT) return errno = EPROTO, -1;
  if (load_seccomp(seccomp) || sandbox_bound_capabilities() || network_begin()) return -1;
  self.control = control;
  self.self_pid_namespace = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
  if (self.self_pid_namespace < 0) return -1;
  polled[0] = (struct pollfd){.fd = control, .events = POLLIN};
  return send_plain(control, MESSAGE_UP, 0);
}

static void reap_ended(void) {
  for (int i = child_count - 1; i >= 0; i--)
    if (polled[i + 1].revents) reap(i);
}

int kontainer_fork_begin(int control, int timeout_ms) {
  if (polled[0].fd != control && begin(control)) return -1;
  for (;;) {
    int count = poll(polled, (nfds_t)child_count + 1, timeout_ms);
    if (count == 0) return 1;
    if (count < 0 && errno != EINTR) return -1;
    if (count < 0) continue;
    reap_ended();
    if (!polled[0].revents) continue;
    if (message_receive(control, &request, request_fds, FORK_FDS)) _exit(0); /* the launcher is gone or wants us gone */
    if (request.type != MESSAGE_FORK) continue;
    if (prepare_fork() == 0) return 0;
    send_failed(self.control, request.id, errno);
    close_request();
  }
}

/* glibc's fork, so that its handlers run and thread-local state is right. */
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

int kontainer_listener(void) { return listening; }

int kontainer_ready(void) {
  if (life < 0) return errno = EBADF, -1;
  int result = send_plain(life, MESSAGE_READY, 0);
  close(life);
  life = -1;
  return result;
}

int kontainer_accept(void) {
  if (kontainer_ready()) return -1;
  int stream;
  do stream = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
  while (stream < 0 && errno == EINTR);
  close(listening);
  listening = -1;
  return stream;
}
