#define _GNU_SOURCE
#include "launcher.h"
#include "cgroup-files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct hierarchies hierarchies;

void path_of(char *path, size_t size, const struct hierarchy *h, const char *name, const char *file) {
  snprintf(path, size, "%s%s/%s%s%s", h->mount, config.cgroup, name, file ? "/" : "", file ? file : "");
}

bool ours(const struct hierarchy *h) { return h->memory || h->pids || h->cpu; }

/* v2 only. With it, a controller works in a folder only when every folder above hands it down. Memory first: the others
 * may be handed down by a cgroup with processes in it, but then all below it are good for threads only. */
static int hand_down(const struct hierarchy *h, const char *path) {
  char file[600];
  snprintf(file, sizeof file, "%s%s/cgroup.subtree_control", h->mount, path);
  if (h->memory && file_write(file, "+memory")) return -1;
  if (h->pids && file_write(file, "+pids")) return -1;
  return h->cpu ? file_write(file, "+cpu") : 0;
}

static char leaf[300];

static void move_to_leaf(pid_t pid) {
  char text[16];
  snprintf(text, sizeof text, "%d", pid);
  file_write(leaf, text);
}

/* In a pod the root that we see is a cgroup with processes in it, ours and our server's, and only a cgroup without any
 * may hand controllers down (kernel documentation, cgroup-v2, "No Internal Process Constraint"). So they are moved one
 * down. To be called in the pid namespace of those processes: from another, they have no numbers. */
static void make_room(const struct hierarchy *h) {
  char path[300];
  if (!h->unified || !ours(h) || hand_down(h, "") == 0 || errno != EBUSY) return;
  snprintf(path, sizeof path, "%s/main", h->mount);
  if (mkdir(path, 0755) && errno != EEXIST) return;
  snprintf(leaf, sizeof leaf, "%s/main/cgroup.procs", h->mount);
  snprintf(path, sizeof path, "%s/cgroup.procs", h->mount);
  file_each_pid(path, move_to_leaf);
}

void cgroups_make_room(void) {
  if (hierarchies_read(&hierarchies)) return;
  for (int i = 0; i < hierarchies.count; i++) make_room(&hierarchies.items[i]);
}

static int make_base(const struct hierarchy *h) {
  char path[512], below[512];
  if (h->unified) hand_down(h, "");
  for (const char *slash = config.cgroup; slash; slash = strchr(slash + 1, '/')) {
    const char *end = strchr(slash + 1, '/');
    int length = (int)(end ? end - config.cgroup : (long)strlen(config.cgroup));
    snprintf(below, sizeof below, "%.*s", length, config.cgroup);
    snprintf(path, sizeof path, "%s%s", h->mount, below);
    if (mkdir(path, 0755) && errno != EEXIST) return -1;
    if (h->unified && hand_down(h, below)) return -1;
  }
  return 0;
}

static int found(bool memory, bool pids) {
  if (memory && pids) return 0;
  errno = ENODEV;
  return -1;
}

int cgroups_begin(void) {
  bool memory = false, pids = false;
  if (hierarchies_read(&hierarchies)) return -1;
  cgroups_sweep();
  for (int i = 0; i < hierarchies.count; i++) {
    const struct hierarchy *h = &hierarchies.items[i];
    if (!ours(h)) continue;
    if (make_base(h)) return -1;
    memory |= h->memory;
    pids |= h->pids;
  }
  return found(memory, pids);
}
