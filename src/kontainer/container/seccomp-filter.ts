import type { ResolvedProfile, ResolvedRule } from './seccomp-profile.ts';

type Rules = readonly ResolvedRule[];

/**
 * What a process under `from` must load on top of it to be under `to`: filters add up, and the strictest answer counts
 * (seccomp(2)). Rules that both have in common need not be loaded again, which every fork would pay. Null where the
 * opposite of a rule cannot be expressed.
 */
export function narrowingRules(from: ResolvedProfile, to: ResolvedProfile): ResolvedRule[] | null {
  const before = Map.groupBy(from.rules, ({ name }) => name);
  const after = Map.groupBy(to.rules, ({ name }) => name);
  const added = [...new Set([...before.keys(), ...after.keys()])].map((name) => {
    const [old = [], wanted = []] = [before.get(name), after.get(name)];
    if (isSame(old, wanted) || !old.some(allows)) return [];
    return refusals(name, wanted, to.defaultErrno);
  });
  return added.every((rules) => rules !== null) ? added.flat() : null;
}

/**
 * Input of build/native/kontainer-seccomp for what is under `from`, of the native architecture only: none of the kernel's
 * 32-bit entry points. All of `to` where what narrows cannot be expressed, as an operator's own profile may have it.
 */
export function narrowingFilter(from: ResolvedProfile, to: ResolvedProfile): string {
  const rules = narrowingRules(from, to);
  return rules === null ? lines([`default ${to.defaultErrno}`], to.rules) : lines(['default allow'], rules);
}

/** The same for what is under no filter yet, of all architectures of the profile. */
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

/** Refuses what these rules of one system call do not allow; null where they say it in a way that has no opposite. */
function refusals(name: string, wanted: Rules, defaultErrno: number): ResolvedRule[] | null {
  const [rule, ...others] = wanted;
  if (rule === undefined) return [refusal(name, defaultErrno)];
  if (others.length > 0) return null;
  const [arg, ...more] = rule.args;
  if (arg === undefined) return rule.errno === null ? [] : [rule];
  const isMask = arg.op === 'SCMP_CMP_MASKED_EQ' && arg.valueTwo === 0 && arg.value <= maxMask;
  if (rule.errno !== null || more.length > 0 || !isMask) return null;
  return bitsOf(arg.value).map((bit) => refusal(name, defaultErrno, [{ ...arg, value: bit, valueTwo: bit }]));
}

/** Operators on bits know no more. */
const maxMask = 0xffff_ffff;

function bitsOf(mask: number): number[] {
  return Array.from({ length: 32 }, (_, index) => 2 ** index).filter((bit) => (mask & bit) !== 0);
}
