#define _GNU_SOURCE
#include "launcher.h"
#include "cgroup-files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

uint64_t cgroup_oom_kills(const struct cgroup *cgroup) {
  uint64_t count = 0;
  for (int i = 0; i < hierarchies.count; i++) {
    const struct hierarchy *h = &hierarchies.items[i];
    if (!h->memory) continue;
    char path[512];
    path_of(path, sizeof path, h, cgroup->name, h->unified ? "memory.events" : "memory.oom_control");
    count += file_number(path, "oom_kill");
  }
  uint64_t notified = 0;
  if (cgroup->oom_event >= 0 && read(cgroup->oom_event, &notified, sizeof notified) == sizeof notified) count += notified;
  return count;
}

/* v1 counts a kill where the victim was: in the OCI runtime's own cgroup below ours, which the runtime removes before
 * we look. But it notifies all those above (Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control"). */
void cgroup_watch_oom(const struct hierarchy *h, struct cgroup *cgroup) {
  char path[512], text[32];
  if (!h->memory || h->unified || cgroup->reusable) return;
  path_of(path, sizeof path, h, cgroup->name, "memory.oom_control");
  int control = open(path, O_RDONLY | O_CLOEXEC);
  cgroup->oom_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  snprintf(text, sizeof text, "%d %d", cgroup->oom_event, control);
  path_of(path, sizeof path, h, cgroup->name, "cgroup.event_control");
  file_write(path, text);
  if (control >= 0) close(control);
}

/* So that a cgroup used before tells about its next fork alone. v2 can do that for one reader, since Linux 6.12. */
void cgroup_reset_peak(const struct hierarchy *h, struct cgroup *cgroup) {
  char path[512];
  if (!h->memory) return;
  path_of(path, sizeof path, h, cgroup->name, h->unified ? "memory.peak" : "memory.max_usage_in_bytes");
  if (!h->unified) return (void)file_write(path, "0");
  if (cgroup->peak < 0) cgroup->peak = open(path, O_RDWR | O_CLOEXEC);
  if (cgroup->peak >= 0 && write(cgroup->peak, "reset", 5) == 5) return;
  cgroup->peak_unknown = cgroup->used;
}

static uint64_t peak(const struct hierarchy *h, const struct cgroup *cgroup) {
  char path[512], text[32] = "";
  if (cgroup->peak_unknown) return 0;
  if (cgroup->peak >= 0 && pread(cgroup->peak, text, sizeof text - 1, 0) > 0) return strtoull(text, NULL, 10);
  path_of(path, sizeof path, h, cgroup->name, h->unified ? "memory.peak" : "memory.max_usage_in_bytes");
  return file_number(path, NULL);
}

/* What only its processes hold. Pages of files are the machine's, and go when they are needed elsewhere. */
uint64_t cgroup_held(const struct cgroup *cgroup) {
  for (int i = 0; i < hierarchies.count; i++) {
    const struct hierarchy *h = &hierarchies.items[i];
    char path[512];
    if (!h->memory) continue;
    path_of(path, sizeof path, h, cgroup->name, "memory.stat");
    return file_number(path, h->unified ? "anon" : "total_rss");
  }
  return 0;
}

struct usage cgroup_usage(struct cgroup *cgroup) {
  struct usage usage = {.out_of_memory = cgroup_oom_kills(cgroup) > cgroup->oom_kills};
  for (int i = 0; i < hierarchies.count; i++)
    if (hierarchies.items[i].memory) usage.memory_peak_bytes = peak(&hierarchies.items[i], cgroup);
  return usage;
}
