#ifndef KONTAIN_EXEC_H
#define KONTAIN_EXEC_H

#include <stdbool.h>

void check_program(const char *name);
int run_program(char **argv, int in, int out); /* -1: the stream stays as it is */

/* Runs `argv` once with the request document from `stream` in /.request, and writes what it leaves in /.reply back. */
int serve_files(int stream, char **argv);
void fail(const char *what) __attribute__((noreturn));

#endif
