#define _GNU_SOURCE
#include "launcher.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(69);
}

/* crun 1.8 refuses a hybrid hierarchy whose v2 side carries a controller; in our mount namespace there is none. */
static void hide_unified_hierarchy(void) {
  if (access("/sys/fs/cgroup/unified/cgroup.controllers", F_OK) == 0) umount2("/sys/fs/cgroup/unified", MNT_DETACH);
}

/* The outer process only waits: it dies with its parent, and the inner one with it. */
static void wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) != child) continue;
  exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

void namespaces_enter(void) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL)) die("prctl");
  if (unshare(CLONE_NEWPID | CLONE_NEWNS)) die("new namespaces need CAP_SYS_ADMIN: unshare");
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child > 0) wait_for(child);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL)) die("prctl");
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) die("make / private");
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) die("mount /proc");
  hide_unified_hierarchy();
}
