#ifndef HEAP_H
#define HEAP_H

/* V8 marks its heap MADV_DONTFORK: a forked child would have no JavaScript heap at all. Takes the mark off every mapping of this
 * process; returns how many had it, or -1 with errno. Nothing may be allocated by V8 between this and the fork. */
int heap_inherit_on_fork(void);

#endif
