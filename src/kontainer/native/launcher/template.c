#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Output of a template, before and between calls: enough for a stack trace, not a place to store things. */
#define TEMPLATE_OUTPUT (64 * 1024)

static int killing;

/* The OCI runtime's command may have died before what it started, which is killed until nothing is left of it. */
static void finish(struct template *template) {
  if (template->runtime) return;
  if (template->cgroup && cgroup_kill(template->cgroup) > 0) return template_drop(template);
  for (int i = 0; i < 2; i++) output_finish(&template->outputs[i]);
  loop_close(&template->control);
  event("gone\t%llu\t%d\t%d", (unsigned long long)template->id, template->status, template->out_of_memory);
  kontainer_forks_orphaned(template);
  cgroup_release(template->cgroup);
  runtime_forget(template->id);
  unregister_template(template);
  if (template->dropped) killing--;
  free(template);
}

void template_reaped(struct template *template, int status) {
  template->out_of_memory = cgroup_usage(template->cgroup).out_of_memory;
  template->status = status;
  template->runtime = 0;
  finish(template);
}

/* It grows while it warms up, and hardly later. */
#define WEIGH_MS 1000

void template_weigh(struct template *template) {
  uint64_t now = loop_now();
  if (template->dropped || now - template->weighed_at < WEIGH_MS) return;
  template->weighed_at = now;
  event("holds\t%llu\t%llu", (unsigned long long)template->id, (unsigned long long)cgroup_held(template->cgroup));
}

static void up(struct template *template) {
  template->up = true;
  event("up\t%llu", (unsigned long long)template->id);
  template_weigh(template);
}

static void control_ready(struct source *source, uint32_t events) {
  (void)events;
  struct template *template = container_of(source, struct template, control);
  struct message message;
  if (message_receive(source->fd, &message, NULL, 0)) {
    if (errno == EAGAIN) return;
    if (errno == EBADMSG) event("failed\t%llu\tprotocol version\t%d", (unsigned long long)template->id, EPROTO);
    return template_drop(template);
  }
  if (message.type == MESSAGE_UP && !template->up) up(template);
  else if (message.type == MESSAGE_EXIT) kontainer_fork_exited(template, &message);
  else if (message.type == MESSAGE_FAILED) kontainer_fork_failed(template, &message);
  else template_drop(template);
}

static int send_init(int control) {
  struct message message = {.type = MESSAGE_INIT, .version = KONTAIN_PROTOCOL_VERSION};
  int seccomp = open(config.seccomp, O_RDONLY | O_CLOEXEC);
  if (seccomp < 0) return -1;
  int result = message_send(control, &message, &seccomp, 1);
  close(seccomp);
  return result;
}

static int start(struct template *template) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) return -1;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  if (loop_add(&template->control, ends[0], EPOLLIN, control_ready) || send_init(ends[0])) return close(ends[1]), -1;
  struct runtime_files files = {.in = open("/dev/null", O_RDONLY | O_CLOEXEC), .extra = ends[1]};
  files.out = output_pipe(&template->outputs[0], template->id, 1, &template->output_budget);
  files.error = output_pipe(&template->outputs[1], template->id, 2, &template->output_budget);
  template->runtime = runtime_run(template->id, &files);
  close(files.in);
  close(files.out);
  close(files.error);
  close(ends[1]);
  return template->runtime < 0 ? -1 : 0;
}

void template_start(uint64_t id, const struct limits *limits) {
  struct template *template = calloc(1, sizeof *template);
  if (!template) _exit(70);
  template->id = id;
  template->output_budget = TEMPLATE_OUTPUT;
  template->control.fd = template->outputs[0].source.fd = template->outputs[1].source.fd = -1;
  template->cgroup = cgroup_take(limits, id, false);
  register_template(template);
  if (template->cgroup && start(template) == 0) return;
  event("failed\t%llu\tstart\t%d", (unsigned long long)id, errno);
  template->status = 125 << 8;
  template->runtime = 0;
  finish(template);
}

/* Closing the control socket asks it to end; the ticks see to it that it does. */
void template_drop(struct template *template) {
  if (template->dropped) return;
  template->dropped = true;
  killing++;
  loop_close(&template->control);
  cgroup_kill(template->cgroup);
}

static void kill_dropped(struct template *template) {
  if (!template->dropped) return;
  if (template->runtime) cgroup_kill(template->cgroup);
  else finish(template);
}

bool templates_ticking(void) { return killing > 0; }
void templates_tick(void) {
  if (killing) each_template(kill_dropped);
}
