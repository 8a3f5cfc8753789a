#define _GNU_SOURCE
#include "launcher.h"
#include "cgroup-files.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* A second for what is dying. */
#define SWEEP_TURNS 200
#define SWEEP_MICROS 5000

static bool all_removed;

static void remove_folder(const char *path) {
  if (rmdir(path) && errno != ENOENT) all_removed = false;
}

/* In all hierarchies: the OCI runtime makes folders in those too that are none of ours. */
bool cgroup_remove(const char *name) {
  all_removed = true;
  for (int i = 0; i < hierarchies.count; i++) {
    char path[512];
    path_of(path, sizeof path, &hierarchies.items[i], name, NULL);
    folders_deepest_first(path, remove_folder);
  }
  return all_removed;
}

static int killed;

static void kill_pid(pid_t pid) {
  if (kill(pid, SIGKILL) == 0) killed++;
}

static void kill_folder(const char *path) {
  char procs[4200];
  snprintf(procs, sizeof procs, "%s/cgroup.procs", path);
  file_each_pid(procs, kill_pid);
}

int cgroup_kill(struct cgroup *cgroup) {
  killed = 0;
  for (int i = 0; i < hierarchies.count; i++) {
    if (!ours(&hierarchies.items[i])) continue;
    char path[512];
    path_of(path, sizeof path, &hierarchies.items[i], cgroup->name, NULL);
    folders_deepest_first(path, kill_folder);
  }
  return killed;
}

/* What a crash left may be dying still; we cannot see its processes, which are in another pid namespace. */
void cgroups_sweep(void) {
  for (int turn = 0; turn < SWEEP_TURNS && !cgroup_remove(""); turn++) usleep(SWEEP_MICROS);
}

