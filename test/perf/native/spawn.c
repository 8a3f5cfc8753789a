/* spawn CALLERS SECONDS CALLS KIND PROGRAM [ARGUMENT...]: starts a program again and again, each caller one after the
 * other, until the seconds are over or each caller has made its calls. {n} is the caller's number. KIND:
 *   run              from the start to the end of the program
 *   stream:PATH      it takes one call on descriptor 3, a listening Unix socket at PATH; to its end as well
 *   answer:PATH      the same, but only until the answer is there
 *   port:PORT:FILE   it writes FILE with a pid, in whose network namespace PORT is; until the answer; then it is killed */
#define _GNU_SOURCE
#include "exchange.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { RUN, STREAM, ANSWER, PORT };

struct work {
  enum kind kind;
  int port;
  char *path;
  char **arguments;
  uint64_t deadline, calls;
};

/* From a caller to the reporter; small enough to be written at once. */
struct result {
  uint64_t micros;
  int status;
  bool answered;
};

static char *numbered(const char *text, int n) {
  const char *mark = strstr(text, "{n}");
  char *out;
  if (!mark) return strdup(text);
  if (asprintf(&out, "%.*s%d%s", (int)(mark - text), text, n, mark + 3) < 0) abort();
  return out;
}

static bool starts(const char *text, const char *word) { return strncmp(text, word, strlen(word)) == 0; }

static bool parse_kind(const char *text, int n, struct work *work) {
  const char *path = strrchr(text, ':');
  if (path) work->path = numbered(path + 1, n);
  if (starts(text, "port:")) work->port = atoi(text + 5);
  work->kind = starts(text, "stream:") ? STREAM : starts(text, "answer:") ? ANSWER : starts(text, "port:") ? PORT : RUN;
  return path || strcmp(text, "run") == 0;
}

static pid_t start(char **arguments, int listening) {
  pid_t pid = vfork();
  if (pid != 0) return pid;
  int null = open("/dev/null", O_RDWR);
  dup2(null, 0);
  dup2(null, 1);
  if (listening >= 0) {
    if (listening == 3) fcntl(3, F_SETFD, 0);
    else dup2(listening, 3);
  }
  execvp(arguments[0], arguments);
  _exit(127);
}

static bool call(struct work *work, pid_t *inner) {
  if (work->kind == RUN) return true;
  if (work->kind == PORT) return exchange_port(work->path, work->port, inner);
  return exchange_stream(work->path);
}

static struct result once(struct work *work) {
  struct result result = {.status = -1};
  bool streams = work->kind == STREAM || work->kind == ANSWER;
  uint64_t begun = now_micros();
  int listening = streams ? exchange_listen(work->path) : -1;
  pid_t pid = start(work->arguments, listening), inner = 0;
  if (listening >= 0) close(listening);
  result.answered = call(work, &inner);
  result.micros = now_micros() - begun;
  if (inner > 0) kill(inner, SIGKILL);
  waitpid(pid, &result.status, 0);
  if (work->kind == RUN || work->kind == STREAM) result.micros = now_micros() - begun;
  if (work->kind == PORT) result.status = 0;
  return result;
}

static void caller(struct work *work, int results) {
  while (work->calls-- > 0 && now_micros() < work->deadline) {
    struct result result = once(work);
    if (write(results, &result, sizeof result) != sizeof result) _exit(1);
  }
  _exit(0);
}

static void collect(int results, struct report *report) {
  struct result result;
  while (read(results, &result, sizeof result) == sizeof result) {
    if (result.answered && result.status == 0) report_add(report, result.micros);
    else report_error(report, "status %d, %s", result.status, result.answered ? "answered" : "no answer");
  }
}

int main(int argc, char **argv) {
  int pipes[2], callers = argc < 6 ? 0 : atoi(argv[1]);
  struct report report = {.count = 0};
  if (callers < 1 || pipe2(pipes, O_CLOEXEC))
    return fputs("usage: spawn CALLERS SECONDS CALLS KIND PROGRAM [ARGUMENT...]\n", stderr), 64;
  uint64_t begun = now_micros();
  for (int n = 0; n < callers; n++) {
    struct work work = {.arguments = argv + 5, .calls = strtoull(argv[3], NULL, 10)};
    work.deadline = begun + (uint64_t)(atof(argv[2]) * 1e6);
    if (!parse_kind(argv[4], n, &work)) return fputs("spawn: unknown KIND\n", stderr), 64;
    if (fork() > 0) continue;
    for (char **argument = work.arguments; *argument; argument++) *argument = numbered(*argument, n);
    caller(&work, pipes[1]);
  }
  close(pipes[1]);
  collect(pipes[0], &report);
  while (wait(NULL) > 0) continue;
  report_print(&report, now_micros() - begun);
  return 0;
}
