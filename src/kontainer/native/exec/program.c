#define _GNU_SOURCE
#include "../kontainer.h"
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

/* `extra`: a descriptor that becomes 3, or -1. */
static pid_t start_program(char **argv, int in, int out, int extra) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all;
  pid_t pid;
  sigfillset(&all);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigdefault(&attributes, &all);
  if (in >= 0) posix_spawn_file_actions_adddup2(&actions, in, 0);
  if (out >= 0) posix_spawn_file_actions_adddup2(&actions, out, 1);
  if (extra >= 0) posix_spawn_file_actions_adddup2(&actions, extra, 3);
  if ((errno = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ))) fail(argv[0]);
  return pid;
}

static int await_program(pid_t pid) {
  int status = 0;
  for (pid_t ended = 0; ended != pid;) /* and those who lost their parent */
    if ((ended = waitpid(-1, &status, 0)) < 0 && errno != EINTR) fail("wait");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_program(char **argv, int in, int out) { return await_program(start_program(argv, in, out, -1)); }

/* The program writes a byte when it waits for its call; it may end before. */
static int await_ready(int ready) {
  char byte;
  ssize_t n;
  do n = read(ready, &byte, 1);
  while (n < 0 && errno == EINTR);
  close(ready);
  return n == 1 ? kontainer_ready() : 0;
}

int run_listening_program(char **argv) {
  int ready[2];
  if (pipe2(ready, O_CLOEXEC)) fail("pipe");
  pid_t pid = start_program(argv, kontainer_listener(), -1, ready[1]);
  close(ready[1]);
  if (await_ready(ready[0])) fail("ready");
  return await_program(pid);
}
