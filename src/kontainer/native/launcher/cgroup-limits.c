#define _GNU_SOURCE
#include "launcher.h"
#include "cgroup-files.h"

#include <errno.h>
#include <stdio.h>

static int set(const struct hierarchy *h, const struct cgroup *cgroup, const char *file, const char *text) {
  char path[512];
  path_of(path, sizeof path, h, cgroup->name, file);
  return file_write(path, text);
}

/* 0 is no limit, for which each file has its own word. */
static int set_number(const struct hierarchy *h, const struct cgroup *cgroup, const char *file, uint64_t value,
                      const char *none) {
  char text[32];
  snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  return set(h, cgroup, file, value == 0 ? none : text);
}

static int limit_v1(const struct hierarchy *h, const struct cgroup *cgroup) {
  const struct limits *l = &cgroup->limits;
  if (h->memory) {
    if (set_number(h, cgroup, "memory.limit_in_bytes", l->memory_bytes, "-1")) return -1;
    /* together with swap; a kernel that does not count swap has no such file */
    if (set_number(h, cgroup, "memory.memsw.limit_in_bytes", l->memory_bytes, "-1") && errno != ENOENT) return -1;
  }
  if (h->pids && set_number(h, cgroup, "pids.max", l->pids, "max")) return -1;
  /* the period is 100 ms */
  return h->cpu ? set_number(h, cgroup, "cpu.cfs_quota_us", l->cpu_millis * 100, "-1") : 0;
}

static int limit_v2(const struct hierarchy *h, const struct cgroup *cgroup) {
  const struct limits *l = &cgroup->limits;
  char cpu[64] = "max 100000";
  if (h->memory) {
    if (set_number(h, cgroup, "memory.max", l->memory_bytes, "max") || set(h, cgroup, "memory.oom.group", "1")) return -1;
    if (set(h, cgroup, "memory.swap.max", "0") && errno != ENOENT) return -1;
  }
  if (h->pids && set_number(h, cgroup, "pids.max", l->pids, "max")) return -1;
  if (l->cpu_millis) snprintf(cpu, sizeof cpu, "%llu 100000", (unsigned long long)l->cpu_millis * 100);
  return h->cpu ? set(h, cgroup, "cpu.max", cpu) : 0;
}

int cgroup_limit(const struct hierarchy *h, const struct cgroup *cgroup) {
  return h->unified ? limit_v2(h, cgroup) : limit_v1(h, cgroup);
}
