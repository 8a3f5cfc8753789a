#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than an overlay takes (500). */
#define MAX_LAYERS 512

static void target(char *path, size_t size, uint64_t id) {
  snprintf(path, size, "%s/fs/%llu", config.run, (unsigned long long)id);
}

/* The kernel takes at most one page of options, and shows them to everybody inside: each layer is named by a short link
 * in a folder of its own while the overlay is mounted. Returns the number of links, or -1 with errno. */
static int link_layers(const char *links, char *layers, char *options, size_t size) {
  size_t used = (size_t)snprintf(options, size, "lowerdir=");
  int count = 0;
  if (mkdir(links, 0700) || chdir(links)) return -1;
  for (char *rest = layers, *layer; (layer = strsep(&rest, ":")); count++) {
    char folder[4096], name[16];
    snprintf(folder, sizeof folder, "%s%s%s", layer[0] == '/' ? "" : config.layers, layer[0] == '/' ? "" : "/", layer);
    snprintf(name, sizeof name, "%d", count);
    if (symlink(folder, name)) return -1;
    used += (size_t)snprintf(options + used, size - used, "%s%s", count ? ":" : "", name);
    if (used >= size) return errno = E2BIG, -1;
  }
  return count;
}

static void remove_links(const char *links) {
  for (int i = 0; i < MAX_LAYERS; i++) {
    char name[16];
    snprintf(name, sizeof name, "%d", i);
    if (unlink(name)) break;
  }
  if (chdir("/") == 0) rmdir(links);
}

/* An overlay of nothing but lower folders cannot be written to. `layers`: folders, the topmost first, separated by
 * colons; relative ones are below the layers' folder. Returns 0 or the errno. */
int rootfs_mount(uint64_t id, char *layers) {
  char path[4096], links[4200], options[4096];
  target(path, sizeof path, id);
  snprintf(links, sizeof links, "%s.layers", path);
  if (mkdir(path, 0755) && errno != EEXIST) return errno;
  int linked = link_layers(links, layers, options, sizeof options);
  int error = linked < 0 || mount("overlay", path, "overlay", MS_RDONLY | MS_NODEV, options) ? errno : 0;
  remove_links(links);
  if (error) rmdir(path);
  return error;
}

int rootfs_unmount(uint64_t id) {
  char path[4096];
  target(path, sizeof path, id);
  if (umount2(path, MNT_DETACH) && errno != EINVAL) return errno;
  return rmdir(path) ? errno : 0;
}
