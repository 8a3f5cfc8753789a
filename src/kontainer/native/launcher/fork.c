#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void unlink_from_template(struct kontainer *kontainer) {
  struct kontainer **link = &kontainer->template->forks;
  while (*link && *link != kontainer) link = &(*link)->next_fork;
  if (*link) *link = kontainer->next_fork;
}

static void status_is(struct kontainer *kontainer, int status, uint64_t cpu_micros) {
  if (kontainer->status_known) return;
  unlink_from_template(kontainer);
  kontainer->template = NULL;
  kontainer->status_known = true;
  kontainer->status = status;
  kontainer->cpu_micros = cpu_micros;
  /* one that died before it told its pid has no pidfd to wait for */
  if (kontainer->process.fd < 0) kontainer->exited = true;
  kontainer_settle(kontainer);
}

static struct kontainer *own_fork(struct template *template, uint64_t id) {
  struct kontainer *kontainer = find_kontainer(id);
  return kontainer && kontainer->template == template ? kontainer : NULL;
}

/* Each fork's end is reported once, by exit or failure. One report too many, and the template is not what we take it
 * for; a flood of them would cost everybody's time. */
static bool is_awaited(struct template *template) {
  if (template->awaited == 0) return template_drop(template), false;
  template->awaited--;
  return true;
}

void kontainer_fork_exited(struct template *template, const struct message *message) {
  if (!is_awaited(template)) return;
  template_weigh(template);
  struct kontainer *kontainer = own_fork(template, message->id);
  if (kontainer) status_is(kontainer, message->exit.status, message->exit.cpu_micros);
}

static void failed(struct kontainer *kontainer, const struct message *message) {
  char step[sizeof message->failed.step + 1] = {0};
  for (size_t i = 0; i < sizeof message->failed.step && message->failed.step[i]; i++)
    step[i] = message->failed.step[i] >= ' ' && message->failed.step[i] <= '~' ? message->failed.step[i] : '?';
  kontainer_failed(kontainer, step, message->failed.error);
}

void kontainer_fork_failed(struct template *template, const struct message *message) {
  if (!is_awaited(template)) return;
  struct kontainer *kontainer = own_fork(template, message->id);
  if (!kontainer) return;
  failed(kontainer, message);
  status_is(kontainer, 125 << 8, 0);
}

/* Its pid namespace died with the template: nobody will say how its forks ended. */
void kontainer_forks_orphaned(struct template *template) {
  while (template->forks) status_is(template->forks, 9, 0);
}

static void process_ended(struct source *source, uint32_t events) {
  (void)events;
  struct kontainer *kontainer = container_of(source, struct kontainer, process);
  loop_close(source);
  kontainer->exited = true;
  kontainer->exited_at = loop_now();
  if (!kontainer->status_known) kontainer_tick_soon(kontainer);
  kontainer_settle(kontainer);
}

/* The pid is the sender's as the kernel translated it for us. It may have died since, and its number been given to a
 * process of another function: only what still is in the template's cgroup is taken. */
static bool belongs(pid_t pid, const struct template *template) {
  char path[64], text[2048], part[48];
  snprintf(path, sizeof path, "/proc/%d/cgroup", pid);
  snprintf(part, sizeof part, "/%s/", template->cgroup->name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  if (length <= 0) return false;
  text[length] = 0;
  return strstr(text, part) != NULL;
}

static int adopt(struct kontainer *kontainer, pid_t pid) {
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  if (fd < 0) return errno;
  if (!kontainer->template || !belongs(pid, kontainer->template)) return close(fd), ESRCH;
  if (loop_add(&kontainer->process, fd, EPOLLIN, process_ended)) return errno;
  kontainer->pid = pid;
  int error = cgroup_attach(kontainer->cgroup, pid);
  if (error) return error;
  struct message go = {.type = MESSAGE_GO, .version = KONTAIN_PROTOCOL_VERSION, .id = kontainer->id};
  if (message_send(kontainer->life.fd, &go, NULL, 0)) return errno;
  if (kontainer->kill_wanted) kontainer_kill(kontainer);
  return 0;
}

static pid_t sender(struct msghdr *header) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
      struct ucred credentials;
      memcpy(&credentials, CMSG_DATA(c), sizeof credentials);
      return credentials.pid;
    }
  return 0;
}

static void born(struct kontainer *kontainer, pid_t pid) {
  if (kontainer->process.fd >= 0 || kontainer->exited || pid <= 1) return;
  int error = adopt(kontainer, pid);
  if (!error) return;
  kontainer_failed(kontainer, "cgroup", error);
  kontainer_kill(kontainer);
}

static void ready(struct kontainer *kontainer) {
  if (!kontainer->ready && kontainer->process.fd >= 0) event("ready\t%llu", (unsigned long long)kontainer->id);
  kontainer->ready = true;
}

static void life_ready(struct source *source, uint32_t events) {
  (void)events;
  struct kontainer *kontainer = container_of(source, struct kontainer, life);
  struct message message;
  char control[CMSG_SPACE(sizeof(struct ucred))];
  struct iovec body = {.iov_base = &message, .iov_len = sizeof message};
  struct msghdr header = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t size = recvmsg(source->fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) return loop_close(source);
  bool whole = size == (ssize_t)sizeof message;
  if (whole && message.type == MESSAGE_BORN && kontainer->process.fd < 0) born(kontainer, sender(&header));
  else if (whole && message.type == MESSAGE_READY && !kontainer->ready) ready(kontainer);
  else if (whole && message.type == MESSAGE_FAILED && !kontainer->failed) failed(kontainer, &message);
  else loop_close(source); /* it says what none of ours says: we stop listening */
}

static int life_socket(struct kontainer *kontainer) {
  int ends[2], on = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) return -1;
  setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  if (loop_add(&kontainer->life, ends[0], EPOLLIN, life_ready) == 0) return ends[1];
  close(ends[0]);
  close(ends[1]);
  return -1;
}

static int request_fork(struct kontainer *kontainer, const struct fork_request *request) {
  struct message message = {.type = MESSAGE_FORK, .version = KONTAIN_PROTOCOL_VERSION, .id = kontainer->id, .fork = *request};
  int fds[FORK_FDS], result = -1;
  fds[FORK_LISTEN] = kontainer_listen(kontainer->id);
  fds[FORK_LIFE] = life_socket(kontainer);
  for (int i = 0; i < 2; i++)
    fds[FORK_STDOUT + i] = output_pipe(&kontainer->outputs[i], kontainer->id, i + 1, &kontainer->output_budget);
  if (fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0 && fds[3] >= 0)
    result = message_send(kontainer->template->control.fd, &message, fds, FORK_FDS);
  if (result == 0) kontainer->template->awaited++;
  int error = errno;
  for (int i = 0; i < FORK_FDS; i++)
    if (fds[i] >= 0) close(fds[i]);
  return errno = error, result;
}

void kontainer_fork(struct template *template, uint64_t id, const struct fork_request *request,
                    const struct limits *limits, uint64_t output_bytes) {
  struct kontainer *kontainer = kontainer_new(id, KONTAINER_FORK, output_bytes);
  kontainer->template = template;
  if (!template || template->dropped) {
    kontainer->template = NULL;
    kontainer->status_known = kontainer->exited = true;
    kontainer->status = 9;
    kontainer_failed(kontainer, "template is gone", ESRCH);
    return kontainer_settle(kontainer);
  }
  kontainer->next_fork = template->forks;
  template->forks = kontainer;
  kontainer->cgroup = cgroup_take(limits, id, true);
  if (kontainer->cgroup && request_fork(kontainer, request) == 0) return;
  kontainer_failed(kontainer, "fork request", errno);
  status_is(kontainer, 125 << 8, 0);
}
