#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The command may have died before what it started, which we kill until nothing is left of it. */
void kontainer_run_settle(struct kontainer *kontainer) {
  kontainer->exited = cgroup_kill(kontainer->cgroup) == 0;
  if (kontainer->exited) kontainer_settle(kontainer);
  else kontainer_tick_soon(kontainer);
}

void kontainer_run_reaped(struct kontainer *kontainer, int status, uint64_t cpu_micros) {
  kontainer->status = status;
  kontainer->cpu_micros = cpu_micros;
  kontainer->status_known = true;
  kontainer->pid = 0;
  kontainer_run_settle(kontainer);
}

static int start(struct kontainer *kontainer, int port) {
  int listening = kontainer_listen(kontainer->id);
  if (listening < 0) return -1;
  struct runtime_files files = {.in = open("/dev/null", O_RDONLY | O_CLOEXEC), .extra = port ? -1 : listening};
  files.out = output_pipe(&kontainer->outputs[0], kontainer->id, 1, &kontainer->output_budget);
  files.error = output_pipe(&kontainer->outputs[1], kontainer->id, 2, &kontainer->output_budget);
  kontainer->pid = runtime_run(kontainer->id, &files);
  int error = errno;
  close(files.in);
  close(files.out);
  close(files.error);
  if (port) kontainer->relay = relay_new(kontainer, listening, port), kontainers_expect_tick();
  else close(listening);
  return errno = error, kontainer->pid < 0 ? -1 : 0;
}

/* `port` 0: the image takes its call on descriptor 3. A call that comes before it listens waits in the socket. */
void kontainer_run(uint64_t id, int port, const struct limits *limits, uint64_t output_bytes) {
  struct kontainer *kontainer = kontainer_new(id, KONTAINER_RUN, output_bytes);
  kontainer->cgroup = cgroup_take(limits, id, false);
  if (kontainer->cgroup && start(kontainer, port) == 0) {
    if (!port) event("ready\t%llu", (unsigned long long)id);
    return;
  }
  kontainer_failed(kontainer, "start", errno);
  kontainer->status_known = kontainer->exited = true;
  kontainer->status = 125 << 8;
  kontainer_settle(kontainer);
}
