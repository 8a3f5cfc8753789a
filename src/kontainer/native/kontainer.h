/* What a runtime calls to be a template: a warmed process from which every call is forked.
 *
 *   load the handler
 *   kontainer_template_serve(control, 0)    the first caller waits already: fork before warming up
 *   warm up, calling kontainer_template_serve(control, 0) between the steps
 *   if (kontainer_rehearsal_begin() == 0)   a fork without a call: one exchange over a socket pair, then
 *     kontainer_rehearsal_end()             says which pages it wrote; children copy them ahead
 *   kontainer_template_serve(control, -1)   blocks; returns in each forked child only
 *   in a child, after any of the three:
 *     the language's own after-fork work
 *     stream = kontainer_accept()           blocks until the call is there
 *     one HTTP/1.1 exchange on stream, kontainer_finish(stream), _exit
 *
 * All that is critical to security happens inside these functions.
 */
#ifndef KONTAINER_H
#define KONTAINER_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Serves fork requests that arrive on the control socket (number in KONTAIN_TEMPLATE_FD), until none has come for
 * `timeout_ms`; -1 is for ever. Returns
 *    0  in each child, already sandboxed: own namespaces, private /tmp, no privileges, standard output and error are
 *       the call's;
 *    1  in the parent, when the time is over;
 *   -1  in the parent with errno, when it cannot begin.
 * The parent does not return when its launcher is gone: it exits. */
int kontainer_template_serve(int control, int timeout_ms);

/* The same for a language whose own fork does more than fork(2), one fork at a time. `begin` returns 0 when there is to be
 * one: fork at once, and call `end` with the result, in parent and child; it returns in a child that is sandboxed, and in the
 * parent. Else it returns as above. */
int kontainer_fork_begin(int control, int timeout_ms);
void kontainer_fork_end(pid_t pid);

/* kontainer_template_serve(control, -1) */
int kontainer_template_run(int control);

/* In a child: reports that it waits, and blocks for the call. Returns the connected stream (blocking, close-on-exec),
 * or -1 with errno. Call it once. */
int kontainer_accept(void);

/* In a child whose call another program takes: the socket on which the call comes, for that program to accept, and the
 * report that it waits. Instead of kontainer_accept. */
int kontainer_listener(void);
int kontainer_ready(void);

/* Forks for a rehearsal. Returns 0 in the child, which does what a child does for a call, without user code, and then
 * calls kontainer_rehearsal_end; 1 in the parent, once the child is gone; -1 when there can be none, which is no harm. */
int kontainer_rehearsal_begin(void);
/* For a fork of the language's own: `prepare` returns 0 or -1, `forked` what `begin` does. */
int kontainer_rehearsal_prepare(void);
int kontainer_rehearsal_forked(pid_t pid);
void kontainer_rehearsal_end(void) __attribute__((noreturn));

/* Ends the exchange in good order: no more is written, what the caller still sends is thrown away, and the call returns
 * when the caller has read everything (a second at most). Without it, a caller that is still writing when we exit gets
 * an error instead of the answer. */
void kontainer_finish(int stream);

#ifdef __cplusplus
}
#endif
#endif
