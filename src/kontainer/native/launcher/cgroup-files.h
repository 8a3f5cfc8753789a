#ifndef KONTAIN_CGROUP_FILES_H
#define KONTAIN_CGROUP_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One mounted hierarchy. With cgroup v2 there is one for everything, with v1 one for each controller. */
struct hierarchy {
  char mount[256];
  bool unified;
  bool memory, pids, cpu; /* what it controls for us */
};
#define MAX_HIERARCHIES 16

struct hierarchies {
  struct hierarchy items[MAX_HIERARCHIES];
  int count;
};

extern struct hierarchies hierarchies; /* cgroup-base.c */
bool ours(const struct hierarchy *h);
/* A file, or null for the folder, of our cgroup `name`. */
void path_of(char *path, size_t size, const struct hierarchy *h, const char *name, const char *file);

struct cgroup;
int cgroup_limit(const struct hierarchy *h, const struct cgroup *cgroup); /* cgroup-limits.c */
void cgroup_watch_oom(const struct hierarchy *h, struct cgroup *cgroup);  /* cgroup-usage.c */
void cgroup_reset_peak(const struct hierarchy *h, struct cgroup *cgroup);
uint64_t cgroup_oom_kills(const struct cgroup *cgroup);
bool cgroup_remove(const char *name); /* cgroup-end.c: with all below; false when processes are left in it */

int hierarchies_read(struct hierarchies *hierarchies);
int file_write(const char *path, const char *text);
/* Value of a one-number file, or of `key` in a file of "key value" lines; 0 when there is none. */
uint64_t file_number(const char *path, const char *key);
/* Calls `visit` with each number in a cgroup.procs file. */
void file_each_pid(const char *path, void (*visit)(pid_t));
/* Calls `visit` with each folder below `path`, deepest first, and then with `path` itself. */
void folders_deepest_first(const char *path, void (*visit)(const char *));

#endif
