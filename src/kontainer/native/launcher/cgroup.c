#define _GNU_SOURCE
#include "launcher.h"
#include "cgroup-files.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cgroups that forks used and gave back: the next fork saves making, limiting and removing one. */
#define MAX_SPARE 256

static struct hierarchies hierarchies;
static struct cgroup *spare;
static int spare_count;
static uint64_t next_slot;

static void path_of(char *path, size_t size, const struct hierarchy *h, const char *name, const char *file) {
  snprintf(path, size, "%s%s/%s%s%s", h->mount, config.cgroup, name, file ? "/" : "", file ? file : "");
}

static bool ours(const struct hierarchy *h) { return h->memory || h->pids || h->cpu; }

static void each_ours(struct cgroup *cgroup, void (*visit)(const struct hierarchy *, struct cgroup *)) {
  for (int i = 0; i < hierarchies.count; i++)
    if (ours(&hierarchies.items[i])) visit(&hierarchies.items[i], cgroup);
}

static void set(const struct hierarchy *h, const struct cgroup *cgroup, const char *file, uint64_t value, const char *none) {
  char path[512], text[32];
  path_of(path, sizeof path, h, cgroup->name, file);
  snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  file_write(path, value == 0 && none ? none : text);
}

static void limit_v1(const struct hierarchy *h, struct cgroup *cgroup) {
  const struct limits *l = &cgroup->limits;
  if (h->memory) {
    set(h, cgroup, "memory.limit_in_bytes", l->memory_bytes, "-1");
    set(h, cgroup, "memory.memsw.limit_in_bytes", l->memory_bytes, "-1");
  }
  if (h->pids) set(h, cgroup, "pids.max", l->pids, "max");
  if (h->cpu) set(h, cgroup, "cpu.cfs_quota_us", l->cpu_millis * 100, "-1"); /* the period is 100 ms */
}

static void limit_v2(const struct hierarchy *h, struct cgroup *cgroup) {
  const struct limits *l = &cgroup->limits;
  char path[512], text[64];
  set(h, cgroup, "memory.max", l->memory_bytes, "max");
  set(h, cgroup, "memory.oom.group", 1, NULL);
  path_of(path, sizeof path, h, cgroup->name, "memory.swap.max");
  file_write(path, "0");
  set(h, cgroup, "pids.max", l->pids, "max");
  snprintf(text, sizeof text, "%llu 100000", (unsigned long long)l->cpu_millis * 100);
  path_of(path, sizeof path, h, cgroup->name, "cpu.max");
  file_write(path, l->cpu_millis ? text : "max 100000");
}

static void limit(const struct hierarchy *h, struct cgroup *cgroup) {
  if (h->unified) limit_v2(h, cgroup);
  else limit_v1(h, cgroup);
}

static void make(const struct hierarchy *h, struct cgroup *cgroup) {
  char path[512];
  path_of(path, sizeof path, h, cgroup->name, NULL);
  mkdir(path, 0755);
}

static uint64_t oom_kills(const struct cgroup *cgroup) {
  uint64_t count = 0;
  for (int i = 0; i < hierarchies.count; i++) {
    const struct hierarchy *h = &hierarchies.items[i];
    if (!h->memory) continue;
    char path[512];
    path_of(path, sizeof path, h, cgroup->name, h->unified ? "memory.events" : "memory.oom_control");
    count += file_number(path, "oom_kill");
    /* v1 counts where the victim was: the OCI runtime's own cgroup below ours */
    if (!h->unified) {
      path_of(path, sizeof path, h, cgroup->name, "c/memory.oom_control");
      count += file_number(path, "oom_kill");
      path_of(path, sizeof path, h, cgroup->name, "memory.failcnt");
      count += cgroup->name[0] == 'k' || cgroup->name[0] == 't' ? file_number(path, NULL) : 0;
    }
  }
  return count;
}

static bool same_limits(const struct limits *a, const struct limits *b) {
  return a->memory_bytes == b->memory_bytes && a->cpu_millis == b->cpu_millis && a->pids == b->pids;
}

static struct cgroup *take_spare(const struct limits *limits) {
  struct cgroup **link = &spare;
  for (struct cgroup **l = &spare; *l; l = &(*l)->next)
    if (same_limits(&(*l)->limits, limits)) { link = l; break; }
  struct cgroup *cgroup = *link;
  if (!cgroup) return NULL;
  *link = cgroup->next;
  spare_count--;
  if (same_limits(&cgroup->limits, limits)) return cgroup;
  cgroup->limits = *limits;
  each_ours(cgroup, limit);
  return cgroup;
}

static void reset_peak(const struct hierarchy *h, struct cgroup *cgroup) {
  char path[512];
  if (!h->memory || h->unified) return;
  path_of(path, sizeof path, h, cgroup->name, "memory.max_usage_in_bytes");
  file_write(path, "0");
}

/* A reusable one may have served other forks before; `id` names one that may not. */
struct cgroup *cgroup_take(const struct limits *limits, uint64_t id, bool reusable) {
  struct cgroup *cgroup = reusable ? take_spare(limits) : NULL;
  if (!cgroup) {
    cgroup = calloc(1, sizeof *cgroup);
    if (!cgroup) return NULL;
    cgroup->limits = *limits;
    if (reusable) snprintf(cgroup->name, sizeof cgroup->name, "s%llu", (unsigned long long)++next_slot);
    else snprintf(cgroup->name, sizeof cgroup->name, "k%llu", (unsigned long long)id);
    each_ours(cgroup, make);
    each_ours(cgroup, limit);
  }
  each_ours(cgroup, reset_peak);
  cgroup->oom_kills = oom_kills(cgroup);
  return cgroup;
}

int cgroup_attach(struct cgroup *cgroup, pid_t pid) {
  char path[512], text[16];
  snprintf(text, sizeof text, "%d", pid);
  for (int i = 0; i < hierarchies.count; i++) {
    const struct hierarchy *h = &hierarchies.items[i];
    if (!ours(h) || (!h->memory && !h->pids && cgroup->limits.cpu_millis == 0)) continue;
    path_of(path, sizeof path, h, cgroup->name, "cgroup.procs");
    if (file_write(path, text)) return errno;
  }
  return 0;
}

struct usage cgroup_usage(struct cgroup *cgroup) {
  struct usage usage = {.out_of_memory = oom_kills(cgroup) > cgroup->oom_kills};
  for (int i = 0; i < hierarchies.count; i++) {
    char path[512];
    const struct hierarchy *h = &hierarchies.items[i];
    if (!h->memory) continue;
    path_of(path, sizeof path, h, cgroup->name, h->unified ? "memory.peak" : "memory.max_usage_in_bytes");
    usage.memory_peak_bytes = file_number(path, NULL);
  }
  return usage;
}

static void remove_folder(const char *path) { rmdir(path); }

static void remove_everywhere(const char *name) {
  for (int i = 0; i < hierarchies.count; i++) {
    char path[512];
    path_of(path, sizeof path, &hierarchies.items[i], name, NULL);
    folders_deepest_first(path, remove_folder);
  }
}

void cgroup_release(struct cgroup *cgroup) {
  if (!cgroup) return;
  if (cgroup->name[0] == 's' && spare_count < MAX_SPARE) {
    cgroup->next = spare;
    spare = cgroup;
    spare_count++;
    return;
  }
  remove_everywhere(cgroup->name);
  free(cgroup);
}

static void kill_pid(pid_t pid) { kill(pid, SIGKILL); }

static void kill_folder(const char *path) {
  char procs[4200];
  snprintf(procs, sizeof procs, "%s/cgroup.procs", path);
  file_each_pid(procs, kill_pid);
}

void cgroup_kill(struct cgroup *cgroup) {
  for (int i = 0; i < hierarchies.count; i++) {
    if (!ours(&hierarchies.items[i])) continue;
    char path[512];
    path_of(path, sizeof path, &hierarchies.items[i], cgroup->name, NULL);
    folders_deepest_first(path, kill_folder);
  }
}

void cgroups_sweep(void) { remove_everywhere(""); }

/* With v2, a controller works in a folder only when every folder above hands it down. */
static void hand_down(const struct hierarchy *h, const char *path) {
  char file[600];
  snprintf(file, sizeof file, "%s%s/cgroup.subtree_control", h->mount, path);
  file_write(file, "+memory");
  file_write(file, "+pids");
  file_write(file, "+cpu");
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
    if (h->unified) hand_down(h, below);
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
