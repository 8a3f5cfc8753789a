#define _GNU_SOURCE
#include "launcher.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static struct source signals = {.fd = -1};
static pid_t reaped;
static int reaped_status;

static void match_kontainer(struct kontainer *kontainer) {
  if (kontainer->kind == KONTAINER_RUN && kontainer->pid == reaped) kontainer_run_reaped(kontainer, reaped_status);
}

static void match_template(struct template *template) {
  if (template->runtime == reaped) template_reaped(template, reaped_status);
}

static void reap(struct source *source, uint32_t events) {
  (void)events;
  struct signalfd_siginfo info;
  while (read(source->fd, &info, sizeof info) > 0) continue;
  while ((reaped = waitpid(-1, &reaped_status, WNOHANG)) > 0) {
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
