#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

uint64_t now_micros(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void report_add(struct report *report, uint64_t micros) {
  if (report->count == report->capacity) {
    report->capacity = report->capacity ? report->capacity * 2 : 4096;
    report->micros = realloc(report->micros, report->capacity * sizeof *report->micros);
    if (!report->micros) abort();
  }
  report->micros[report->count++] = (uint32_t)micros;
}

void report_error(struct report *report, const char *format, ...) {
  if (report->errors++) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(report->first_error, sizeof report->first_error, format, arguments);
  va_end(arguments);
  for (char *c = report->first_error; *c; c++)
    if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\') *c = '.';
}

void report_print(const struct report *report, uint64_t elapsed_micros) {
  printf("{\"elapsedMicros\":%llu,\"errors\":%u,\"firstError\":\"%s\",\"micros\":[",
         (unsigned long long)elapsed_micros, report->errors, report->first_error);
  for (uint32_t i = 0; i < report->count; i++) printf(i ? ",%u" : "%u", report->micros[i]);
  puts("]}");
}
