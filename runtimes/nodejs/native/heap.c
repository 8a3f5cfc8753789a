#define _GNU_SOURCE
#include "heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct mapping {
  unsigned long start, end;
};

/* Reads all of the list before it changes anything: a changed mapping may merge with its neighbour under the reader. */
static int find_marked(FILE *smaps, struct mapping **found) {
  struct mapping current = {0};
  int count = 0, capacity = 0;
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, smaps) > 0) {
    unsigned long start, end;
    char after;
    if (sscanf(line, "%lx-%lx%c", &start, &end, &after) == 3 && after == ' ') current = (struct mapping){start, end};
    if (strncmp(line, "VmFlags:", 8) || !strstr(line, " dc")) continue;
    if (count == capacity) *found = reallocarray(*found, (size_t)(capacity = 2 * capacity + 64), sizeof **found);
    if (!*found) break;
    (*found)[count++] = current;
  }
  free(line);
  return *found || count == 0 ? count : -1;
}

int heap_inherit_on_fork(void) {
  FILE *smaps = fopen("/proc/self/smaps", "re");
  if (!smaps) return -1;
  struct mapping *marked = NULL;
  int count = find_marked(smaps, &marked);
  fclose(smaps);
  for (int i = 0; i < count; i++)
    if (madvise((void *)marked[i].start, marked[i].end - marked[i].start, MADV_DOFORK)) count = -1;
  free(marked);
  return count;
}
