/* clone-loop SECONDS SETUP PROGRAM: the least that a fresh sandbox of a compiled program can cost. Clones into new pid,
 * mount, ipc, uts and network namespaces, runs the program, and waits for it, again and again. With SETUP 1 the child also
 * gets its own /proc and /tmp, another uid, and loses all privileges. */
#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACES (CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET)

static bool drop(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};
  for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++) continue;
  return setresgid(1000, 1000, 1000) == 0 && setresuid(1000, 1000, 1000) == 0 &&
         syscall(SYS_capset, &header, none) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static bool set_up(void) {
  const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  return mount("proc", "/proc", "proc", flags, NULL) == 0 &&
         mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,mode=1777") == 0 && drop();
}

static void child(bool setup, char **program) {
  static char *const environment[] = {NULL};
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (setup && !set_up()) _exit(errno);
  dup2(null, 1);
  execve(program[0], program, environment);
  _exit(127);
}

int main(int argc, char **argv) {
  struct report report = {.count = 0};
  if (argc < 4) return fputs("usage: clone-loop SECONDS SETUP PROGRAM\n", stderr), 64;
  uint64_t begun = now_micros(), deadline = begun + (uint64_t)(atof(argv[1]) * 1e6), start;
  while ((start = now_micros()) < deadline) {
    int status = 0;
    pid_t pid = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) child(atoi(argv[2]), argv + 3);
    if (pid < 0) return perror("clone"), 1;
    waitpid(pid, &status, 0);
    if (status == 0) report_add(&report, now_micros() - start);
    else report_error(&report, "status %d: %s", status, strerror(WEXITSTATUS(status)));
  }
  report_print(&report, now_micros() - begun);
  return 0;
}
