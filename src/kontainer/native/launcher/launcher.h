/* The launcher: one small process that starts Kontainers, watches and ends them. It is the first process of a pid and
 * a mount namespace of its own, so that its death, however sudden, takes every Kontainer and every mount with it.
 *
 * It reads commands on standard input and writes events on standard output, one line each, fields separated by tabs;
 * src/kontainer/launcher/ in TypeScript is its only client and decides everything: which function, when, how many. */
#ifndef KONTAIN_LAUNCHER_H
#define KONTAIN_LAUNCHER_H

#include "../protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

struct config {
  const char *run;     /* sockets, bundles, rootfs mount points and runtime state; below it everything is ours */
  const char *layers;  /* parent of the folders that `mount` names */
  const char *runtime; /* an OCI runtime: crun, runc or what takes their command line */
  const char *cgroup;  /* path below each cgroup hierarchy's root, such as /kontain-faas/4f2a */
  const char *seccomp; /* compiled filter for forked Kontainers */
};
extern struct config config;

/* loop.c: readiness of descriptors, and a tick for what must be tried again soon */
struct source {
  int fd; /* -1: not watched */
  void (*ready)(struct source *source, uint32_t events);
};
int loop_add(struct source *source, int fd, uint32_t events, void (*ready)(struct source *, uint32_t));
void loop_change(struct source *source, uint32_t events);
void loop_close(struct source *source); /* stops watching and closes */
void loop_run(void (*on_tick)(void), int (*tick_ms)(void));
uint64_t loop_now(void); /* milliseconds, monotonic */

/* events.c */
void event(const char *format, ...) __attribute__((format(printf, 1, 2)));
void event_output(uint64_t id, int stream, const char *bytes, size_t length);
bool events_congested(void);
void events_begin(void);

/* commands.c */
void commands_begin(void);

/* cgroup*.c */
struct limits {
  uint64_t memory_bytes;
  uint64_t cpu_millis; /* 1000 is one core, 0 no limit */
  uint64_t pids;
};
struct cgroup {
  char name[32];
  struct limits limits;
  uint64_t oom_kills; /* the counter when it was last taken */
  bool reusable;
  int oom_event; /* v1: told of kills below it; -1 otherwise */
  int peak;      /* v2: memory.peak since it was last taken; -1 otherwise */
  bool used, peak_unknown;
  struct cgroup *next;
};
struct usage {
  bool out_of_memory;
  uint64_t memory_peak_bytes;
};
void cgroups_make_room(void);                  /* before `namespaces_enter` */
int cgroups_begin(void);                       /* finds the hierarchies, sweeps what a crash left */
void cgroups_sweep(void);                      /* removes everything below our path */
struct cgroup *cgroup_take(const struct limits *limits, uint64_t id, bool reusable);
int cgroup_attach(struct cgroup *cgroup, pid_t pid);
struct usage cgroup_usage(struct cgroup *cgroup);
uint64_t cgroup_held(const struct cgroup *cgroup); /* bytes of memory now */
void cgroup_release(struct cgroup *cgroup);
int cgroup_kill(struct cgroup *cgroup);        /* SIGKILL to all processes below it; how many there were */
void cgroups_tick(void);
bool cgroups_ticking(void);

/* namespaces.c */
void namespaces_enter(void); /* returns in the first process of new pid and mount namespaces */

/* rootfs.c */
int rootfs_mount(uint64_t id, char *layers);
int rootfs_unmount(uint64_t id);

/* runtime.c: `<runtime> run`, in the foreground */
struct runtime_files {
  int in, out, error;
  int extra; /* becomes descriptor 3, or -1 */
};
void descriptors_raise(void);
pid_t runtime_run(uint64_t id, const struct runtime_files *files);
pid_t runtime_first_process(uint64_t id); /* from the pid file; 0 while there is none */
void runtime_forget(uint64_t id);         /* removes the bundle folder */

/* output.c: what a Kontainer or template prints, bounded */
struct output {
  struct source source;
  uint64_t id;
  int stream;        /* 1 or 2 */
  uint64_t *budget;  /* bytes still to be kept, shared by both streams; then cut */
  bool paused;
};
int output_pipe(struct output *output, uint64_t id, int stream, uint64_t *budget); /* returns the writing end */
void output_finish(struct output *output); /* takes what is left, and closes */
void outputs_resume(void);

/* template.c */
struct template {
  uint64_t id;
  pid_t runtime;
  struct source control;
  struct output outputs[2];
  uint64_t output_budget;
  struct cgroup *cgroup;
  bool up, dropped, out_of_memory;
  int status;
  uint64_t weighed_at;     /* milliseconds */
  uint64_t awaited;        /* ends of forks that it has yet to report */
  struct kontainer *forks; /* those whose exit status only this template can tell */
  struct template *next;
};
void template_weigh(struct template *template); /* tells what it holds, now and then */
void template_start(uint64_t id, const struct limits *limits);
void template_drop(struct template *template);
void template_reaped(struct template *template, int status);
void templates_tick(void);
bool templates_ticking(void);

/* kontainer.c */
enum kontainer_kind { KONTAINER_FORK, KONTAINER_RUN };
struct kontainer {
  uint64_t id;
  enum kontainer_kind kind;
  struct template *template;
  struct source life, process;
  struct output outputs[2];
  uint64_t output_budget;
  struct cgroup *cgroup;
  pid_t pid;           /* of the fork, or of the OCI runtime's command */
  struct relay *relay; /* for images that listen on a TCP port */
  bool kill_wanted, ready, failed, exited, status_known;
  bool ticks;          /* must be looked at again soon */
  uint64_t exited_at;  /* milliseconds, of a fork whose template has not reported its end */
  int status;
  uint64_t cpu_micros;
  struct kontainer *next, *next_fork;
};
struct kontainer *kontainer_new(uint64_t id, enum kontainer_kind kind, uint64_t output_bytes);
int kontainer_listen(uint64_t id);
void kontainer_unlink(uint64_t id);
void kontainer_failed(struct kontainer *kontainer, const char *step, int error);
void kontainer_kill(struct kontainer *kontainer);
void kontainer_settle(struct kontainer *kontainer); /* reports and frees it once nothing of it is left */
void kontainer_tick_soon(struct kontainer *kontainer);
void kontainers_tick(void);
bool kontainers_ticking(void);
void kontainers_expect_tick(void); /* a server has been started that must be connected to */

/* fork.c, run.c */
void kontainer_fork(struct template *template, uint64_t id, const struct fork_request *request,
                    const struct limits *limits, uint64_t output_bytes);
void kontainer_fork_exited(struct template *template, const struct message *message);
void kontainer_fork_failed(struct template *template, const struct message *message);
void kontainer_forks_orphaned(struct template *template);
void kontainer_run(uint64_t id, int port, const struct limits *limits, uint64_t output_bytes);
void kontainer_run_reaped(struct kontainer *kontainer, int status, uint64_t cpu_micros);
void kontainer_run_settle(struct kontainer *kontainer); /* once none of its processes is left */

/* reaper.c: the OCI runtime's commands are our children, and so are orphans of our pid namespace */
int reaper_begin(void);

/* relay.c */
struct relay *relay_new(struct kontainer *kontainer, int listening, int port);
bool relay_tick(struct relay *relay); /* true while it still waits for the server */
void relay_free(struct relay *relay);

/* registry.c: lookup by id */
struct kontainer *find_kontainer(uint64_t id);
struct template *find_template(uint64_t id);
void register_kontainer(struct kontainer *kontainer);
void register_template(struct template *template);
void unregister_kontainer(struct kontainer *kontainer);
void unregister_template(struct template *template);
void each_kontainer(void (*visit)(struct kontainer *));
void each_template(void (*visit)(struct template *));

#endif
