#define _GNU_SOURCE
#include "launcher.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static struct source signals = {.fd = -1};
static pid_t reaped;
static int reaped_status;
static uint64_t reaped_cpu_micros; /* of it and of all that it waited for in its turn */

static void match_kontainer(struct kontainer *kontainer) {
  if (kontainer->kind == KONTAINER_RUN && kontainer->pid == reaped) kontainer_run_reaped(kontainer, reaped_status, reaped_cpu_micros);
}

static void match_template(struct template *template) {
  if (template->runtime == reaped) template_reaped(template, reaped_status);
}

static uint64_t micros(struct timeval time) { return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec; }

static void reap(struct source *source, uint32_t events) {
  (void)events;
  struct signalfd_siginfo info;
  while (read(source->fd, &info, sizeof info) > 0) continue;
  struct rusage usage;
  while ((reaped = wait4(-1, &reaped_status, WNOHANG, &usage)) > 0) {
    reaped_cpu_micros = micros(usage.ru_utime) + micros(usage.ru_stime);
    each_kontainer(match_kontainer);
    each_template(match_template);
  }
}

int reaper_begin(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &set, NULL)) return -1;
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -1 : loop_add(&signals, fd, EPOLLIN, reap);
}
