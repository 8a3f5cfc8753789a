#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

/* A command is a line: its name and its fields, separated by tabs. Numbers are decimal.
 *   mount ID LAYERS                 overlay at <run>/fs/ID, topmost layer first, separated by colons → mounted ID errno
 *   unmount ID
 *   template ID MEMORY PIDS         bundle <run>/b/ID → up ID … holds ID bytes … gone ID status oom
 *   fork TEMPLATE ID TMP FSIZE UID GID GROUPS MEMORY CPU PIDS OUTPUT → ready ID … exit ID code signal oom cpu_us peak
 *   run ID PORT MEMORY CPU PIDS OUTPUT  bundle <run>/b/ID; PORT 0: the call comes on descriptor 3
 *   kill ID                         a Kontainer
 *   drop ID                         a template and all its forks
 * All may be answered by: failed ID step errno · out ID stream length LF bytes · cut ID */
#define MAX_FIELDS 12

static struct source in = {.fd = -1};
static char line[65536];
static size_t used;

static uint64_t number(const char *text) { return strtoull(text, NULL, 10); }

static void command_mount(char **f) {
  event("mounted\t%s\t%d", f[1], rootfs_mount(number(f[1]), f[2]));
}

static void command_unmount(char **f) { rootfs_unmount(number(f[1])); }

static void command_template(char **f) {
  template_start(number(f[1]), &(struct limits){.memory_bytes = number(f[2]), .pids = number(f[3])});
}

static void parse_groups(struct fork_request *request, char *list) {
  for (char *rest = list, *item; (item = strsep(&rest, ",")) && request->group_count < KONTAIN_MAX_GROUPS;)
    if (*item) request->groups[request->group_count++] = (uint32_t)number(item);
}

static void command_fork(char **f) {
  struct fork_request request = {
      .tmp_bytes = number(f[3]), .file_size_bytes = number(f[4]), .uid = (uint32_t)number(f[5]), .gid = (uint32_t)number(f[6])};
  parse_groups(&request, f[7]);
  snprintf(request.hostname, sizeof request.hostname, "kontainer-%s", f[2]);
  struct limits limits = {.memory_bytes = number(f[8]), .cpu_millis = number(f[9]), .pids = number(f[10])};
  kontainer_fork(find_template(number(f[1])), number(f[2]), &request, &limits, number(f[11]));
}

static void command_run(char **f) {
  struct limits limits = {.memory_bytes = number(f[3]), .cpu_millis = number(f[4]), .pids = number(f[5])};
  kontainer_run(number(f[1]), (int)number(f[2]), &limits, number(f[6]));
}

static void command_kill(char **f) {
  struct kontainer *kontainer = find_kontainer(number(f[1]));
  if (kontainer) kontainer_kill(kontainer);
}

static void command_drop(char **f) {
  struct template *template = find_template(number(f[1]));
  if (template) template_drop(template);
}

static const struct command {
  const char *name;
  int fields;
  void (*run)(char **fields);
} commands[] = {
    {"mount", 3, command_mount}, {"unmount", 2, command_unmount}, {"template", 4, command_template},
    {"fork", 12, command_fork},  {"run", 7, command_run},         {"kill", 2, command_kill},
    {"drop", 2, command_drop},
};

/* Our client is our own program: a line that makes no sense is a defect, and going on would only hide it. */
static void execute(char *text) {
  char *fields[MAX_FIELDS];
  int count = 0;
  for (char *rest = text, *field; count < MAX_FIELDS && (field = strsep(&rest, "\t"));) fields[count++] = field;
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (count == commands[i].fields && strcmp(fields[0], commands[i].name) == 0) return commands[i].run(fields);
  fprintf(stderr, "kontainer-launcher: unknown command %s with %d fields\n", fields[0], count);
  exit(64);
}

/* The server is gone. Our death would be the death of all Kontainers too, but it would leave their cgroups. */
static void shut_down(void) {
  kill(-1, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0) continue;
  cgroups_sweep();
  exit(0);
}

static void readable(struct source *source, uint32_t events) {
  (void)events;
  ssize_t n = read(source->fd, line + used, sizeof line - used);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) shut_down();
  used += (size_t)n;
  char *start = line;
  for (char *end; (end = memchr(start, '\n', used - (size_t)(start - line))); start = end + 1) {
    *end = 0;
    execute(start);
  }
  used -= (size_t)(start - line);
  memmove(line, start, used);
  if (used == sizeof line) exit(64);
}

void commands_begin(void) {
  fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
  loop_add(&in, 0, EPOLLIN, readable);
}
