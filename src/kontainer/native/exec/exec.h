#ifndef KONTAIN_EXEC_H
#define KONTAIN_EXEC_H

#include <stdbool.h>

void check_program(const char *name);

/* The program is a child, not ourselves: the first process of a pid namespace is deaf to signals of its own, and must
 * see to it that the caller gets the whole answer. Both return its exit code, as shells write it. */
int run_program(char **argv, int in, int out); /* -1: the stream stays as it is */
int run_listening_program(char **argv);        /* it accepts the call on descriptor 0, and writes to 3 once it can */

/* Has `argv` take one call by itself, started ahead of it in each fork of a template; else becomes it. */
int serve_stream(char **argv);

/* Runs `argv` once with the request document from `stream` in /.request, and writes what it leaves in /.reply back. */
int serve_files(int stream, char **argv);
void fail(const char *what) __attribute__((noreturn));

#endif
