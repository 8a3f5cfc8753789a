#define _GNU_SOURCE
#include "launcher.h"
#include "cgroup-files.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* Of the memory of a call, what its network sockets may hold beside it. */
#define SOCKET_SHARE 8

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

/* Buffers of network sockets, which memory.limit_in_bytes does not count; v2 has one limit for both. The kernel counts them only in
 * cgroups that have such a limit themselves: what the OCI runtime starts is in one of its own below ours. */
static int limit_sockets_v1(const struct hierarchy *h, const struct cgroup *cgroup) {
  const char *below = cgroup->reusable ? "" : "c/";
  char path[512], file[64];
  path_of(path, sizeof path, h, cgroup->name, "c");
  if (!cgroup->reusable && mkdir(path, 0755) && errno != EEXIST) return -1;
  snprintf(file, sizeof file, "%smemory.kmem.tcp.limit_in_bytes", below);
  return set_number(h, cgroup, file, cgroup->limits.memory_bytes / SOCKET_SHARE, "-1") && errno != ENOENT ? -1 : 0;
}

static int limit_v1(const struct hierarchy *h, const struct cgroup *cgroup) {
  const struct limits *l = &cgroup->limits;
  if (h->memory) {
    if (set_number(h, cgroup, "memory.limit_in_bytes", l->memory_bytes, "-1")) return -1;
    /* together with swap; a kernel that does not count swap has no such file */
    if (set_number(h, cgroup, "memory.memsw.limit_in_bytes", l->memory_bytes, "-1") && errno != ENOENT) return -1;
    if (limit_sockets_v1(h, cgroup)) return -1;
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
