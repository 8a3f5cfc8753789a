#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mount.h>

/* Kernel interfaces in /proc that say something about the host, and those that change it: the lists that container
 * engines use (moby's default spec). Files are covered by /dev/null, folders by an empty read-only tmpfs. */
static const char *const masked_files[] = {
    "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug", "/proc/sysrq-trigger",
    "/proc/interrupts",
};
static const char *const masked_folders[] = {"/proc/acpi", "/proc/asound", "/proc/scsi"};
static const char *const readonly_folders[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"};

#define EACH(item, list) \
  for (const char *const *item = list; item < list + sizeof list / sizeof *list; item++)

static int missing(int result) { return result != 0 && errno != ENOENT && errno != ENOTDIR; }

static int mask_proc(void) {
  EACH(path, masked_files) {
    if (missing(mount("/dev/null", *path, NULL, MS_BIND, NULL))) return -1;
  }
  EACH(path, masked_folders) {
    if (missing(mount("tmpfs", *path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=0,nr_inodes=2"))) return -1;
  }
  EACH(path, readonly_folders) {
    if (missing(mount(*path, *path, NULL, MS_BIND | MS_REC, NULL))) return -1;
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (missing(mount(NULL, *path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | flags, NULL))) return -1;
  }
  return 0;
}

/* A folder of its own in memory, as large as the call's limit. Inodes are bounded too: they are kernel memory. */
static int private_folder(const char *path, uint64_t bytes, unsigned long flags) {
  char options[96];
  snprintf(options, sizeof options, "mode=1777,size=%llu,nr_inodes=%llu", (unsigned long long)bytes,
           (unsigned long long)(bytes / 4096 + 16));
  return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | flags, options);
}

int sandbox_mounts(const struct fork_request *request) {
  const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  sandbox_step = "mount /proc";
  if (mount("proc", "/proc", "proc", flags, NULL)) return -1;
  sandbox_step = "mask /proc";
  if (mask_proc()) return -1;
  sandbox_step = "mount /tmp";
  if (private_folder("/tmp", request->tmp_bytes, 0)) return -1;
  sandbox_step = "mount /dev/shm";
  return private_folder("/dev/shm", request->tmp_bytes, MS_NOEXEC);
}
