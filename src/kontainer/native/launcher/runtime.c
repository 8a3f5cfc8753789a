#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static struct rlimit descriptors;

/* Kontainers' sockets, pipes and pidfds: about six descriptors each. What we start gets the usual limit back. */
void descriptors_raise(void) {
  if (getrlimit(RLIMIT_NOFILE, &descriptors)) return;
  struct rlimit most = {.rlim_cur = descriptors.rlim_max, .rlim_max = descriptors.rlim_max};
  setrlimit(RLIMIT_NOFILE, &most);
}

static void bundle_path(char *path, size_t size, uint64_t id, const char *file) {
  snprintf(path, size, "%s/b/%llu%s%s", config.run, (unsigned long long)id, file ? "/" : "", file ? file : "");
}

/* Puts the descriptors at their places; all others close on exec. A source may sit on another's place, so they are
 * first moved out of the way. */
static int arrange(const struct runtime_files *files) {
  int from[] = {files->in, files->out, files->error, files->extra};
  /* an own one in its place would let the Kontainer write to our client */
  for (int i = 0; i < 3; i++)
    if (from[i] < 0) return errno = EMFILE, -1;
  for (int i = 0; i < 4; i++)
    if (from[i] >= 0 && (from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 16)) < 0) return -1;
  for (int i = 0; i < 4; i++)
    if (from[i] >= 0 && dup2(from[i], i) < 0) return -1;
  return 0;
}

static void execute(uint64_t id, const struct runtime_files *files) {
  char bundle[4096], pid_file[4096], root[4096], name[64];
  bundle_path(bundle, sizeof bundle, id, NULL);
  bundle_path(pid_file, sizeof pid_file, id, "pid");
  snprintf(root, sizeof root, "%s/runtime", config.run);
  snprintf(name, sizeof name, "kontainer-%llu", (unsigned long long)id);
  char *const arguments[] = {(char *)config.runtime, "--root", root, "run", "--pid-file", pid_file, "--bundle", bundle,
                             "--preserve-fds", files->extra >= 0 ? "1" : "0", name, NULL};
  static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  setrlimit(RLIMIT_NOFILE, &descriptors);
  if (chdir(bundle) == 0 && arrange(files) == 0) execve(config.runtime, arguments, environment);
  dprintf(2, "cannot start the OCI runtime %s: %s\n", config.runtime, strerror(errno));
  _exit(127);
}

/* We are small: a fork costs a fraction of a millisecond. */
pid_t runtime_run(uint64_t id, const struct runtime_files *files) {
  pid_t pid = fork();
  if (pid == 0) execute(id, files);
  return pid;
}

pid_t runtime_first_process(uint64_t id) {
  char path[4096];
  int pid = 0;
  bundle_path(path, sizeof path, id, "pid");
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  if (fscanf(file, "%d", &pid) != 1) pid = 0;
  fclose(file);
  return pid;
}

void runtime_forget(uint64_t id) {
  char path[4096];
  static const char *const files[] = {"config.json", "pid"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    bundle_path(path, sizeof path, id, files[i]);
    unlink(path);
  }
  bundle_path(path, sizeof path, id, NULL);
  rmdir(path);
}
