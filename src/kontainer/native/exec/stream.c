#define _GNU_SOURCE
#include "../kontainer.h"
#include "exec.h"

#include <stdlib.h>
#include <unistd.h>

/* Descriptor 0 is where some languages look for a socket that they inherit: java.lang.System.inheritedChannel. */
static void move_to_0(const char *listening) {
  int fd = atoi(listening);
  if (fd != 0 && (dup2(fd, 0) < 0 || close(fd))) fail("KONTAIN_STREAM_FD");
  setenv("KONTAIN_STREAM_FD", "0", 1);
}

int serve_stream(char **argv) {
  const char *control = getenv("KONTAIN_TEMPLATE_FD"), *listening = getenv("KONTAIN_STREAM_FD");
  if (!control) {
    if (listening) move_to_0(listening);
    execvp(argv[0], argv);
    fail(argv[0]);
  }
  if (kontainer_template_run(atoi(control))) fail("template");
  unsetenv("KONTAIN_TEMPLATE_FD");
  setenv("KONTAIN_STREAM_FD", "0", 1);
  setenv("KONTAIN_READY_FD", "3", 1);
  return run_listening_program(argv);
}
