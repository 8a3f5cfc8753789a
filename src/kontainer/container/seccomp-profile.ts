import * as z from 'zod';

const eperm = 1;
const eagain = 11;
const emfile = 24;
const enosys = 38;

/** The container engines' own format, as in containers-common's /usr/share/containers/seccomp.json. */
const profileSchema = z.object({
  defaultErrnoRet: z.number().int(),
  archMap: z.array(z.object({ architecture: z.string(), subArchitectures: z.array(z.string()).nullish() })),
  syscalls: z.array(
    z.object({
      names: z.array(z.string()),
      action: z.enum(['SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO']),
      args: z
        .array(
          z.object({ index: z.number(), value: z.number(), valueTwo: z.number().default(0), op: z.string() }),
        )
        .nullish(),
      errnoRet: z.number().int().nullish(),
      includes: z
        .object({ caps: z.array(z.string()).nullish(), arches: z.array(z.string()).nullish() })
        .nullish(),
      excludes: z
        .object({ caps: z.array(z.string()).nullish(), arches: z.array(z.string()).nullish() })
        .nullish(),
    }),
  ),
});

export type SeccompProfile = z.infer<typeof profileSchema>;
type Rule = SeccompProfile['syscalls'][number];

export function parseSeccompProfile(text: string): SeccompProfile {
  return profileSchema.parse(JSON.parse(text));
}

/**
 * The engines' list lets every process make user namespaces, use the kernel's keyrings and read its log. Ours must not:
 * the first is where most of the kernel's privilege escalations begin, the second are shared by all Kontainers of one
 * host user, the third tells about the host.
 */
const neverInKontainers = (
  'mount umount umount2 unshare setns pivot_root mount_setattr move_mount open_tree ' +
  'fsopen fsconfig fsmount fspick'
).split(' ');

/** Not even a template needs these, though the list gives them to whoever holds CAP_SYS_ADMIN in its namespace. */
const never = (
  'keyctl add_key request_key syslog bpf perf_event_open fanotify_init lookup_dcookie quotactl quotactl_fd ' +
  'setdomainname open_by_handle_at socketcall'
).split(' ');

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET of clone(2). */
const namespaceFlags = 0x7e02_0000;

/**
 * What the kernel has only so much of for the whole node, with the answer that it gives when there is none left: one call could take it
 * all. inotify instances of every user namespace count against the host's root, who has 128; there are 65536 events of asynchronous I/O in
 * all (fs.aio-max-nr). Nothing but the call itself changes files here, and libraries do without the other.
 */
const scarce: ReadonlyMap<string, number> = new Map([
  ['inotify_init', emfile],
  ['inotify_init1', emfile],
  ['io_setup', eagain],
]);

export interface ResolvedRule {
  name: string;
  /** null allows it. */
  errno: number | null;
  args: { index: number; value: number; valueTwo: number; op: string }[];
}

export interface ResolvedProfile {
  defaultErrno: number;
  architectures: string[];
  rules: ResolvedRule[];
}

/** AF_VSOCK leads to the hypervisor, past every network namespace; NETLINK_AUDIT to the host's log of events. */
const afVsock = 40;
const netlinkAudit = 9;
const socketArgs = (op: string) => [
  { index: 0, value: afVsock, valueTwo: 0, op },
  { index: 2, value: netlinkAudit, valueTwo: 0, op },
];
const restrictedSockets: ResolvedRule[] = [
  { name: 'socket', errno: null, args: socketArgs('SCMP_CMP_NE') },
  ...socketArgs('SCMP_CMP_EQ').map((arg) => ({ name: 'socket', errno: eperm, args: [arg] })),
];

type Condition = Rule['includes'];

function names(condition: Condition, key: 'caps' | 'arches'): readonly string[] {
  return condition?.[key] ?? [];
}

function applies({ includes, excludes }: Rule, caps: ReadonlySet<string>, arch: string): boolean {
  const isHeld = (name: string) => caps.has(name);
  const needed = names(includes, 'caps');
  const arches = names(includes, 'arches');
  if (needed.length > 0 && !needed.some(isHeld)) return false;
  if (arches.length > 0 && !arches.includes(arch)) return false;
  return !names(excludes, 'caps').some(isHeld) && !names(excludes, 'arches').includes(arch);
}

function rulesOf(rule: Rule): ResolvedRule[] {
  const errno = rule.action === 'SCMP_ACT_ALLOW' ? null : (rule.errnoRet ?? eperm);
  return rule.names.map((name) => ({ name, errno, args: rule.args ?? [] }));
}

/** clone3 passes its flags in memory, which a filter cannot see; libraries fall back to clone when it is not there. */
const withoutNamespaces: ResolvedRule[] = [
  ...neverInKontainers.map((name) => ({ name, errno: eperm, args: [] })),
  { name: 'clone3', errno: enosys, args: [] },
  {
    name: 'clone',
    errno: null,
    args: [{ index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
  },
];

/** What the profile says to a process on x86-64 with these capabilities; without any, it is a Kontainer's own code. */
export function resolveSeccompProfile(profile: SeccompProfile, caps: ReadonlySet<string>): ResolvedProfile {
  const native = profile.archMap.find(({ architecture }) => architecture === 'SCMP_ARCH_X86_64');
  const own = [
    ...never.map((name) => ({ name, errno: eperm, args: [] })),
    ...[...scarce].map(([name, errno]) => ({ name, errno, args: [] })),
    ...restrictedSockets,
    ...(caps.size === 0 ? withoutNamespaces : []),
  ];
  const replaced = new Set(own.map(({ name }) => name));
  const rules = profile.syscalls
    .filter((rule) => applies(rule, caps, 'amd64'))
    .flatMap(rulesOf)
    .filter(({ name }) => !replaced.has(name));
  return {
    defaultErrno: profile.defaultErrnoRet,
    architectures: ['SCMP_ARCH_X86_64', ...(native?.subArchitectures ?? [])],
    rules: [...rules, ...own],
  };
}

/** `linux.seccomp` of an OCI runtime configuration (runtime-spec, config-linux.md). */
export function ociSeccomp({ defaultErrno, architectures, rules }: ResolvedProfile): object {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: defaultErrno,
    architectures,
    syscalls: rules.map(({ name, errno, args }) => ({
      names: [name],
      action: errno === null ? 'SCMP_ACT_ALLOW' : 'SCMP_ACT_ERRNO',
      ...(errno === null ? {} : { errnoRet: errno }),
      ...(args.length === 0 ? {} : { args }),
    })),
  };
}
