#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *sandbox_step = "";

/* Those that the template has not made for it: of processes, and of the network. */
int sandbox_namespaces(void) {
  sandbox_step = "unshare";
  return unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS);
}

int sandbox_descriptors(const int fds[FORK_FDS]) {
  sandbox_step = "descriptors";
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, 0) < 0) return -1;
  if (dup2(fds[FORK_STDOUT], 1) < 0 || dup2(fds[FORK_STDERR], 2) < 0) return -1;
  return close(null) | close(fds[FORK_STDOUT]) | close(fds[FORK_STDERR]);
}

static int limit(int resource, rlim_t value) {
  struct rlimit limits = {.rlim_cur = value, .rlim_max = value};
  return setrlimit(resource, &limits);
}

/* By the template, for all its forks: it keeps what it holds, and nothing that it or they execute gets any. */
int sandbox_bound_capabilities(void) {
  for (int capability = 0; capability <= 63; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) && errno != EINVAL) return -1;
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static int clear_capability_sets(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};
  return (int)syscall(SYS_capset, &header, none);
}

/* From root in the template's user namespace to nobody in particular, with no way back. */
int sandbox_drop(const struct fork_request *request, const struct sock_fprog *seccomp) {
  sandbox_step = "hostname";
  if (sethostname(request->hostname, strnlen(request->hostname, sizeof request->hostname))) return -1;
  sandbox_step = "limits";
  if (limit(RLIMIT_FSIZE, request->file_size_bytes) || limit(RLIMIT_CORE, 0)) return -1;
  sandbox_step = "user";
  gid_t groups[KONTAIN_MAX_GROUPS];
  for (uint32_t i = 0; i < request->group_count; i++) groups[i] = request->groups[i];
  if (syscall(SYS_setgroups, (size_t)request->group_count, groups)) return -1;
  if (syscall(SYS_setresgid, request->gid, request->gid, request->gid)) return -1;
  if (syscall(SYS_setresuid, request->uid, request->uid, request->uid)) return -1;
  sandbox_step = "capability sets";
  if (clear_capability_sets()) return -1;
  sandbox_step = "no_new_privs";
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
  /* changing the user made /proc/self unreadable to ourselves: /dev/stdout would not open */
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)) return -1;
  sandbox_step = "seccomp";
  if (seccomp->len == 0) return errno = EINVAL, -1;
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, seccomp);
}
