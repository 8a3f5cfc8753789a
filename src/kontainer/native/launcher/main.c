#define _GNU_SOURCE
#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct config config;

static const struct option options[] = {
    {"run", required_argument, NULL, 'r'},    {"layers", required_argument, NULL, 'l'},
    {"runtime", required_argument, NULL, 'o'}, {"cgroup", required_argument, NULL, 'c'},
    {"seccomp", required_argument, NULL, 's'}, {0},
};

static void die(const char *what) {
  fprintf(stderr, "kontainer-launcher: %s: %s\n", what, strerror(errno));
  exit(69);
}

static void usage(void) {
  fputs("usage: kontainer-launcher --run DIR --layers DIR --runtime FILE --cgroup /PATH --seccomp FILE\n", stderr);
  exit(64);
}

static void parse(int argc, char **argv) {
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (option == 'r') config.run = optarg;
    else if (option == 'l') config.layers = optarg;
    else if (option == 'o') config.runtime = optarg;
    else if (option == 'c') config.cgroup = optarg;
    else if (option == 's') config.seccomp = optarg;
    else usage();
  }
  if (!config.run || !config.layers || !config.runtime || !config.cgroup || !config.seccomp) usage();
  if (config.cgroup[0] != '/' || strlen(config.cgroup) < 2 || strlen(config.cgroup) > 128) usage();
  if (strlen(config.run) > 80) errno = ENAMETOOLONG, die("--run: a socket below it must fit into 108 bytes");
}

static void folder(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", config.run, name);
  if (mkdir(path, 0700) && errno != EEXIST) die(path);
}

static int tick_ms(void) {
  if (kontainers_ticking() || templates_ticking()) return 1;
  return cgroups_ticking() ? 20 : -1;
}

static void on_tick(void) {
  kontainers_tick();
  templates_tick();
  cgroups_tick();
}

int main(int argc, char **argv) {
  parse(argc, argv);
  cgroups_make_room();
  namespaces_enter();
  signal(SIGPIPE, SIG_IGN);
  descriptors_raise();
  umask(022);
  if (cgroups_begin()) die("cgroups (memory and pids controllers are needed)");
  folder("k");
  folder("b");
  folder("fs");
  folder("runtime");
  if (reaper_begin()) die("signals");
  events_begin();
  commands_begin();
  event("started\t%d", KONTAIN_PROTOCOL_VERSION);
  loop_run(on_tick, tick_ms);
}
