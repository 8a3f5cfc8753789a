/* kontainer-exec MODE PROGRAM [ARGUMENT...]: the first process of a Kontainer whose function is a plain program.
 *   cgi    the stream begins with the call's environment; then it is the program's standard input and output (RFC 3875)
 *   files  the stream is a request document until its end; the program finds it in /.request and answers in /.reply
 *   stream the program takes its call by itself (http-stream), but cannot be forked: it is started anew in each sandbox,
 *          before the call; without a platform around it is an ordinary server
 * Linked statically, so that it runs in any image. As a template it forks for each call, else it takes one call. */
#define _GNU_SOURCE
#include "../kontainer.h"
#include "exec.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for a request's headers as variables; src/kontainer/cgi-environment.ts keeps to it. */
#define MAX_ENVIRONMENT (256 * 1024)

extern char **environ;

void fail(const char *what) {
  fprintf(stderr, "kontainer-exec: %s: %s\n", what, strerror(errno));
  _exit(errno == ENOENT ? 127 : 126);
}

static void read_exactly(int fd, void *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = read(fd, (char *)bytes + done, length - done);
    if (n == 0) _exit(0); /* the caller went away before the call began */
    if (n < 0 && errno != EINTR) fail("read call");
    if (n > 0) done += (size_t)n;
  }
}

/* Frame: length in bytes (32 bits, little endian), then NAME=value strings, each with a NUL at its end. */
static void receive_environment(int stream) {
  uint32_t length;
  read_exactly(stream, &length, sizeof length);
  if (length > MAX_ENVIRONMENT) errno = E2BIG, fail("environment");
  char *text = malloc(length + 1);
  if (!text) fail("environment");
  read_exactly(stream, text, length);
  text[length] = 0;
  for (char *item = text; item < text + length; item += strlen(item) + 1) putenv(item);
}

static int take_call(void) {
  const char *control = getenv("KONTAIN_TEMPLATE_FD"), *listening = getenv("KONTAIN_STREAM_FD");
  if (control) {
    if (kontainer_template_run(atoi(control))) fail("template");
    return kontainer_accept();
  }
  if (!listening) errno = EINVAL, fail("neither KONTAIN_TEMPLATE_FD nor KONTAIN_STREAM_FD is set");
  int stream = accept4(atoi(listening), NULL, NULL, SOCK_CLOEXEC);
  close(atoi(listening));
  return stream;
}

static int serve_cgi(int stream, char **argv) {
  receive_environment(stream);
  int code = run_program(argv, stream, stream);
  kontainer_finish(stream);
  return code;
}

int main(int argc, char **argv) {
  if (argc < 3) errno = EINVAL, fail("usage: kontainer-exec cgi|files|stream PROGRAM [ARGUMENT...]");
  check_program(argv[2]);
  if (strcmp(argv[1], "stream") == 0) return serve_stream(argv + 2);
  int stream = take_call();
  if (stream < 0) fail("accept");
  unsetenv("KONTAIN_TEMPLATE_FD");
  unsetenv("KONTAIN_STREAM_FD");
  if (strcmp(argv[1], "files") == 0) return serve_files(stream, argv + 2);
  return serve_cgi(stream, argv + 2);
}
