/* What JavaScript cannot do itself to be a template (see ../template.ts), as a Node-API addon. */
#define _GNU_SOURCE
#include "heap.h"
#include "kontainer.h"

#include <errno.h>
#include <node_api.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

/* Node exports its OpenSSL; this gathers new entropy from the kernel. */
extern int RAND_poll(void);

static napi_value throw_errno(napi_env env, const char *step) {
  char message[128];
  snprintf(message, sizeof message, "%s: %s", step, strerror(errno));
  napi_throw_error(env, NULL, message);
  return NULL;
}

static napi_value number(napi_env env, int32_t value) {
  napi_value result;
  return napi_create_int32(env, value, &result) == napi_ok ? result : NULL;
}

/* Fills `numbers` with the call's arguments; throws and returns false when they are something else. */
static bool read_numbers(napi_env env, napi_callback_info info, int32_t *numbers, size_t expected) {
  napi_value arguments[2];
  size_t count = expected;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  for (size_t i = 0; i < expected; i++) {
    if (i < count && napi_get_value_int32(env, arguments[i], &numbers[i]) == napi_ok) continue;
    napi_throw_type_error(env, NULL, "a number is missing");
    return false;
  }
  return true;
}

/* In the child: a new epoll and signal pipe for the loop, and random numbers that are not its siblings'. OpenSSL notices a fork
 * by the process id only, and the child of process 1 in a new pid namespace is process 1 too. */
static bool restart(napi_env env) {
  uv_loop_t *loop;
  errno = EIO;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return throw_errno(env, "event loop"), false;
  errno = -uv_loop_fork(loop);
  if (errno) return throw_errno(env, "uv_loop_fork"), false;
  errno = EIO;
  return RAND_poll() == 1 || (throw_errno(env, "RAND_poll"), false);
}

/* inheritHeap(): to be called before serve(), again when much has been allocated since. */
static napi_value inherit_heap(napi_env env, napi_callback_info info) {
  (void)info;
  return heap_inherit_on_fork() < 0 ? throw_errno(env, "The heap cannot be inherited") : NULL;
}

/* serve(controlFd, timeoutMs) → true in a child, false in the parent when no call came for so long; -1 is for ever. Blocks in C,
 * so the heap of the parent does not move between the forks. */
static napi_value serve(napi_env env, napi_callback_info info) {
  int32_t arguments[2];
  if (!read_numbers(env, info, arguments, 2)) return NULL;
  int parent = kontainer_template_serve(arguments[0], arguments[1]);
  if (parent < 0) return throw_errno(env, "kontainer_template_serve");
  if (!parent && !restart(env)) return NULL;
  napi_value result;
  napi_get_boolean(env, !parent, &result);
  return result;
}

/* rehearse() → true in a child that is to do an exchange and to call endRehearsal(); false in the parent, afterwards. */
static napi_value rehearse(napi_env env, napi_callback_info info) {
  (void)info;
  int parent = kontainer_rehearsal_begin();
  if (!parent && !restart(env)) return NULL;
  napi_value result;
  napi_get_boolean(env, !parent, &result);
  return result;
}

static napi_value end_rehearsal(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  kontainer_rehearsal_end();
}

/* accept() → file descriptor of the call's stream. */
static napi_value accept_call(napi_env env, napi_callback_info info) {
  (void)info;
  int stream = kontainer_accept();
  return stream < 0 ? throw_errno(env, "kontainer_accept") : number(env, stream);
}

/* acceptOn(listenerFd) → file descriptor of the first connection; blocks until it is there. */
static napi_value accept_on(napi_env env, napi_callback_info info) {
  struct pollfd listener = {.events = POLLIN};
  if (!read_numbers(env, info, &listener.fd, 1)) return NULL;
  int stream;
  do stream = poll(&listener, 1, -1) < 0 ? -1 : accept4(listener.fd, NULL, NULL, SOCK_CLOEXEC);
  while (stream < 0 && (errno == EINTR || errno == EAGAIN || errno == ECONNABORTED));
  if (stream < 0) return throw_errno(env, "accept");
  close(listener.fd);
  return number(env, stream);
}

/* socketPair() → [fd, fd]: a stream between two ends of this process, blocking. */
static napi_value socket_pair(napi_env env, napi_callback_info info) {
  (void)info;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return throw_errno(env, "socketpair");
  napi_value result;
  napi_create_array_with_length(env, 2, &result);
  for (uint32_t i = 0; i < 2; i++) napi_set_element(env, result, i, number(env, ends[i]));
  return result;
}

/* exitNow(code, streamFd): Node's own end waits for threads that a forked child does not have. The stream ends first, since the
 * kernel closes it only after it has taken apart the memory. A stream of -1 is none. */
static napi_value exit_now(napi_env env, napi_callback_info info) {
  int32_t arguments[2] = {1, -1};
  read_numbers(env, info, arguments, 2);
  if (arguments[1] >= 0) kontainer_finish(arguments[1]);
  _exit(arguments[0]);
}

static napi_value process_id(napi_env env, napi_callback_info info) {
  (void)info;
  return number(env, getpid());
}

static const napi_property_descriptor functions[] = {
    {.utf8name = "inheritHeap", .method = inherit_heap, .attributes = napi_enumerable},
    {.utf8name = "serve", .method = serve, .attributes = napi_enumerable},
    {.utf8name = "rehearse", .method = rehearse, .attributes = napi_enumerable},
    {.utf8name = "endRehearsal", .method = end_rehearsal, .attributes = napi_enumerable},
    {.utf8name = "accept", .method = accept_call, .attributes = napi_enumerable},
    {.utf8name = "acceptOn", .method = accept_on, .attributes = napi_enumerable},
    {.utf8name = "socketPair", .method = socket_pair, .attributes = napi_enumerable},
    {.utf8name = "exitNow", .method = exit_now, .attributes = napi_enumerable},
    {.utf8name = "processId", .method = process_id, .attributes = napi_enumerable},
};

NAPI_MODULE_INIT() {
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}
