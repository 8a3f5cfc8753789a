#ifndef PERF_REPORT_H
#define PERF_REPORT_H

#include <stdint.h>

/* What every tool of this folder prints: how long each piece of work took, as JSON (../sample.ts). */
struct report {
  uint32_t *micros;
  uint32_t count, capacity;
  uint32_t errors;
  char first_error[200];
};

uint64_t now_micros(void);
void report_add(struct report *report, uint64_t micros);
/* Printable ASCII only; the first one is kept. */
void report_error(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
void report_print(const struct report *report, uint64_t elapsed_micros);

#endif
