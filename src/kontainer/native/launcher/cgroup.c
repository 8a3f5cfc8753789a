#define _GNU_SOURCE
#include "launcher.h"
#include "cgroup-files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cgroups that forks used and gave back: the next fork saves making, limiting and removing one. */
#define MAX_SPARE 256

static struct cgroup *spare;
static int spare_count;

/* Given back while the last of their processes were still dying: a cgroup can be removed only when it is empty. */
static struct cgroup *doomed;

static void each_ours(struct cgroup *cgroup, void (*visit)(const struct hierarchy *, struct cgroup *)) {
  for (int i = 0; i < hierarchies.count; i++)
    if (ours(&hierarchies.items[i])) visit(&hierarchies.items[i], cgroup);
}

static int make(const struct cgroup *cgroup) {
  for (int i = 0; i < hierarchies.count; i++) {
    const struct hierarchy *h = &hierarchies.items[i];
    char path[512];
    if (!ours(h)) continue;
    path_of(path, sizeof path, h, cgroup->name, NULL);
    if ((mkdir(path, 0755) && errno != EEXIST) || cgroup_limit(h, cgroup)) return -1;
  }
  return 0;
}

static bool same_limits(const struct limits *a, const struct limits *b) {
  return a->memory_bytes == b->memory_bytes && a->cpu_millis == b->cpu_millis && a->pids == b->pids;
}

/* Only one with the very limits: to lower them below what the kernel still counts would fail. */
static struct cgroup *take_spare(const struct limits *limits) {
  for (struct cgroup **link = &spare, *cgroup; (cgroup = *link); link = &cgroup->next)
    if (same_limits(&cgroup->limits, limits)) {
      *link = cgroup->next;
      spare_count--;
      return cgroup;
    }
  return NULL;
}

static void end(struct cgroup *cgroup) {
  if (cgroup->oom_event >= 0) close(cgroup->oom_event);
  if (cgroup->peak >= 0) close(cgroup->peak);
  if (cgroup_remove(cgroup->name)) return free(cgroup);
  cgroup->next = doomed;
  doomed = cgroup;
}

static struct cgroup *cgroup_new(const struct limits *limits, uint64_t id, bool reusable) {
  struct cgroup *cgroup = calloc(1, sizeof *cgroup);
  if (!cgroup) return NULL;
  cgroup->limits = *limits;
  cgroup->reusable = reusable;
  cgroup->oom_event = cgroup->peak = -1;
  snprintf(cgroup->name, sizeof cgroup->name, "%c%llu", reusable ? 's' : 'k', (unsigned long long)id);
  if (make(cgroup)) {
    int error = errno;
    end(cgroup);
    return errno = error, NULL;
  }
  each_ours(cgroup, cgroup_watch_oom);
  return cgroup;
}

/* A reusable one may have served other forks before; `id` names one that may not. Null with errno when it cannot be
 * limited: nothing may run in it then. */
struct cgroup *cgroup_take(const struct limits *limits, uint64_t id, bool reusable) {
  struct cgroup *cgroup = reusable ? take_spare(limits) : NULL;
  if (!cgroup) cgroup = cgroup_new(limits, id, reusable);
  if (!cgroup) return NULL;
  each_ours(cgroup, cgroup_reset_peak);
  cgroup->oom_kills = cgroup_oom_kills(cgroup);
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

/* The one that has been spare for longest makes room. */
static struct cgroup *take_last_spare(void) {
  struct cgroup **link = &spare, *last;
  while ((*link)->next) link = &(*link)->next;
  last = *link;
  *link = NULL;
  spare_count--;
  return last;
}

void cgroup_release(struct cgroup *cgroup) {
  if (!cgroup) return;
  if (!cgroup->reusable) return end(cgroup);
  cgroup->used = true;
  cgroup->next = spare;
  spare = cgroup;
  if (++spare_count > MAX_SPARE) end(take_last_spare());
}

bool cgroups_ticking(void) { return doomed != NULL; }

void cgroups_tick(void) {
  for (struct cgroup **link = &doomed, *cgroup; (cgroup = *link);) {
    cgroup_kill(cgroup);
    if (!cgroup_remove(cgroup->name)) {
      link = &cgroup->next;
      continue;
    }
    *link = cgroup->next;
    free(cgroup);
  }
}
