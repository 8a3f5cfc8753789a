#define _GNU_SOURCE
#include "cgroup-files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_word(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *at = list; (at = strstr(at, word)); at += length)
    if ((at == list || at[-1] == ',' || at[-1] == ' ') && strchr(", \n", at[length])) return true;
  return false;
}

static void unified_controllers(struct hierarchy *item) {
  char path[320], line[256] = "";
  snprintf(path, sizeof path, "%s/cgroup.controllers", item->mount);
  FILE *file = fopen(path, "re");
  if (!file) return;
  if (!fgets(line, sizeof line, file)) line[0] = 0;
  fclose(file);
  item->memory = has_word(line, "memory");
  item->pids = has_word(line, "pids");
  item->cpu = has_word(line, "cpu");
}

/* A line of /proc/self/mounts: device, mount point, type, options. */
static bool parse_mount(const char *line, struct hierarchy *item) {
  char type[32], options[256];
  if (sscanf(line, "%*s %255s %31s %255s", item->mount, type, options) != 3) return false;
  item->unified = strcmp(type, "cgroup2") == 0;
  if (!item->unified && strcmp(type, "cgroup") != 0) return false;
  if (item->unified) return unified_controllers(item), true;
  item->memory = has_word(options, "memory");
  item->pids = has_word(options, "pids");
  item->cpu = has_word(options, "cpu");
  return true;
}

int hierarchies_read(struct hierarchies *hierarchies) {
  FILE *mounts = fopen("/proc/self/mounts", "re");
  if (!mounts) return -1;
  char line[2048];
  hierarchies->count = 0;
  while (fgets(line, sizeof line, mounts) && hierarchies->count < MAX_HIERARCHIES) {
    struct hierarchy item = {0};
    if (parse_mount(line, &item)) hierarchies->items[hierarchies->count++] = item;
  }
  fclose(mounts);
  return 0;
}

int file_write(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t written = write(fd, text, strlen(text));
  int error = errno;
  close(fd);
  errno = error;
  return written < 0 ? -1 : 0;
}

uint64_t file_number(const char *path, const char *key) {
  char text[8192]; /* memory.stat of v1 ends with what is asked for */
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return 0;
  text[length] = 0;
  if (!key) return strtoull(text, NULL, 10);
  size_t size = strlen(key);
  for (char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    if (!strncmp(line, key, size) && line[size] == ' ') return strtoull(line + size, NULL, 10);
  return 0;
}

void file_each_pid(const char *path, void (*visit)(pid_t)) {
  FILE *file = fopen(path, "re");
  if (!file) return;
  int pid;
  while (fscanf(file, "%d", &pid) == 1)
    if (pid > 0) visit(pid);
  fclose(file);
}

void folders_deepest_first(const char *path, void (*visit)(const char *)) {
  DIR *folder = opendir(path);
  if (!folder) return;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    char below[4096];
    if (snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < (int)sizeof below)
      folders_deepest_first(below, visit);
  }
  closedir(folder);
  visit(path);
}
