#define _GNU_SOURCE
#include "sandbox.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_among(int fd, const int *list, int count) {
  for (int i = 0; i < count; i++)
    if (list[i] == fd) return true;
  return false;
}

int each_descriptor(const int *except, int count, descriptor_use use, void *context) {
  DIR *fds = opendir("/proc/self/fd");
  int result = fds ? 0 : -1;
  for (struct dirent *entry; fds && result == 0 && (entry = readdir(fds));) {
    int fd = atoi(entry->d_name);
    if (fd > 2 && fd != dirfd(fds) && !is_among(fd, except, count)) result = use(fd, context);
  }
  if (fds) closedir(fds);
  return result;
}

bool anonymous_kind(int fd, char *kind, size_t size) {
  static const char prefix[] = "anon_inode:";
  char path[32], target[128];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length < (ssize_t)sizeof prefix) return false;
  target[length] = 0;
  if (strncmp(target, prefix, sizeof prefix - 1) != 0) return false;
  snprintf(kind, size, "%s", target + sizeof prefix - 1);
  return true;
}
