#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void target(char *path, size_t size, uint64_t id) {
  snprintf(path, size, "%s/fs/%llu", config.run, (unsigned long long)id);
}

/* An overlay of nothing but lower folders cannot be written to. Their names are relative to the current folder,
 * since the kernel takes at most one page of options. `layers` has the topmost first, separated by colons. */
int rootfs_mount(uint64_t id, char *layers) {
  char path[4096], options[4096];
  target(path, sizeof path, id);
  if (mkdir(path, 0755) && errno != EEXIST) return errno;
  int length = snprintf(options, sizeof options, "lowerdir=%s", layers);
  if (length >= (int)sizeof options) return E2BIG;
  if (chdir(config.layers)) return errno;
  int error = mount("overlay", path, "overlay", MS_RDONLY | MS_NODEV, options) ? errno : 0;
  if (error) rmdir(path);
  return error;
}

int rootfs_unmount(uint64_t id) {
  char path[4096];
  target(path, sizeof path, id);
  if (umount2(path, MNT_DETACH) && errno != EINVAL) return errno;
  return rmdir(path) ? errno : 0;
}
