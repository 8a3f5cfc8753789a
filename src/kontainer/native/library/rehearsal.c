#define _GNU_SOURCE
#include "../kontainer.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* A fork copies each page at its first write, by a page fault: about 1.5 µs each, some hundred of them in the middle of
 * a call. Which pages an exchange writes hardly differs from call to call, so a rehearsal finds them out once, and each
 * child copies them in bulk while it waits. Only rehearsals decide, never calls: one call must not shape the next. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14; older kernels answer EINVAL and nothing is lost */
#endif
#define MAX_RANGES 2048
/* Flags of /proc/pid/pagemap (Documentation/admin-guide/mm/pagemap.rst). */
#define PAGE_PRESENT (1ULL << 63)
#define PAGE_OF_FILE (1ULL << 61)
#define PAGE_EXCLUSIVE (1ULL << 56)
/* Copying an untouched page costs less than one more system call. */
#define MAX_GAP 1

struct range {
  uintptr_t start, end;
};

static struct range ranges[MAX_RANGES];
static int range_count;
static int report = -1;

static void add_page(uintptr_t address, uintptr_t page) {
  struct range *last = range_count ? &ranges[range_count - 1] : NULL;
  if (last && address >= last->end && address - last->end <= MAX_GAP * page) last->end = address + page;
  else if (range_count < MAX_RANGES) ranges[range_count++] = (struct range){address, address + page};
}

/* In a fork, a page of memory that nobody else maps is one that we wrote. */
static void scan(int pagemap, uintptr_t start, uintptr_t end) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uint64_t entries[512];
  while (start < end) {
    size_t count = (end - start) / page < 512 ? (end - start) / page : 512;
    ssize_t size = pread(pagemap, entries, count * sizeof *entries, (off_t)(start / page * sizeof *entries));
    if (size <= 0) return;
    for (size_t i = 0; i < (size_t)size / sizeof *entries; i++)
      if ((entries[i] & (PAGE_PRESENT | PAGE_EXCLUSIVE | PAGE_OF_FILE)) == (PAGE_PRESENT | PAGE_EXCLUSIVE))
        add_page(start + i * page, page);
    start += (size_t)size / sizeof *entries * page;
  }
}

static void scan_all(void) {
  int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  FILE *maps = fopen("/proc/self/maps", "re");
  char line[512], flags[5];
  uintptr_t start, end;
  while (pagemap >= 0 && maps && fgets(line, sizeof line, maps))
    if (sscanf(line, "%lx-%lx %4s", &start, &end, flags) == 3 && flags[1] == 'w' && flags[3] == 'p') scan(pagemap, start, end);
}

static int ends[2];

int kontainer_rehearsal_prepare(void) { return pipe2(ends, O_CLOEXEC); }

int kontainer_rehearsal_forked(pid_t pid) {
  if (pid < 0) return close(ends[0]), close(ends[1]), -1;
  if (pid == 0) {
    close(ends[0]);
    report = ends[1];
    range_count = 0;
    return 0;
  }
  close(ends[1]);
  size_t size = 0;
  for (ssize_t n; size < sizeof ranges && (n = read(ends[0], (char *)ranges + size, sizeof ranges - size)) != 0;)
    if (n > 0) size += (size_t)n;
    else if (errno != EINTR) break;
  close(ends[0]);
  range_count = (int)(size / sizeof *ranges);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
  return 1;
}

int kontainer_rehearsal_begin(void) { return kontainer_rehearsal_prepare() ? -1 : kontainer_rehearsal_forked(fork()); }

void kontainer_rehearsal_end(void) {
  scan_all();
  const char *bytes = (const char *)ranges;
  for (size_t left = (size_t)range_count * sizeof *ranges; left > 0;) {
    ssize_t n = write(report, bytes, left);
    if (n < 0 && errno != EINTR) break;
    if (n > 0) bytes += n, left -= (size_t)n;
  }
  _exit(0);
}

/* What fails here is done by page faults later. */
void rehearsed_pages_copy(void) {
  for (int i = 0; i < range_count; i++)
    madvise((void *)ranges[i].start, ranges[i].end - ranges[i].start, MADV_POPULATE_WRITE);
}
