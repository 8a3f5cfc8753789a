/* kontainer-seccomp: turns rules on standard input into a BPF program on standard output, by libseccomp.
 * Lines, fields separated by spaces; every number may be negative or unsigned decimal:
 *   default ERRNO | default allow       what happens to a system call that no rule names
 *   architecture NAME                   besides the native one, before any rule; system calls of others kill the process
 *   allow NAME [INDEX OP VALUE VALUE2]* conditions on arguments, all of which must hold; OP as in the OCI runtime spec
 *   errno NUMBER NAME [...]             like allow, but the call fails with that number
 * Names that this libseccomp or kernel does not know are skipped, as container engines do. */
#define _GNU_SOURCE
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CONDITIONS 6

static scmp_filter_ctx filter;

static void die(const char *what, const char *detail, int error) {
  fprintf(stderr, "kontainer-seccomp: %s %s: %s\n", what, detail, strerror(error));
  exit(1);
}

static enum scmp_compare operation(const char *name) {
  static const struct { const char *name; enum scmp_compare value; } table[] = {
      {"SCMP_CMP_NE", SCMP_CMP_NE}, {"SCMP_CMP_LT", SCMP_CMP_LT}, {"SCMP_CMP_LE", SCMP_CMP_LE},
      {"SCMP_CMP_EQ", SCMP_CMP_EQ}, {"SCMP_CMP_GE", SCMP_CMP_GE}, {"SCMP_CMP_GT", SCMP_CMP_GT},
      {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (strcmp(table[i].name, name) == 0) return table[i].value;
  die("operation", name, EINVAL);
  return SCMP_CMP_EQ;
}

static void add(uint32_t action, char *rest) {
  char *name = strsep(&rest, " ");
  int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return;
  struct scmp_arg_cmp conditions[MAX_CONDITIONS];
  unsigned count = 0;
  while (rest && *rest && count < MAX_CONDITIONS) {
    unsigned index = (unsigned)strtoul(strsep(&rest, " "), NULL, 10);
    enum scmp_compare op = operation(strsep(&rest, " "));
    uint64_t value = strtoull(strsep(&rest, " "), NULL, 10), second = strtoull(strsep(&rest, " "), NULL, 10);
    conditions[count++] = SCMP_CMP(index, op, value, second);
  }
  int error = seccomp_rule_add_array(filter, action, number, count, conditions);
  if (error && error != -EEXIST && error != -EACCES && error != -EDOM) die("rule", name, -error);
}

static void begin(const char *action) {
  filter = seccomp_init(strcmp(action, "allow") == 0 ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO((uint16_t)atoi(action)));
  if (!filter) die("init", action, ENOMEM);
  seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a binary tree: fewer steps for each system call */
}

static void add_architecture(const char *name) {
  uint32_t token = seccomp_arch_resolve_name(name);
  int error = token ? seccomp_arch_add(filter, token) : -EINVAL;
  if (error && error != -EEXIST) die("architecture", name, -error);
}

static void take(char *line) {
  char *rest = line, *word = strsep(&rest, " ");
  if (!rest) die("line", line, EINVAL);
  if (strcmp(word, "default") == 0) begin(rest);
  else if (!filter) die("default", "must come first", EINVAL);
  else if (strcmp(word, "architecture") == 0) add_architecture(rest);
  else if (strcmp(word, "allow") == 0) add(SCMP_ACT_ALLOW, rest);
  else if (strcmp(word, "errno") == 0) {
    uint16_t number = (uint16_t)atoi(strsep(&rest, " "));
    add(SCMP_ACT_ERRNO(number), rest);
  } else die("line", word, EINVAL);
}

int main(void) {
  static char line[8192];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (*line) take(line);
  }
  if (!filter) die("default", "is missing", EINVAL);
  int error = seccomp_export_bpf(filter, 1);
  if (error) die("export", "", -error);
  return 0;
}
