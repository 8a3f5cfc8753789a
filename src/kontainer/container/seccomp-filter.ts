import type { ResolvedProfile, ResolvedRule } from './seccomp-profile.ts';

type Rules = readonly ResolvedRule[];

/**
 * What a process under `from` must load on top of it to be under `to`: filters add up, and the strictest answer counts
 * (seccomp(2)). Rules that both have in common need not be loaded again, which every fork would pay. Throws for rules whose
 * opposite cannot be expressed.
 */
export function narrowingRules(from: ResolvedProfile, to: ResolvedProfile): ResolvedRule[] {
  const before = Map.groupBy(from.rules, ({ name }) => name);
  const after = Map.groupBy(to.rules, ({ name }) => name);
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    const [old = [], wanted = []] = [before.get(name), after.get(name)];
    if (isSame(old, wanted) || !old.some(allows)) return [];
    return wanted.length === 0
      ? [refusal(name, to.defaultErrno)]
      : wanted.flatMap((rule) => opposite(rule, to));
  });
}

/** Input of build/native/kontainer-seccomp, of the native architecture only: none of the kernel's 32-bit entry points. */
export function narrowingFilter(from: ResolvedProfile, to: ResolvedProfile): string {
  return lines(['default allow'], narrowingRules(from, to));
}

/** The same for what is under no filter yet. */
export function wholeFilter({ rules, defaultErrno, architectures }: ResolvedProfile): string {
  const others = architectures.map((name) => `architecture ${name.replace('SCMP_ARCH_', '').toLowerCase()}`);
  return lines([`default ${defaultErrno}`, ...others], rules);
}

function lines(head: readonly string[], rules: Rules): string {
  const body = rules.map(({ name, errno, args }) => {
    const conditions = args.map(({ index, op, value, valueTwo }) => ` ${index} ${op} ${value} ${valueTwo}`);
    return `${errno === null ? 'allow' : `errno ${errno}`} ${name}${conditions.join('')}`;
  });
  return `${[...head, ...body].join('\n')}\n`;
}

const allows = ({ errno }: ResolvedRule): boolean => errno === null;

function isSame(some: Rules, others: Rules): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

function refusal(name: string, errno: number, args: ResolvedRule['args'] = []): ResolvedRule {
  return { name, errno, args };
}

/** Refuses what the rule, which is the only one of its system call, does not allow. */
function opposite({ name, errno, args }: ResolvedRule, { defaultErrno }: ResolvedProfile): ResolvedRule[] {
  const [arg, ...more] = args;
  if (errno !== null && arg === undefined) return [refusal(name, errno)];
  if (errno === null && arg === undefined) return [];
  if (errno !== null || more.length > 0 || arg?.op !== 'SCMP_CMP_MASKED_EQ' || arg.valueTwo !== 0)
    throw new Error(`the seccomp profile restricts ${name} in a way that cannot be added to a filter`);
  return bitsOf(arg.value).map((bit) => refusal(name, defaultErrno, [{ ...arg, value: bit, valueTwo: bit }]));
}

function bitsOf(mask: number): number[] {
  return Array.from({ length: 32 }, (_, index) => 2 ** index).filter((bit) => (mask & bit) !== 0);
}
