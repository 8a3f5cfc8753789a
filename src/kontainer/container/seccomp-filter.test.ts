import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exec } from '../../lib/exec.ts';
import { templateCapabilities } from './runtime-config.ts';
import { narrowingFilter, narrowingRules, wholeFilter } from './seccomp-filter.ts';
import { parseSeccompProfile, resolveSeccompProfile, type ResolvedRule } from './seccomp-profile.ts';

const profile = parseSeccompProfile(readFileSync('/usr/share/containers/seccomp.json', 'utf8'));
const kontainer = resolveSeccompProfile(profile, new Set());
const template = resolveSeccompProfile(profile, new Set(templateCapabilities));
const narrowing = narrowingRules(template, kontainer) ?? [];

type Arg = ResolvedRule['args'][number];

const holds = ({ index, op, value, valueTwo }: Arg, args: readonly bigint[]): boolean => {
  const given = args[index] ?? 0n;
  if (op === 'SCMP_CMP_EQ') return given === BigInt(value);
  if (op === 'SCMP_CMP_NE') return given !== BigInt(value);
  if (op === 'SCMP_CMP_MASKED_EQ') return (given & BigInt(value)) === BigInt(valueTwo);
  throw new Error(`the test does not know ${op}`);
};

/** The errno of a system call under rules; null lets it pass. Refusals go before permissions, as in libseccomp. */
function verdict(
  rules: readonly ResolvedRule[],
  name: string,
  args: readonly bigint[],
  otherwise: number | null,
): number | null {
  const own = rules.filter((rule) => rule.name === name && rule.args.every((arg) => holds(arg, args)));
  const refusal = own.find(({ errno }) => errno !== null);
  if (refusal !== undefined) return refusal.errno;
  return own.length > 0 ? null : otherwise;
}

/** Arguments that rules speak of, and what lies beside them. */
const values = [
  0n,
  1n,
  8n,
  9n,
  16n,
  40n,
  0x20000n,
  0x20008n,
  0x1200011n,
  0x2000_0000n,
  0x4000_0000n,
  0x7e02_0000n,
  0xffff_ffffn,
];

test('under both filters a call gets what a Kontainer should get, for each system call and argument', () => {
  const names = new Set([...template.rules, ...kontainer.rules].map(({ name }) => name));
  for (const name of names)
    for (const first of values)
      for (const third of [0n, 9n]) {
        const args = [first, 0n, third];
        const before = verdict(template.rules, name, args, template.defaultErrno);
        const added = verdict(narrowing, name, args, null);
        const wanted = verdict(kontainer.rules, name, args, kontainer.defaultErrno);
        assert.equal(before ?? added, wanted, `${name}(${args.join()})`);
      }
});

test('only what a template may and a Kontainer may not is refused again', () => {
  const names = [...new Set(narrowing.map(({ name }) => name))];
  for (const name of ['mount', 'unshare', 'setns', 'clone', 'clone3']) assert.ok(names.includes(name), name);
  assert.ok(narrowing.every(({ errno }) => errno !== null));
  assert.ok(names.length < 40, names.join());
});

async function instructions(input: string): Promise<number> {
  const program = join(import.meta.dirname, '../../../build/native/kontainer-seccomp');
  const { stdout } = await exec(program, [], { input, timeoutMs: 10_000 });
  assert.equal(stdout.length % 8, 0, 'of 8-byte instructions');
  return stdout.length / 8;
}

test('what narrows a filter compiles to a small BPF program, a whole filter to one for all architectures', async () => {
  const added = await instructions(narrowingFilter(template, kontainer));
  const whole = await instructions(wholeFilter(kontainer));
  const native = await instructions(wholeFilter({ ...kontainer, architectures: [] }));
  assert.ok(added > narrowing.length && added < 120, `${added} instructions`);
  assert.ok(native > 300 && whole > 2 * native, `${native} and ${whole} instructions`);
});

const unlike: readonly [how: string, rules: Omit<ResolvedRule, 'name'>[]][] = [
  ['by order', [{ errno: null, args: [{ index: 0, value: 5, valueTwo: 0, op: 'SCMP_CMP_GT' }] }]],
  [
    'by two rules',
    [0, 8].map((value) => ({ errno: null, args: [{ index: 0, value, valueTwo: 0, op: 'SCMP_CMP_EQ' }] })),
  ],
  [
    'by bits beyond 32',
    [{ errno: null, args: [{ index: 0, value: 2 ** 33, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] }],
  ],
  [
    'by a refusal with a condition',
    [{ errno: 1, args: [{ index: 0, value: 5, valueTwo: 0, op: 'SCMP_CMP_EQ' }] }],
  ],
];

for (const [how, rules] of unlike)
  test(`a profile that restricts ${how} is loaded in whole by forks`, async () => {
    const name = 'personality';
    const others = (from: readonly ResolvedRule[]) => from.filter((rule) => rule.name !== name);
    const wide = { ...template, rules: [...others(template.rules), { name, errno: null, args: [] }] };
    const strict = {
      ...kontainer,
      rules: [...others(kontainer.rules), ...rules.map((rule) => ({ name, ...rule }))],
    };
    assert.equal(narrowingRules(wide, strict), null);
    assert.equal(
      await instructions(narrowingFilter(wide, strict)),
      await instructions(wholeFilter({ ...strict, architectures: [] })),
    );
  });
