/* What a runtime calls to be a template: a warmed process from which every call is forked.
 *
 *   load the handler, warm up
 *   kontainer_template_run(ctl)     blocks; returns in each forked child
 *   the language's own after-fork work
 *   stream = kontainer_accept()     blocks until the call is there
 *   one HTTP/1.1 exchange on stream, then _exit
 *
 * All that is critical to security happens inside these two functions.
 */
#ifndef KONTAINER_H
#define KONTAINER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Serves fork requests that arrive on the control socket (number in KONTAIN_TEMPLATE_FD).
 * Returns 0 in each child, already sandboxed: own namespaces, private /tmp, no privileges, standard output and
 * error are the call's. The parent never returns: it exits when its launcher is gone.
 * Returns -1 with errno in the parent when it cannot begin. */
int kontainer_template_run(int control);

/* In a child: reports that it waits, and blocks for the call. Returns the connected stream (blocking, close-on-exec),
 * or -1 with errno. Call it once. */
int kontainer_accept(void);

#ifdef __cplusplus
}
#endif
#endif
