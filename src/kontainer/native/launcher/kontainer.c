#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Kontainers that have to be looked at again: their end is near but not reached. */
static int ticking;

/* A template that lives reports the end of a fork at once, unless another function's fork bomb leaves it no processor
 * time: measured were 3 s. One that still does not is broken or lies. */
#define REPORT_MS 10000

struct kontainer *kontainer_new(uint64_t id, enum kontainer_kind kind, uint64_t output_bytes) {
  struct kontainer *kontainer = calloc(1, sizeof *kontainer);
  if (!kontainer) _exit(70);
  kontainer->id = id;
  kontainer->kind = kind;
  kontainer->output_budget = output_bytes;
  kontainer->life.fd = kontainer->process.fd = -1;
  kontainer->outputs[0].source.fd = kontainer->outputs[1].source.fd = -1;
  register_kontainer(kontainer);
  return kontainer;
}

static void socket_path(struct sockaddr_un *address, uint64_t id) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  snprintf(address->sun_path, sizeof address->sun_path, "%s/k/%llu", config.run, (unsigned long long)id);
}

int kontainer_listen(uint64_t id) {
  struct sockaddr_un address;
  socket_path(&address, id);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0) return fd;
  int error = errno;
  close(fd);
  return errno = error, -1;
}

void kontainer_unlink(uint64_t id) {
  struct sockaddr_un address;
  socket_path(&address, id);
  unlink(address.sun_path);
}

/* The first reason is the one; a template that goes on and on about it is not listened to. */
void kontainer_failed(struct kontainer *kontainer, const char *step, int error) {
  if (kontainer->failed) return;
  kontainer->failed = true;
  event("failed\t%llu\t%s\t%d", (unsigned long long)kontainer->id, step, error);
}

/* A fork is the first process of a pid namespace: its death is the death of all in it. What the OCI runtime started
 * is found by its cgroup, again and again until the runtime's command has ended, since it may be only starting. */
void kontainer_kill(struct kontainer *kontainer) {
  kontainer->kill_wanted = true;
  kontainer_tick_soon(kontainer);
  if (kontainer->kind == KONTAINER_RUN && kontainer->cgroup) cgroup_kill(kontainer->cgroup);
  if (kontainer->kind == KONTAINER_FORK && kontainer->process.fd >= 0)
    syscall(SYS_pidfd_send_signal, kontainer->process.fd, SIGKILL, NULL, 0);
}

static void report(struct kontainer *kontainer) {
  struct usage usage = kontainer->cgroup ? cgroup_usage(kontainer->cgroup) : (struct usage){0};
  int status = kontainer->status;
  event("exit\t%llu\t%d\t%d\t%d\t%llu\t%llu", (unsigned long long)kontainer->id,
        kontainer->status_known && WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        kontainer->status_known && WIFSIGNALED(status) ? WTERMSIG(status) : -1, usage.out_of_memory,
        (unsigned long long)kontainer->cpu_micros, (unsigned long long)usage.memory_peak_bytes);
}

void kontainer_settle(struct kontainer *kontainer) {
  if (!kontainer->exited || !kontainer->status_known) return;
  for (int i = 0; i < 2; i++) output_finish(&kontainer->outputs[i]);
  loop_close(&kontainer->life);
  loop_close(&kontainer->process);
  relay_free(kontainer->relay);
  kontainer_unlink(kontainer->id);
  report(kontainer);
  cgroup_release(kontainer->cgroup);
  if (kontainer->kind == KONTAINER_RUN) runtime_forget(kontainer->id);
  if (kontainer->ticks) ticking--;
  unregister_kontainer(kontainer);
  free(kontainer);
}

static int waiting;

void kontainer_tick_soon(struct kontainer *kontainer) {
  if (!kontainer->ticks) ticking++;
  kontainer->ticks = true;
}

static void tick(struct kontainer *kontainer) {
  struct template *template = kontainer->template;
  if (kontainer->kind == KONTAINER_RUN && kontainer->status_known) return kontainer_run_settle(kontainer);
  if (kontainer->kill_wanted && !kontainer->exited) kontainer_kill(kontainer);
  if (kontainer->relay && relay_tick(kontainer->relay)) waiting++;
  if (template && kontainer->exited && loop_now() - kontainer->exited_at > REPORT_MS) template_drop(template);
}

void kontainers_tick(void) {
  if (!kontainers_ticking()) return;
  waiting = 0;
  each_kontainer(tick);
}

void kontainers_expect_tick(void) { waiting++; }
bool kontainers_ticking(void) { return ticking > 0 || waiting > 0; }
