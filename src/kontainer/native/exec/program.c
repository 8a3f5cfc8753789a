#define _GNU_SOURCE
#include "exec.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* As execvp(3) does: PATH is searched for a name without a slash. False with errno. */
static bool find(char *path, size_t size, const char *name) {
  const char *folders = getenv("PATH");
  if (strchr(name, '/')) return snprintf(path, size, "%s", name) < (int)size && access(path, X_OK) == 0;
  int error = ENOENT;
  for (const char *at = folders ? folders : "/bin:/usr/bin"; *at; at += strspn(at, ":")) {
    size_t length = strcspn(at, ":");
    snprintf(path, size, "%.*s/%s", (int)length, at, name);
    if (access(path, X_OK) == 0) return true;
    if (errno == EACCES) error = EACCES;
    at += length;
  }
  return errno = error, false;
}

static bool is_for_this_machine(const Elf64_Ehdr *header) {
#ifdef __x86_64__
  return header->e_machine == EM_X86_64 || header->e_machine == EM_386;
#elif defined(__aarch64__)
  return header->e_machine == EM_AARCH64 || header->e_machine == EM_ARM;
#else
  return true;
#endif
}

/* The first word after #!, which is a path. */
static bool interpreter_is_there(const char *line) {
  char path[256] = "";
  return sscanf(line + 2, " %255s", path) != 1 || access(path, X_OK) == 0;
}

/* Before there is a call to fail: most of what execve(2) would say then. */
void check_program(const char *name) {
  char path[4096];
  union {
    Elf64_Ehdr elf;
    char text[300];
  } start = {.text = ""};
  if (!find(path, sizeof path, name)) fail(name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return; /* may be run, but not read */
  ssize_t length = read(fd, &start, sizeof start - 1);
  close(fd);
  if (length < 0) fail(name);
  if (memcmp(start.text, ELFMAG, SELFMAG) == 0 && !is_for_this_machine(&start.elf)) errno = ENOEXEC, fail(name);
  if (memcmp(start.text, "#!", 2) == 0 && !interpreter_is_there(start.text)) fail(name);
}

/* The program is a child, not ourselves: the first process of a pid namespace is deaf to signals of its own, and must
 * see to it that the caller gets the whole answer. Returns its exit code, as shells write it. */
int run_program(char **argv, int in, int out) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all;
  pid_t pid;
  int status = 0;
  sigfillset(&all);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigdefault(&attributes, &all);
  if (in >= 0) posix_spawn_file_actions_adddup2(&actions, in, 0);
  if (out >= 0) posix_spawn_file_actions_adddup2(&actions, out, 1);
  if ((errno = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ))) fail(argv[0]);
  for (pid_t ended = 0; ended != pid;) /* and those who lost their parent */
    if ((ended = waitpid(-1, &status, 0)) < 0 && errno != EINTR) fail("wait");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
