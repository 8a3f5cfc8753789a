#define _GNU_SOURCE
#include "sandbox.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* What a module opens while it is loaded, all its calls would have together: one could leave there what the next one finds. */

/* Written to now, or made writable later: a mapping of a file that only the template can write is neither. */
static bool is_shared_memory(const char *line) {
  static const char *const places[] = {"/memfd:", "(deleted)", " /tmp/", " /dev/", "/SYSV"};
  const char *mode = strchr(line, ' ');
  if (!mode || strlen(mode) < 5 || mode[4] != 's') return false;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (strstr(line, places[i])) return true;
  return mode[2] == 'w';
}

static bool has_shared_memory(void) {
  char line[4352];
  bool found = false;
  FILE *maps = fopen("/proc/self/maps", "re");
  while (maps && !found && fgets(line, sizeof line, maps)) found = is_shared_memory(line);
  if (maps) fclose(maps);
  return found;
}

/* Timers, notices of files and the like; what counts events and waits for them is made anew in each child. */
static bool is_shared_source_of_events(int fd) {
  char kind[64];
  return anonymous_kind(fd, kind, sizeof kind) && strcmp(kind, KIND_EVENTFD) && strcmp(kind, KIND_EPOLL);
}

static const char *shared_descriptor(int fd) {
  struct stat info;
  struct statfs system;
  if (fstat(fd, &info) || S_ISFIFO(info.st_mode)) return NULL; /* pipes are made anew in each child */
  if ((info.st_mode & S_IFMT) == 0) return is_shared_source_of_events(fd) ? "a source of events" : NULL;
  if (S_ISSOCK(info.st_mode)) return "a socket";
  if (S_ISCHR(info.st_mode)) {
    unsigned device = major(info.st_rdev);
    return device == 5 || (device >= 136 && device <= 143) ? "a terminal" : NULL;
  }
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) return NULL;
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY) return "a file for writing";
  /* who has it may open it once more, for writing */
  return fstatfs(fd, &system) == 0 && system.f_type == TMPFS_MAGIC ? "a file or folder in memory" : NULL;
}

static int note_shared(int fd, void *found) {
  const char **words = found;
  return *words = shared_descriptor(fd), *words != NULL;
}

const char *shared_state(int control) {
  const char *found = NULL;
  if (has_shared_memory()) return "shared memory";
  each_descriptor(&control, 1, note_shared, &found);
  return found;
}
